import { queryPrometheus } from '../grafana/prometheus.ts';
import type { Series } from '../grafana/series.ts';
import { HOME_QUERIES, type HomeQueryName, SPAN_METRICS_QUERY } from './home-queries.ts';

/** @throws ApiProblem */
export async function loadHome(uid: string): Promise<Record<HomeQueryName, readonly Series[]>> {
  const answers = await queryPrometheus(uid, HOME_QUERIES);
  if (answers.services.length > 0) return { ...answers, spanMetrics: answers.services };
  return { ...answers, ...(await queryPrometheus(uid, { spanMetrics: SPAN_METRICS_QUERY })) };
}
