import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import * as nodegraph from '@grafana/grafana-foundation-sdk/nodegraph';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import type { PanelLink } from '../dashboards/link.ts';
import type { Column, Panel } from '../dashboards/panel.ts';
import { type PrometheusQuery, refId } from '../dashboards/query.ts';
import type { Thresholds } from '../dashboards/thresholds.ts';
import { dataSource, toTarget } from './query-json.ts';

type Of<Kind extends Panel['kind']> = Extract<Panel, { kind: Kind }>;

/** What every builder of the SDK has. */
interface PanelBuilder {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: common.DataSourceRef): this;
  gridPos(gridPos: grafana.GridPos): this;
  links(links: cog.Builder<grafana.DashboardLink>[]): this;
  withTarget(target: cog.Builder<cog.Dataquery>): this;
  unit(unit: string): this;
  noValue(noValue: string): this;
  thresholds(thresholds: cog.Builder<grafana.ThresholdsConfig>): this;
  colorScheme(color: cog.Builder<grafana.FieldColor>): this;
  min(min: number): this;
  max(max: number): this;
}

/** @param at where the panel stands, in Grafana's 24 columns */
export function toPanel(panel: Panel, at: grafana.GridPos): cog.Builder<grafana.Panel> {
  const builder = builderOf(panel);
  builder
    .id(panel.id)
    .title(panel.title)
    .description(`${panel.shows}\n\n**What to do:** ${panel.todo}`)
    .datasource(dataSource(panel.queries[0]!))
    .gridPos(at)
    .links(panel.links.map(toLink))
    .unit(panel.unit)
    .noValue(panel.empty)
    .thresholds(toThresholds(panel.thresholds));
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  for (const [index, query] of panel.queries.entries())
    builder.withTarget(toTarget(query, index, panel.kind));
  return { build: () => withoutFooter(builder.build()) };
}

/** The SDK writes one into tables, which Grafana 13 has no more: it is a setting of each column there. */
function withoutFooter(panel: grafana.Panel): grafana.Panel {
  if (panel.type !== 'table') return panel;
  const { footer: _footer, ...options } = panel.options;
  return { ...panel, options };
}

function builderOf(panel: Panel): PanelBuilder & cog.Builder<grafana.Panel> {
  switch (panel.kind) {
    case 'timeseries':
      return timeSeries(panel);
    case 'stat':
      return single(panel);
    case 'table':
      return rows(panel);
    case 'heatmap':
      return heat(panel);
    case 'nodeGraph':
      return new nodegraph.PanelBuilder();
    case 'traces':
      // The SDK has no module for it.
      return new grafana.PanelBuilder().type('traces');
  }
}

function timeSeries({
  thresholds,
  stacked,
  right,
  pointLinks = [],
}: Of<'timeseries'>): timeseries.PanelBuilder {
  const builder = new timeseries.PanelBuilder()
    .fillOpacity(stacked ? 40 : 8)
    .lineWidth(1)
    .showPoints(common.VisibilityMode.Never)
    .spanNulls(false)
    .colorScheme(new grafana.FieldColorBuilder().mode(grafana.FieldColorModeId.PaletteClassic))
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .dataLinks(pointLinks.map(toLink));
  if (stacked) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (thresholds !== 'neither') {
    builder.thresholdsStyle(
      new common.GraphThresholdsStyleConfigBuilder().mode(common.GraphThresholdsStyleMode.Dashed),
    );
  }
  if (right) {
    builder.overrideByRegexp(`/^${right.legend}\\b|\\b${right.legend}$/`, [
      { id: 'custom.axisPlacement', value: 'right' },
      { id: 'unit', value: right.unit },
    ]);
  }
  return builder;
}

function single({ thresholds, queries }: Of<'stat'>): stat.PanelBuilder {
  const mode =
    thresholds === 'neither' ? grafana.FieldColorModeId.Fixed : grafana.FieldColorModeId.Thresholds;
  const color = new grafana.FieldColorBuilder().mode(mode);
  if (thresholds === 'neither') color.fixedColor('text');
  return new stat.PanelBuilder()
    .colorScheme(color)
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(queries.length > 1 ? common.BigValueTextMode.ValueAndName : common.BigValueTextMode.Auto)
    .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));
}

