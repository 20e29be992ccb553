import type { Alert } from './alert.ts';
import { alertmanagerAlerts } from './alertmanager.ts';
import { collectorAlerts } from './collector/collector.ts';
import { jaegerAlerts } from './jaeger.ts';
import { prometheusAlerts } from './prometheus.ts';
import { qdrantAlerts } from './qdrant/qdrant.ts';
import { sdkAlerts } from './sdk.ts';
import { serviceAlerts } from './services.ts';
import { stackAlerts } from './stack.ts';
import { tempoAlerts } from './tempo.ts';

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
