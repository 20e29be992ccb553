/** A collection as text, and back: what a snapshot holds. */
import type { Json, JsonObject } from '../json.ts';
import { recordOf } from '../query/selected-point.ts';
import { Collection } from './collection.ts';
import type { PayloadIndex } from './payload-index.ts';
import { CHANGES } from './updates.ts';

interface Copy {
  readonly settings: JsonObject;
  readonly indexes: readonly [string, PayloadIndex][];
  readonly points: readonly Json[];
}

const ALL = { payload: (payload: JsonObject) => payload, vectors: true } as const;

export function copyOfCollection(collection: Collection): Buffer {
  const { params, hnsw_config, optimizer_config, wal_config, ...rest } = collection.config;
  const copy: Copy = {
    settings: {
      ...params,
      hnsw_config,
      optimizers_config: optimizer_config,
      wal_config,
      ...rest,
    } as JsonObject,
    indexes: [...collection.indexes],
    points: collection.points.inOrder().map((slot) => ({ vector: {}, ...recordOf(collection, slot, ALL) })),
  };
  return Buffer.from(JSON.stringify(copy));
}

/** @throws Error for bytes that are no such copy. */
export function collectionFrom(name: string, copy: Buffer): Collection {
  const { settings, indexes, points } = JSON.parse(copy.toString()) as Copy;
  const collection = new Collection(name, settings);
  for (const [field, index] of indexes) collection.indexes.set(field, index);
  if (points.length > 0) CHANGES.upsert!(collection, { points }).apply(collection.nextOperation());
  return collection;
}