function rows({ columns, queries, sortBy }: Of<'table'>): table.PanelBuilder {
  const builder = new table.PanelBuilder()
    .colorScheme(new grafana.FieldColorBuilder().mode(grafana.FieldColorModeId.Thresholds))
    .filterable(true)
    .showHeader(true)
    .cellHeight(common.TableCellHeight.Sm);
  const joined = queries.filter((query) => query.source === 'prometheus');
  for (const column of columns) {
    builder.overrideByName(joined.length > 0 ? column.title : column.field, toOverride(column));
  }
  for (const step of joined.length > 0 ? joinSteps(joined, columns) : []) builder.withTransformation(step);
  if (sortBy !== undefined) {
    builder.sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  }
  return builder;
}

/** One row for each set of labels that the first query has; the others add to it. */
function joinSteps(
  queries: readonly PrometheusQuery[],
  columns: readonly Column[],
): grafana.DataTransformerConfig[] {
  // With one query only, Grafana leaves its letter out.
  const valueField = (index: number): string => (queries.length === 1 ? 'Value' : `Value #${refId(index)}`);
  const names = new Map(queries.map(({ legend }, index) => [legend, valueField(index)]));
  const sourceOf = ({ field }: Column): string => names.get(field) ?? field;
  const shown = new Set(columns.map(sourceOf));
  const hidden = ['Time', ...names.values()].filter((name) => !shown.has(name));
  return [
    { id: 'merge', options: {} },
    {
      id: 'filterByValue',
      options: {
        type: 'include',
        match: 'all',
        filters: [{ fieldName: valueField(0), config: { id: 'isNotNull', options: {} } }],
      },
    },
    {
      id: 'organize',
      options: {
        excludeByName: Object.fromEntries(hidden.map((name) => [name, true])),
        indexByName: Object.fromEntries(columns.map((column, index) => [sourceOf(column), index])),
        renameByName: Object.fromEntries(columns.map((column) => [sourceOf(column), column.title])),
      },
    },
  ];
}

function toOverride({ unit, thresholds, links, width }: Column): grafana.DynamicConfigValue[] {
  const properties: grafana.DynamicConfigValue[] = [];
  if (unit !== undefined) properties.push({ id: 'unit', value: unit });
  if (width !== undefined) properties.push({ id: 'custom.width', value: width });
  if (links !== undefined) properties.push({ id: 'links', value: links.map((link) => toLink(link).build()) });
  if (thresholds !== undefined && thresholds !== 'neither') {
    properties.push(
      { id: 'thresholds', value: toThresholds(thresholds).build() },
      { id: 'custom.cellOptions', value: { type: 'color-text' } },
    );
  }
  return properties;
}

function heat({ unit }: Of<'heatmap'>): heatmap.PanelBuilder {
  return new heatmap.PanelBuilder()
    .calculate(false)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Oranges')
        .fill('dark-orange')
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().unit(unit))
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(common.HeatmapCellLayout.Auto))
    .tooltip(new heatmap.HeatmapTooltipBuilder().mode(common.TooltipDisplayMode.Single).yHistogram(true));
}

function toThresholds(thresholds: Thresholds): grafana.ThresholdsConfigBuilder {
  const steps =
    thresholds === 'neither'
      ? [{ value: null, color: 'text' }]
      : thresholds.map(({ from, color }) => ({ value: from, color }));
  return new grafana.ThresholdsConfigBuilder().mode(grafana.ThresholdsMode.Absolute).steps(steps);
}

export function toLink({ title, url, external = false }: PanelLink): cog.Builder<grafana.DashboardLink> {
  const link = new grafana.DashboardLinkBuilder(title).url(url).targetBlank(external).build();
  // The SDK would put those of a dashboard into a menu, out of sight.
  const { placement: _menu, ...shown } = link;
  return { build: () => shown };
}
