import { DASHBOARDS, PANELS, type PanelName } from './panels.ts';

/** Where a browser finds Grafana. `UAT_GRAFANA_URL` at `npm run generate`; the default is the reference stack's. */
const GRAFANA_URL = (process.env.UAT_GRAFANA_URL || 'http://localhost:3000').replace(/\/+$/, '');

/** Where the runbooks are shown. `UAT_RUNBOOK_URL` at `npm run generate`; the default is their place in the repository. */
const RUNBOOK_URL = (process.env.UAT_RUNBOOK_URL || 'dashboards/generated/runbooks').replace(/\/+$/, '');

/**
 * The address of one panel, large.
 *
 * @param serviceLabel the label of the alert that names the service: the dashboard then shows that one.
 */
export function panelUrl(panel: PanelName, serviceLabel?: string): string {
  const { dashboard, id } = PANELS[panel];
  const service = serviceLabel ? `&var-service={{ urlQueryEscape $labels.${serviceLabel} }}` : '';
  return `${GRAFANA_URL}/d/${DASHBOARDS[dashboard]}?viewPanel=panel-${id}${service}`;
}

export function runbookUrl(alert: string): string {
  return `${RUNBOOK_URL}/${alert}.md`;
}
