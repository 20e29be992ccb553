import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import type { Annotation, Dashboard, Row } from '../dashboards/dashboard.ts';
import type { Panel } from '../dashboards/panel.ts';
import { DASHBOARDS } from '../panels.ts';
import { toLink, toPanel } from './panel-json.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';
import { dataSource } from './query-json.ts';
import { toVariable } from './variable-json.ts';

const COLUMNS = 24;
/** Rows of the dashboard have ids after those of all panels. */
const FIRST_ROW_ID = 1000;
const ORIGIN = 'Printed by `npm run generate -w dashboards` from dashboards/src/dashboards; change it there.';

export function printDashboards(dashboards: readonly Dashboard[]): PrintedFile[] {
  return dashboards.map((dashboard) => ({
    path: `${GENERATED}/grafana/${DASHBOARDS[dashboard.name]}.json`,
    text: `${JSON.stringify(toDashboard(dashboard), null, 2)}\n`,
  }));
}

/** Classic dashboard JSON, as file provisioning, app plugins and the import page of Grafana 13 take it. */
export function toDashboard(dashboard: Dashboard): grafana.Dashboard {
  const builder = new grafana.DashboardBuilder(dashboard.title)
    .id(null)
    .uid(DASHBOARDS[dashboard.name])
    .description(`${dashboard.description} ${ORIGIN}`)
    .tags(['uat-tracing', 'opentelemetry', 'generated'])
    .readonly()
    .timezone('browser')
    .tooltip(grafana.DashboardCursorSync.Crosshair)
    .time({ from: dashboard.from, to: 'now' })
    .refresh('30s')
    .links(dashboard.links.map((link) => toLink(link)))
    .annotations(dashboard.annotations.map((annotation) => ({ build: () => toAnnotation(annotation) })))
    .variables(dashboard.variables.map(toVariable));
  let y = 0;
  for (const [index, row] of dashboard.rows.entries()) {
    y = addRow(builder, row, FIRST_ROW_ID + index, y);
  }
  return builder.build();
}

/** @returns where the next row begins */
function addRow(builder: grafana.DashboardBuilder, row: Row, id: number, top: number): number {
  const { places, bottom } = layOut(row.panels, top + 1);
  const panels = row.panels.map((panel, index) => toPanel(panel, places[index]!));
  const head = new grafana.RowBuilder(row.title).id(id).gridPos({ x: 0, y: top, w: COLUMNS, h: 1 });
  if (row.collapsed) {
    for (const panel of panels) head.withPanel(panel);
    builder.withRow(head.collapsed(true));
    return top + 1;
  }
  builder.withRow(head);
  for (const panel of panels) builder.withPanel(panel);
  return bottom;
}

/** From left to right, and on below where the 24 columns are used up. */
function layOut(panels: readonly Panel[], top: number): { places: grafana.GridPos[]; bottom: number } {
  let [x, y, line] = [0, top, 0];
  const places = panels.map(({ width, height }) => {
    if (x + width > COLUMNS) [x, y, line] = [0, y + line, 0];
    const place = { x, y, w: width, h: height };
    x += width;
    line = Math.max(line, height);
    return place;
  });
  return { places, bottom: y + line };
}

function toAnnotation({ name, query, color, title }: Annotation): grafana.AnnotationQuery {
  const { expr } = query;
  const annotation: cog.Builder<grafana.AnnotationQuery> = new grafana.AnnotationQueryBuilder()
    .name(name)
    .datasource(dataSource(query))
    .enable(true)
    .iconColor(color)
    .expr(expr)
    .titleFormat(title)
    .step('60s');
  // The SDK would put them into a menu.
  const { placement: _menu, ...shown } = annotation.build();
  return shown;
}
