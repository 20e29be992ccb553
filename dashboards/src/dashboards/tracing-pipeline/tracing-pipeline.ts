import { firingAlerts } from '../annotations.ts';
import type { Dashboard } from '../dashboard.ts';
import { alerts, dashboard } from '../link.ts';
import { jaegerAddress, prometheusDataSource, stackInstance, tempoDataSource } from '../variables.ts';
import { collector } from './collector.ts';
import { jaeger } from './jaeger.ts';
import { alerting, prometheus } from './monitoring.ts';
import { targets } from './targets.ts';
import { tempo } from './tempo.ts';

export const tracingPipeline: Dashboard = {
  name: 'pipeline',
  title: 'UAT Tracing Pipeline',
  description:
    'The health of the Collector, Jaeger, Tempo, Prometheus and Alertmanager, for whoever runs them.',
  variables: [prometheusDataSource, tempoDataSource, stackInstance, jaegerAddress],
  annotations: [firingAlerts('component=~"collector|jaeger|tempo|prometheus|alertmanager|grafana|stack"')],
  links: [dashboard('tracing', 'Distributed Tracing'), alerts('collector')],
  from: 'now-1h',
  rows: [targets, collector, jaeger, tempo, prometheus, alerting],
};
