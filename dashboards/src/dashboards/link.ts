// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { DASHBOARDS, type DashboardName, PANELS, type PanelName } from '../panels.ts';

export interface PanelLink {
  readonly title: string;
  /** From the root of Grafana, or with a variable as its beginning. */
  readonly url: string;
  /** Outside of Grafana. */
  readonly external?: boolean;
}

/** Data sources are variables: a link that named one would lead nowhere in another installation. */
export const PROMETHEUS = '${prometheus_datasource}';
export const TEMPO = '${tempo_datasource}';

const TIME = { from: '${__from}', to: '${__to}' };

/** Grafana's Explore with the traces that a TraceQL query finds, in the time of the dashboard. */
export function traces(query: string, title = 'Traces behind this'): PanelLink {
  return { title, url: explore(TEMPO, { datasource: { type: 'tempo', uid: TEMPO }, ...search(query) }) };
}

export function metrics(expr: string, title: string): PanelLink {
  return {
    title,
    url: explore(PROMETHEUS, { datasource: { type: 'prometheus', uid: PROMETHEUS }, expr, range: true }),
  };
}

/** Jaeger's own page. Its address is a variable of the dashboard. */
export function jaeger(path: string, title = 'In Jaeger'): PanelLink {
  return { title, url: `\${jaeger_url}${path}`, external: true };
}

export function dashboard(name: DashboardName, title: string, variables = ''): PanelLink {
  return { title, url: `/d/${DASHBOARDS[name]}?\${__url_time_range}${variables}` };
}

/** Another panel, large, in the time of this dashboard. */
export function panel(name: PanelName, variables = ''): PanelLink {
  const { dashboard: of, id, title } = PANELS[name];
  return { title, url: `/d/${DASHBOARDS[of]}?\${__url_time_range}&viewPanel=panel-${id}${variables}` };
}

/** Grafana's list of alerts, with what has to do with a component. */
export function alerts(component: string): PanelLink {
  return {
    title: 'Alerts and their runbooks',
    url: `/alerting/list?search=${encodeURIComponent(`label:component=${component}`)}`,
  };
}

function search(query: string): object {
  return { refId: 'A', queryType: 'traceql', query, limit: 20, tableType: 'traces' };
}

function explore(uid: string, query: object): string {
  const panes = { links: { datasource: uid, queries: [{ refId: 'A', ...query }], range: TIME } };
  return `/explore?schemaVersion=1&panes=${encodeAround(JSON.stringify(panes))}`;
}

/** Encodes all but the variables: Grafana fills those in where it finds them as they are. */
function encodeAround(text: string): string {
  return text
    .split(/(\$\{[^}]+\})/)
    .map((part, index) => (index % 2 === 1 ? part : encodeURIComponent(part)))
    .join('');
}
