/** What a query searches with: a vector, or a point whose vector is taken. */

import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';
import { type PointId, readPointId } from '../point-id.ts';
import { notFound, pointNotFound } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import type { Collections } from '../store/collections.ts';
import { isForInference, refuseInference } from '../store/new-points.ts';
import type { Prepared, VectorField } from '../store/vector-field.ts';

export type VectorInput = { readonly id: PointId } | { readonly vector: unknown };

export function isVectorInput(value: unknown): boolean {
  return (
    typeof value === 'number' ||
    typeof value === 'string' ||
    Array.isArray(value) ||
    (isObject(value) && (isForInference(value) || ('indices' in value && 'values' in value)))
  );
}

export function readVectorInput(value: unknown): VectorInput {
  if (typeof value === 'number' || typeof value === 'string') return { id: readPointId(value) };
  if (isForInference(value)) refuseInference();
  const rows = Array.isArray(value) && (Array.isArray(value[0]) ? value : [value]);
  const fits = rows
    ? rows.every((row) => Array.isArray(row) && row.every((x) => typeof x === 'number'))
    : isObject(value) && Array.isArray(value.indices) && Array.isArray(value.values);
  if (!fits) throw noVariant('VectorInput');
  return { vector: value };
}

export interface LookupPlace {
  readonly collection: Collection;
  readonly vector: string;
}

/** `lookup_from`: another collection that the ids of a query mean. */
export function readLookup(value: unknown, collections: Collections, using: string): LookupPlace | undefined {
  if (!isObject(value)) return undefined;
  return {
    collection: collections.get(String(value.collection)),
    vector: typeof value.vector === 'string' ? value.vector : using,
  };
}

/** Turns inputs into vectors of the field that is searched, and notes the points that they named. */
export class VectorResolver {
  readonly #collection: Collection;
  readonly #field: VectorField;
  readonly #place: LookupPlace;
  /** Points of the searched collection that the query names: they are no hits. */
  readonly named = new Set<PointId>();

  constructor(collection: Collection, using: string, lookup: LookupPlace | undefined) {
    this.#collection = collection;
    this.#field = collection.field(using);
    this.#place = lookup ?? { collection, vector: using };
  }

  /** @throws ServerError 404 for a point that is not there or lacks the vector. */
  resolve(input: VectorInput): Prepared {
    if ('vector' in input) return this.#field.read(input.vector);
    const { collection, vector } = this.#place;
    const slot = collection.points.slotOf(input.id);
    if (slot === undefined) throw pointNotFound(input.id);
    const field = collection.field(vector);
    if (!field.has(slot)) throw notFound(`Vector with name ${JSON.stringify(vector)} for point not found`);
    if (collection !== this.#collection) return this.#field.read(field.output(slot));
    this.named.add(input.id);
    return field === this.#field ? field.stored(slot)! : this.#field.read(field.output(slot));
  }
}
