import type { Json } from '../json.ts';

/** A vector as a field keeps it or searches with it; only the field that made it looks inside. */
export type Prepared = Float32Array | readonly Float32Array[] | SparseVector;

/** Indices in order. */
export interface SparseVector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** How near the point in a slot is; NaN where the slot has no vector. Greater is nearer. */
export type Similarity = (slot: number) => number;

/** The vectors of one name of a collection, by slot. */
export interface VectorField {
  readonly kind: 'dense' | 'multi' | 'sparse';
  /** Numbers that one comparison costs, at most. */
  readonly cost: number;
  readonly smallIsNear: boolean;
  /** @throws ServerError or FormatError for what is no vector of this field. */
  read(value: unknown): Prepared;
  set(slot: number, vector: Prepared): void;
  delete(slot: number): void;
  has(slot: number): boolean;
  /** For use as a query, as it is stored. */
  stored(slot: number): Prepared | undefined;
  /** For an answer. */
  output(slot: number): Json | undefined;
  similarityTo(query: Prepared): Similarity;
  score(similarity: number): number;
  /** Mean of some, and where there are negative ones twice it less their mean. */
  average(positive: readonly Prepared[], negative: readonly Prepared[]): Prepared;
  readonly count: number;
}
