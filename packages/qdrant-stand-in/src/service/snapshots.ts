import { createHash } from 'node:crypto';
import type { JsonObject } from '../json.ts';
import { badRequest, notFound } from '../server-error.ts';

export interface Snapshot {
  readonly description: JsonObject;
  readonly bytes: Buffer;
}

/** Snapshots, held in memory: of collections, of shards (`name/0`), of all (``). */
export class Snapshots {
  readonly #peerId: number;
  readonly #byOwner = new Map<string, Map<string, Snapshot>>();
  /** How many were made, by collection; a deleted one stays, as the server's telemetry has it. */
  readonly created = new Map<string, number>();

  constructor(peerId: number) {
    this.#peerId = peerId;
  }

  list(owner: string): JsonObject[] {
    return [...(this.#byOwner.get(owner)?.values() ?? [])].map(({ description }) => description);
  }

  /** `owner`: a collection, or empty for all of them; `shard` where the snapshot is of a shard. */
  create(owner: string, bytes: Buffer, shard?: number): JsonObject {
    const time = new Date().toISOString().slice(0, 19);
    const stamp = time.replace('T', '-').replaceAll(':', '-');
    const of =
      owner === ''
        ? 'full-snapshot'
        : shard === undefined
          ? `${owner}-${this.#peerId}`
          : `${owner}-shard-${shard}`;
    const description = {
      name: `${of}-${stamp}.snapshot`,
      creation_time: time,
      size: bytes.length,
      checksum: createHash('sha256').update(bytes).digest('hex'),
    };
    const key = shard === undefined ? owner : `${owner}/${shard}`;
    const list = this.#byOwner.get(key) ?? new Map<string, Snapshot>();
    this.#byOwner.set(key, list.set(description.name, { description, bytes }));
    return description;
  }

  /** @throws ServerError 404. */
  get(owner: string, name: string): Snapshot {
    const snapshot = this.#byOwner.get(owner)?.get(name);
    if (!snapshot) throw notFound(`Snapshot ${name} not found`);
    return snapshot;
  }

  /** @throws ServerError 404. */
  delete(owner: string, name: string): void {
    this.get(owner, name);
    this.#byOwner.get(owner)!.delete(name);
  }

  /** What a location means: the last part of its path is a snapshot's name. @throws ServerError 400. */
  at(location: string): Snapshot {
    let name: string | undefined;
    try {
      name = decodeURIComponent(new URL(location).pathname).split('/').at(-1);
    } catch {
      name = location.split('/').at(-1);
    }
    for (const list of this.#byOwner.values()) {
      const snapshot = list.get(name ?? '');
      if (snapshot) return snapshot;
    }
    throw badRequest(`Snapshot file ${JSON.stringify(location)} does not exist`);
  }
}
