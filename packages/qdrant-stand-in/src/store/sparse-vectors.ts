import { noVariant } from '../format-error.ts';
import { isObject, type Json } from '../json.ts';
import { invalid, wrongInput } from '../server-error.ts';
import { shortest32 } from '../single-precision.ts';
import type { Prepared, Similarity, SparseVector, VectorField } from './vector-field.ts';

/** @throws ServerError for indices that repeat or do not fit the values. */
export function readSparse(value: unknown): SparseVector {
  if (!isObject(value)) throw wrongInput('Conversion between sparse and regular vectors failed');
  const { indices, values } = value;
  if (
    !Array.isArray(indices) ||
    !Array.isArray(values) ||
    !indices.every((index) => Number.isInteger(index) && index >= 0 && index <= 0xffff_ffff) ||
    !values.every((x) => typeof x === 'number')
  )
    throw noVariant('VectorStruct', null);
  if (indices.length !== values.length)
    throw invalid('JSON body', 'values', 'must be the same length as indices');
  if (new Set(indices).size !== indices.length) throw invalid('JSON body', 'indices', 'must be unique');
  const order = [...indices.keys()].sort((a, b) => indices[a] - indices[b]);
  return {
    indices: order.map((place) => indices[place]),
    values: order.map((place) => Math.fround(values[place] ?? 0)),
  };
}

/** Sparse vectors: compared by their dot product, and only where they share an index. */
export class SparseVectors implements VectorField {
  readonly kind = 'sparse';
  readonly cost = 16;
  readonly smallIsNear = false;
  readonly #idf: boolean;
  readonly #vectors = new Map<number, SparseVector>();

  constructor(modifier: unknown) {
    this.#idf = modifier === 'idf';
  }

  get count(): number {
    return this.#vectors.size;
  }

  read(value: unknown): SparseVector {
    return readSparse(value);
  }

  set(slot: number, vector: Prepared): void {
    this.#vectors.set(slot, vector as SparseVector);
  }

  delete(slot: number): void {
    this.#vectors.delete(slot);
  }

  has(slot: number): boolean {
    return this.#vectors.has(slot);
  }

  stored(slot: number): SparseVector | undefined {
    return this.#vectors.get(slot);
  }

  output(slot: number): Json | undefined {
    const vector = this.#vectors.get(slot);
    return vector && { indices: [...vector.indices], values: vector.values.map(shortest32) };
  }

  similarityTo(query: Prepared): Similarity {
    const { indices, values } = query as SparseVector;
    const weights = new Map(indices.map((index, place) => [index, values[place]! * this.#weightOf(index)]));
    return (slot) => {
      const vector = this.#vectors.get(slot);
      let sum = Number.NaN;
      vector?.indices.forEach((index, place) => {
        const weight = weights.get(index);
        if (weight !== undefined) sum = (Number.isNaN(sum) ? 0 : sum) + weight * vector.values[place]!;
      });
      return sum;
    };
  }

  score(similarity: number): number {
    return similarity;
  }

  average(positive: readonly Prepared[], negative: readonly Prepared[]): SparseVector {
    const sums = new Map<number, number>();
    const add = (vectors: readonly Prepared[], factor: number): void => {
      for (const { indices, values } of vectors as readonly SparseVector[]) {
        for (const [place, index] of indices.entries())
          sums.set(index, (sums.get(index) ?? 0) + (values[place]! * factor) / vectors.length);
      }
    };
    add(positive, negative.length > 0 ? 2 : 1);
    add(negative, -1);
    const indices = [...sums.keys()].sort((a, b) => a - b);
    return { indices, values: indices.map((index) => sums.get(index)!) };
  }

  /** With the `idf` modifier: ln(1 + (N - n + 0.5) / (n + 0.5)), as BM25 has it. */
  #weightOf(index: number): number {
    if (!this.#idf) return 1;
    let holding = 0;
    for (const { indices } of this.#vectors.values()) if (indices.includes(index)) holding++;
    return Math.log(1 + (this.#vectors.size - holding + 0.5) / (holding + 0.5));
  }
}
