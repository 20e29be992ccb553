import type { Dashboard } from './dashboard.ts';
import { distributedTracing } from './distributed-tracing/distributed-tracing.ts';
import type { Panel } from './panel.ts';
import { serviceOverview } from './service-overview/service-overview.ts';
import { tracingPipeline } from './tracing-pipeline/tracing-pipeline.ts';
import { vectorDatabase } from './vector-database/vector-database.ts';

export const ALL_DASHBOARDS: readonly Dashboard[] = [
  serviceOverview,
  distributedTracing,
  vectorDatabase,
  tracingPipeline,
];

export function panelsOf(dashboard: Dashboard): Panel[] {
  return dashboard.rows.flatMap(({ panels }) => panels);
}
