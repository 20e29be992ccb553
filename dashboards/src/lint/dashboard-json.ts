/** Of Grafana's classic dashboard JSON, what the rules look at. */
export interface DataSourceJson {
  readonly type?: string;
  readonly uid?: string;
}

export interface TargetJson {
  readonly refId: string;
  readonly datasource?: DataSourceJson;
  readonly expr?: string;
  readonly legendFormat?: string;
  readonly queryType?: string;
  readonly query?: string;
  readonly serviceMapQuery?: string;
  readonly exemplar?: boolean;
  readonly instant?: boolean;
}

export interface LinkJson {
  readonly title: string;
  readonly url: string;
}

export interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title?: string;
  readonly description?: string;
  readonly datasource?: DataSourceJson;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly TargetJson[];
  readonly links?: readonly LinkJson[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly links?: readonly LinkJson[];
      readonly thresholds?: { readonly steps: readonly { readonly value: number | null }[] };
    };
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
    }[];
  };
  /** Of a closed row. */
  readonly panels?: readonly PanelJson[];
}

export interface VariableJson {
  readonly type: string;
  readonly name: string;
  readonly label?: string;
  readonly query?: string | { readonly query: string };
  readonly datasource?: DataSourceJson;
  readonly refresh?: number;
  readonly multi?: boolean;
  readonly allValue?: string;
  readonly options?: readonly { readonly value: string }[];
}

export interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description?: string;
  readonly editable?: boolean;
  readonly tags?: readonly string[];
  readonly panels: readonly PanelJson[];
  readonly templating: { readonly list: readonly VariableJson[] };
  readonly annotations: {
    readonly list: readonly {
      readonly name: string;
      readonly expr?: string;
      readonly datasource?: DataSourceJson;
    }[];
  };
  readonly links: readonly LinkJson[];
}

/** All panels, those of closed rows as well; rows themselves are none. */
export function panelsIn({ panels }: DashboardJson): PanelJson[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

export function queryOf({ query }: VariableJson): string {
  return typeof query === 'object' ? query.query : (query ?? '');
}

/** Of a panel, of its points and cells. */
export function linksOf(panel: PanelJson): LinkJson[] {
  const inCells = (panel.fieldConfig?.overrides ?? [])
    .flatMap(({ properties }) => properties)
    .filter(({ id }) => id === 'links')
    .flatMap(({ value }) => value as LinkJson[]);
  return [...(panel.links ?? []), ...(panel.fieldConfig?.defaults.links ?? []), ...inCells];
}
