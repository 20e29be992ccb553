/**
 * The four distances. `similarity` grows with nearness, so that one search serves all: for Euclid and Manhattan it is
 * the negated (squared) distance, as inside the server; `score` is what is told.
 */
export type Distance = 'Cosine' | 'Dot' | 'Euclid' | 'Manhattan';

export const DISTANCES: readonly Distance[] = ['Cosine', 'Euclid', 'Dot', 'Manhattan'];

export interface Metric {
  /** What is stored, and searched with, for a given vector; may be the same array. */
  prepare(vector: Float32Array): Float32Array;
  /** Of a query and `size` numbers from `offset` of the stored ones. */
  similarity(query: Float32Array, stored: Float32Array, offset: number): number;
  score(similarity: number): number;
  /** Small scores are near. */
  readonly smallIsNear: boolean;
}

function dot(query: Float32Array, stored: Float32Array, offset: number): number {
  const { length } = query;
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    a += query[i]! * stored[offset + i]!;
    b += query[i + 1]! * stored[offset + i + 1]!;
    c += query[i + 2]! * stored[offset + i + 2]!;
    d += query[i + 3]! * stored[offset + i + 3]!;
  }
  for (; i < length; i++) a += query[i]! * stored[offset + i]!;
  return a + b + c + d;
}

function normalise(vector: Float32Array): Float32Array {
  let square = 0;
  for (const x of vector) square += x * x;
  // As the server does: nothing has no direction, and what has length 1 stays as it is.
  if (square < 1.1920929e-7 || Math.abs(square - 1) < 1e-6) return vector;
  const length = Math.sqrt(square);
  return vector.map((x) => x / length);
}

const itself = (vector: Float32Array) => vector;
const same = (similarity: number) => similarity;

export const METRICS: Readonly<Record<Distance, Metric>> = {
  Cosine: { prepare: normalise, similarity: dot, score: same, smallIsNear: false },
  Dot: { prepare: itself, similarity: dot, score: same, smallIsNear: false },
  Euclid: {
    prepare: itself,
    similarity(query, stored, offset) {
      let sum = 0;
      for (let i = 0; i < query.length; i++) sum += (query[i]! - stored[offset + i]!) ** 2;
      return -sum;
    },
    score: (similarity) => Math.sqrt(Math.abs(similarity)),
    smallIsNear: true,
  },
  Manhattan: {
    prepare: itself,
    similarity(query, stored, offset) {
      let sum = 0;
      for (let i = 0; i < query.length; i++) sum += Math.abs(query[i]! - stored[offset + i]!);
      return -sum;
    },
    score: Math.abs,
    smallIsNear: true,
  },
};
