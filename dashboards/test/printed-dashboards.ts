import { ALL_DASHBOARDS } from '../src/dashboards/dashboards.ts';
import type { DashboardJson } from '../src/lint/dashboard-json.ts';
import { printDashboards } from '../src/print/dashboards.ts';

/** The files as Grafana reads them; that they are those in `generated/` is a test of its own. */
export const PRINTED: readonly DashboardJson[] = printDashboards(ALL_DASHBOARDS).map(
  ({ text }) => JSON.parse(text) as DashboardJson,
);
