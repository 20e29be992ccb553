import type { PromQuery } from '../grafana/prometheus.ts';
import { selector } from '../grafana/promql.ts';

const QDRANT = 'db_system_name="qdrant"';
const DURATION = 'db_client_operation_duration_seconds';

export type CollectionQueryName =
  | 'points'
  | 'unindexed'
  | 'fewestReplicas'
  | 'mostReplicas'
  | 'optimizing'
  | 'calls'
  | 'errors'
  | 'p95'
  | 'p95History'
  | 'serverP95'
  | 'serverErrors'
  | 'servers'
  | 'environments';

/**
 * What Qdrant says of itself, and what its clients measure: with the metrics of the Qdrant instrumentation, or else from
 * their spans. Qdrant has no duration by collection, and knows of no environment.
 */
export function collectionQueries(
  environmentLabel: string,
  environment: string | undefined,
): Record<CollectionQueryName, PromQuery> {
  const clients = (...more: string[]): string =>
    selector({ [environmentLabel]: environment }, QDRANT, ...more);
  const p95 = [
    `histogram_quantile(0.95, sum by (db_collection_name, le) (rate(${DURATION}_bucket${clients()}[5m]))) >= 0`,
    `max by (db_collection_name) (database:duration_seconds:p95_rate5m${clients()})`,
  ].join(' or ');
  return {
    points: { expr: 'sum by (job, id) (qdrant_collection_points)' },
    // Several vectors of a point may be without an index.
    unindexed: {
      expr: 'sum by (job, id) (max by (job, instance, id) (qdrant_collection_indexed_only_excluded_points))',
    },
    fewestReplicas: { expr: 'min by (job) (qdrant_collection_active_replicas_min)' },
    mostReplicas: { expr: 'max by (job) (qdrant_collection_active_replicas_max)' },
    optimizing: { expr: 'sum by (id) (qdrant_collection_running_optimizations)' },
    calls: {
      expr: `sum by (db_collection_name) (rate(${DURATION}_count${clients()}[5m])) or sum by (db_collection_name) (database:calls:rate5m${clients()})`,
    },
    errors: {
      expr: `sum by (db_collection_name) (rate(${DURATION}_count${clients('error_type!=""')}[5m])) or sum by (db_collection_name) (database:errors:rate5m${clients()})`,
    },
    p95: { expr: p95 },
    p95History: { expr: p95, history: true },
    serverP95: { expr: 'max by (protocol) (qdrant_search_latency_seconds{quantile="0.95"})' },
    serverErrors: {
      // Without the second part, nothing where there was no such answer yet.
      expr: 'sum(rate(qdrant_rest_responses_total{status=~"5.."}[5m])) or 0 * sum(rate(qdrant_rest_responses_total[5m]))',
    },
    servers: { expr: 'up{job="qdrant"}' },
    // Of all: one that is not chosen has to be there to be chosen.
    environments: {
      expr: `group by (${environmentLabel}) (${DURATION}_count${selector({}, QDRANT)}) or group by (${environmentLabel}) (database:calls:rate5m${selector({}, QDRANT)})`,
    },
  };
}
