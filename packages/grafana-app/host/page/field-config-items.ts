import { FieldConfigProperty, type FieldConfigPropertyItem, identityOverrideProcessor } from '@grafana/data';

const PROPERTIES = [
  FieldConfigProperty.Unit,
  FieldConfigProperty.Min,
  FieldConfigProperty.Max,
  FieldConfigProperty.Decimals,
  FieldConfigProperty.DisplayName,
  FieldConfigProperty.NoValue,
  FieldConfigProperty.Thresholds,
  FieldConfigProperty.Mappings,
  FieldConfigProperty.Links,
  FieldConfigProperty.Color,
];
/** Of panels' own settings, those that the dashboards change for single fields. */
const CUSTOM = [
  'align',
  'axisPlacement',
  'cellOptions',
  'fillOpacity',
  'filterable',
  'inspect',
  'lineWidth',
  'showPoints',
  'spanNulls',
  'thresholdsStyle',
  'width',
];

/** Without editors, which are in Grafana's own app: only that a property exists, and that it is taken as it is. */
export function fieldConfigItems(): FieldConfigPropertyItem[] {
  const item = (id: string, path: string, isCustom: boolean): FieldConfigPropertyItem =>
    ({
      id,
      path,
      isCustom,
      name: id,
      description: '',
      editor: () => null,
      override: () => null,
      process: identityOverrideProcessor,
      settings: {},
      shouldApply: () => true,
    }) as unknown as FieldConfigPropertyItem;
  return [
    ...PROPERTIES.map((id) => item(id, id, false)),
    ...CUSTOM.map((id) => item(`custom.${id}`, id, true)),
  ];
}
