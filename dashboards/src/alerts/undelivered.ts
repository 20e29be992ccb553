import type { Inhibition } from './alert.ts';

/** What the Collector cannot deliver is the effect of a store that is away. */
export const undelivered = (exporter: string): Inhibition => ({
  alerts: ['CollectorNotDelivering', 'CollectorQueueNearlyFull'],
  equal: [],
  where: [`exporter=~".*${exporter}.*"`],
});
