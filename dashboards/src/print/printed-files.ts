import { ALERT_GROUPS, ALERTS } from '../alerts/alerts.ts';
import { ALL_DASHBOARDS } from '../dashboards/dashboards.ts';
import { LINT_EXCEPTIONS } from '../lint/exceptions.ts';
import { RECORDING_RULES } from '../rules/recording-rules.ts';
import { printAlertRules } from './alert-rules.ts';
import { printAlertmanager } from './alertmanager.ts';
import { printAppAlertRules } from './app-alert-rules.ts';
import { printDashboards } from './dashboards.ts';
import { printGrafanaAlerts } from './grafana-alerts.ts';
import { printLintExceptions } from './lint-exceptions.ts';
import { printCatalogue } from './metric-catalogue.ts';
import type { PrintedFile } from './printed-file.ts';
import { printRecordingRules } from './rule-files.ts';
import { printRunbooks } from './runbooks.ts';

/** Everything that is printed from the sources. */
export function printedFiles(): PrintedFile[] {
  return [
    ...printRecordingRules(RECORDING_RULES),
    ...printAlertRules(ALERT_GROUPS),
    printAlertmanager(ALERTS),
    printGrafanaAlerts(ALERT_GROUPS),
    printAppAlertRules(ALERT_GROUPS),
    ...printRunbooks(ALERTS),
    ...printDashboards(ALL_DASHBOARDS),
    printLintExceptions(LINT_EXCEPTIONS),
    printCatalogue(),
  ];
}
