import type { Alert } from './alert.ts';
import { collectorAlerts } from './collector.ts';
import { alertmanagerAlerts, prometheusAlerts, stackAlerts } from './monitoring.ts';
import { qdrantAlerts } from './qdrant.ts';
import { sdkAlerts, serviceAlerts } from './services.ts';
import { jaegerAlerts, tempoAlerts } from './trace-stores.ts';

export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly Alert[];
}

export const ALERT_GROUPS: readonly AlertGroup[] = [
  { name: 'uat-alerts-services', alerts: [...serviceAlerts, ...sdkAlerts] },
  { name: 'uat-alerts-collector', alerts: collectorAlerts },
  { name: 'uat-alerts-trace-stores', alerts: [...jaegerAlerts, ...tempoAlerts] },
  { name: 'uat-alerts-monitoring', alerts: [...prometheusAlerts, ...alertmanagerAlerts, ...stackAlerts] },
  { name: 'uat-alerts-qdrant', alerts: qdrantAlerts },
];

export const ALERTS: readonly Alert[] = ALERT_GROUPS.flatMap(({ alerts }) => alerts);
