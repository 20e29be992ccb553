import type { Alert } from '../alerts/alert.ts';
import type { AlertGroup } from '../alerts/alerts.ts';
import { panelUrl, runbookUrl } from '../links.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';
import { toYaml } from './rule-files.ts';

const HEAD = '# Printed by `npm run generate -w dashboards`; change dashboards/src/alerts.\n';

/** Prometheus rule files, one a group. */
export function printAlertRules(groups: readonly AlertGroup[]): PrintedFile[] {
  return groups.map(({ name, alerts }) => ({
    path: `${GENERATED}/prometheus/${name.replace(/^uat-/, '')}.yml`,
    text: HEAD + toYaml({ groups: [{ name, rules: alerts.map(toAlertingRule) }] }),
  }));
}

export function toAlertingRule(alert: Alert): object {
  const { name, expr, forMinutes, keepMinutes } = alert;
  return {
    alert: name,
    expr,
    ...(forMinutes === 0 ? {} : { for: `${forMinutes}m` }),
    ...(keepMinutes === undefined ? {} : { keep_firing_for: `${keepMinutes}m` }),
    labels: alertLabels(alert),
    annotations: alertAnnotations(alert),
  };
}

/** Beside those of the series. */
export function alertLabels({ severity, component }: Alert): { severity: string; component: string } {
  return { severity, component };
}

export function alertAnnotations(alert: Alert): Record<string, string> {
  const { name, summary, description, panel, cases } = alert;
  const service = 'service_name' in cases.fires ? 'service_name' : undefined;
  return {
    summary,
    description,
    runbook_url: runbookUrl(name),
    dashboard_url: panelUrl(panel, service),
  };
}
