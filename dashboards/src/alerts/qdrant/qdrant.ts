import type { Alert } from '../alert.ts';
import { clientAlerts } from './clients.ts';
import { clusterAlerts } from './cluster.ts';
import { collectionAlerts } from './collections.ts';
import { requestAlerts } from './requests.ts';
import { resourceAlerts } from './resources.ts';
import { serverAlerts } from './server.ts';

export const qdrantAlerts: readonly Alert[] = [
  ...serverAlerts,
  ...requestAlerts,
  ...collectionAlerts,
  ...resourceAlerts,
  ...clusterAlerts,
  ...clientAlerts,
];
