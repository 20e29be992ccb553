import type { Alert } from '../alerts/alert.ts';
import type { AlertGroup } from '../alerts/alerts.ts';
import { DASHBOARDS, PANELS } from '../panels.ts';
import { alertAnnotations, alertLabels } from './alert-rules.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';
import { toYaml } from './rule-files.ts';

const HEAD = `# Printed by \`npm run generate -w dashboards\`; change dashboards/src/alerts.
# The same alerts for Grafana's own alerting (provisioning/alerting), for an installation whose Prometheus has no
# Alertmanager. Use either these or the rule files: both together tell everything twice.
`;

/** As in stack/grafana: the uid of the Prometheus data source, and the folder. */
const DATA_SOURCE = 'prometheus';
const FOLDER = 'Tracing';
/** Seconds of the past that the queries may look at; they are instant ones. */
const RANGE = { from: 600, to: 0 };

export function printGrafanaAlerts(groups: readonly AlertGroup[]): PrintedFile {
  return {
    path: `${GENERATED}/grafana-alerting/alerts.yaml`,
    text:
      HEAD +
      toYaml({
        apiVersion: 1,
        groups: groups.map(({ name, alerts }) => ({
          orgId: 1,
          name,
          folder: FOLDER,
          interval: '1m',
          rules: alerts.map(toGrafanaRule),
        })),
      }),
  };
}

/**
 * A asks, B takes the last value, C fires. PromQL has compared already: whatever comes back fires, so C asks for any value
 * at all. None of the alerts has a value below 0.
 */
export function toGrafanaRule(alert: Alert): object {
  const { name, expr, forMinutes, keepMinutes, panel } = alert;
  const { dashboard, id } = PANELS[panel];
  return {
    uid: grafanaUid(name),
    title: name,
    condition: 'C',
    data: [
      {
        refId: 'A',
        relativeTimeRange: RANGE,
        datasourceUid: DATA_SOURCE,
        model: { refId: 'A', expr, instant: true, range: false, intervalMs: 1000, maxDataPoints: 43_200 },
      },
      {
        refId: 'B',
        relativeTimeRange: RANGE,
        datasourceUid: '__expr__',
        model: { refId: 'B', type: 'reduce', expression: 'A', reducer: 'last' },
      },
      {
        refId: 'C',
        relativeTimeRange: RANGE,
        datasourceUid: '__expr__',
        model: {
          refId: 'C',
          type: 'threshold',
          expression: 'B',
          conditions: [{ evaluator: { type: 'gt', params: [-1] } }],
        },
      },
    ],
    for: `${forMinutes}m`,
    ...(keepMinutes === undefined ? {} : { keepFiringFor: `${keepMinutes}m` }),
    // A query of an alert that is well returns nothing.
    noDataState: 'OK',
    execErrState: 'Error',
    dashboardUid: DASHBOARDS[dashboard],
    panelId: id,
    labels: alertLabels(alert),
    annotations: Object.fromEntries(
      Object.entries(alertAnnotations(alert))
        // Grafana makes that link from dashboardUid and panelId.
        .filter(([annotation]) => annotation !== 'dashboard_url')
        .map(([annotation, text]) => [annotation, toGrafanaTemplate(text)]),
    ),
    isPaused: false,
  };
}

/** `$value` is text there, with all the values in it. */
export function toGrafanaTemplate(text: string): string {
  return text.replaceAll('$value', '$values.B.Value');
}

/** Stable, and at most 40 characters. */
export function grafanaUid(alert: string): string {
  return `uat-${alert.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()}`;
}
