import { queryPrometheus } from '../grafana/prometheus.ts';
import type { Series } from '../grafana/series.ts';
import { allAlerts, grafanaAlerts } from './grafana-alerts.ts';
import { HOME_QUERIES, type HomeQueryName, SPAN_METRICS_QUERY } from './home-queries.ts';

/** @throws ApiProblem where Prometheus does not answer; alerts of Grafana that may not be read are none. */
export async function loadHome(uid: string): Promise<Record<HomeQueryName, readonly Series[]>> {
  const [found, inGrafana] = await Promise.all([
    queryPrometheus(uid, HOME_QUERIES),
    grafanaAlerts().catch(() => []),
  ]);
  const answers = { ...found, alerts: allAlerts(found.alerts, inGrafana) };
  if (answers.services.length > 0) return { ...answers, spanMetrics: answers.services };
  return { ...answers, ...(await queryPrometheus(uid, { spanMetrics: SPAN_METRICS_QUERY })) };
}
