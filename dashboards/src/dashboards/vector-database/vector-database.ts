import { deployments, firingAlerts } from '../annotations.ts';
import type { Dashboard } from '../dashboard.ts';
import { alerts, dashboard } from '../link.ts';
import {
  collection,
  environment,
  jaegerAddress,
  prometheusDataSource,
  qdrantInstance,
  qdrantJob,
  services,
  slowSearch,
  tempoDataSource,
} from '../variables.ts';
import { cluster } from './cluster.ts';
import { collections } from './collections.ts';
import { endpoints } from './endpoints.ts';
import { nodes } from './nodes.ts';
import { overview } from './overview.ts';
import { searches } from './searches.ts';

export const vectorDatabase: Dashboard = {
  name: 'vectors',
  title: 'UAT Vector Database',
  description:
    'Qdrant as the server measures it, beside what its clients see, collection by collection, and the traces of slow searches.',
  variables: [
    prometheusDataSource,
    tempoDataSource,
    qdrantJob,
    qdrantInstance,
    collection,
    environment,
    services,
    slowSearch,
    jaegerAddress,
  ],
  annotations: [deployments('service_name=~"$service"'), firingAlerts('component="qdrant"')],
  links: [dashboard('tracing', 'Distributed Tracing'), alerts('qdrant')],
  from: 'now-1h',
  rows: [overview, searches, endpoints, collections, nodes, cluster],
};
