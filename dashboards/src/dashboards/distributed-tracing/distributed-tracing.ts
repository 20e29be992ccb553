import { deployments, firingAlerts } from '../annotations.ts';
import type { Dashboard } from '../dashboard.ts';
import { alerts, dashboard } from '../link.ts';
import {
  environment,
  jaegerAddress,
  prometheusDataSource,
  services,
  tempoDataSource,
  traceCondition,
  traceId,
} from '../variables.ts';
import { hops } from './hops.ts';
import { map } from './map.ts';
import { operations } from './operations.ts';
import { sampling } from './sampling.ts';
import { search } from './search.ts';
import { SERVICES } from './selectors.ts';

export const distributedTracing: Dashboard = {
  name: 'tracing',
  title: 'UAT Distributed Tracing',
  description: 'Who calls whom, the trace that explains it, and whether traces arrive at all.',
  variables: [
    prometheusDataSource,
    tempoDataSource,
    environment,
    services,
    traceCondition,
    traceId,
    jaegerAddress,
  ],
  annotations: [deployments(SERVICES), firingAlerts('component=~"sdk|collector|jaeger|tempo"')],
  links: [
    dashboard('service', 'Service Overview'),
    dashboard('pipeline', 'Tracing Pipeline'),
    alerts('collector'),
  ],
  from: 'now-1h',
  rows: [map, search, operations, sampling, hops],
};
