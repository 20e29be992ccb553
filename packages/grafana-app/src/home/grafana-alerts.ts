import { ruleStatuses } from '../grafana/rule-statuses.ts';
import type { Series } from '../grafana/series.ts';

/** Rules of the app begin so; a Grafana has others, that are not about tracing. */
const OURS = /^uat-/;

/**
 * Alerts that fire of rules that were imported into Grafana, which Prometheus knows nothing of: one series an alert, as
 * `ALERTS` has them. Needs `alert.rules:read`, which viewers have.
 *
 * @throws ApiProblem
 */
export async function grafanaAlerts(): Promise<Series[]> {
  return (await ruleStatuses('firing'))
    .filter(({ uid }) => OURS.test(uid ?? ''))
    .flatMap(({ name = '', alerts }) =>
      (alerts ?? [])
        .filter(({ state }) => state?.startsWith('Alerting') || state === 'firing')
        .map(({ labels }) => ({ labels: { alertname: name, ...labels }, values: [1] })),
    );
}

/** What tells firing alerts apart for who reads of them. */
const LABELS = ['alertname', 'severity', 'component', 'service_name'];

/** Those of both, each once: the same rule may be in Prometheus and in Grafana, and fire for several instances. */
export function allAlerts(...sources: readonly (readonly Series[])[]): Series[] {
  const alerts = sources.flat().map(({ labels, values }): [string, Series] => {
    const told = Object.fromEntries(LABELS.map((name) => [name, labels[name] ?? '']));
    return [JSON.stringify(told), { labels: told, values }];
  });
  return [...new Map(alerts).values()];
}
