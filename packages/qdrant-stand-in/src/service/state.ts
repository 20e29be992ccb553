import { randomInt, randomUUID } from 'node:crypto';
import { HardwareTotals } from '../metrics/hardware-usage.ts';
import { RequestStatistics } from '../metrics/request-statistics.ts';
import { Collections } from '../store/collections.ts';
import { Quotas } from './quotas.ts';
import { Snapshots } from './snapshots.ts';

/** `1.19.x`, so that clients of 1.18 to 1.20 take it for compatible. */
export const VERSION = '1.19.0';

/** All that the stand-in holds; gone when it stops. */
export class StandInState {
  readonly identity = { name: 'qdrant-stand-in', version: VERSION, id: randomUUID(), startedAt: new Date() };
  /** As a node of its own has one, too. */
  readonly peerId = randomInt(2 ** 40, 2 ** 47);
  readonly collections = new Collections();
  readonly snapshots = new Snapshots(this.peerId);
  readonly quotas = new Quotas();
  readonly statistics = new RequestStatistics();
  readonly hardware = new HardwareTotals();
}
