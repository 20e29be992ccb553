import type { Alert } from '../alert.ts';
import { deliveryAlerts } from './delivery.ts';
import { processingAlerts } from './processing.ts';
import { receivingAlerts } from './receiving.ts';

export const collectorAlerts: readonly Alert[] = [...receivingAlerts, ...deliveryAlerts, ...processingAlerts];
