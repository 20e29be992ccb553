// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { deployments, firingAlerts } from '../annotations.ts';
import type { Dashboard } from '../dashboard.ts';
import { alerts, dashboard } from '../link.ts';
import {
  environment,
  jaegerAddress,
  oneService,
  prometheusDataSource,
  tempoDataSource,
} from '../variables.ts';
import { allServices } from './all-services.ts';
import { dependencies } from './dependencies.ts';
import { operations } from './operations.ts';
import { requests, state } from './requests.ts';
import { runtime } from './runtime.ts';
import { SERVICE } from './selectors.ts';
import { foundTraces } from './traces.ts';

export const serviceOverview: Dashboard = {
  name: 'service',
  title: 'UAT Service Overview',
  description: 'Is this service well, and if not, which operation, which dependency, which trace?',
  variables: [prometheusDataSource, tempoDataSource, environment, oneService, jaegerAddress],
  annotations: [deployments(SERVICE), firingAlerts('service_name="$service"')],
  links: [
    dashboard('tracing', 'Distributed Tracing', '&var-service=${service:percentencode}'),
    alerts('service'),
  ],
  from: 'now-1h',
  rows: [state, requests, operations, dependencies, runtime, foundTraces, allServices],
};
