import { noVariant } from '../format-error.ts';
import type { Json } from '../json.ts';
import { wrongInput } from '../server-error.ts';
import { shortest32 } from '../single-precision.ts';
import { type Distance, METRICS, type Metric } from './distance.ts';
import type { Prepared, Similarity, VectorField } from './vector-field.ts';

export function readNumbers(value: unknown): Float32Array {
  if (!Array.isArray(value) || !value.every((x) => typeof x === 'number'))
    throw noVariant('VectorStruct', null);
  return Float32Array.from(value);
}

export function checkSize(size: number, got: number): void {
  if (got !== size) throw wrongInput(`Vector dimension error: expected dim: ${size}, got ${got}`);
}

/** Vectors of one size, in one array, searched one after the other. */
export class DenseVectors implements VectorField {
  readonly kind = 'dense';
  readonly #size: number;
  readonly #metric: Metric;
  #numbers = new Float32Array(0);
  #present = new Uint8Array(0);
  #count = 0;

  constructor(size: number, distance: Distance) {
    this.#size = size;
    this.#metric = METRICS[distance];
  }

  get cost(): number {
    return this.#size;
  }

  get smallIsNear(): boolean {
    return this.#metric.smallIsNear;
  }

  get count(): number {
    return this.#count;
  }

  read(value: unknown): Float32Array {
    if (Array.isArray(value) && Array.isArray(value[0]))
      throw wrongInput('Conversion between multi and regular vectors failed');
    const vector = readNumbers(value);
    checkSize(this.#size, vector.length);
    return this.#metric.prepare(vector);
  }

  set(slot: number, vector: Prepared): void {
    if (slot >= this.#present.length) this.#grow(slot + 1);
    this.#numbers.set(vector as Float32Array, slot * this.#size);
    if (!this.#present[slot]) this.#count++;
    this.#present[slot] = 1;
  }

  delete(slot: number): void {
    if (!this.has(slot)) return;
    this.#present[slot] = 0;
    this.#count--;
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1;
  }

  stored(slot: number): Float32Array | undefined {
    return this.has(slot) ? this.#numbers.slice(slot * this.#size, (slot + 1) * this.#size) : undefined;
  }

  output(slot: number): Json | undefined {
    const vector = this.stored(slot);
    return vector && Array.from(vector, shortest32);
  }

  similarityTo(query: Prepared): Similarity {
    const numbers = this.#numbers;
    const present = this.#present;
    const size = this.#size;
    const { similarity } = this.#metric;
    return (slot) =>
      present[slot] === 1 ? similarity(query as Float32Array, numbers, slot * size) : Number.NaN;
  }

  score(similarity: number): number {
    return this.#metric.score(similarity);
  }

  average(positive: readonly Prepared[], negative: readonly Prepared[]): Float32Array {
    const mean = meanOf(positive as readonly Float32Array[], this.#size);
    if (negative.length === 0) return this.#metric.prepare(mean);
    const away = meanOf(negative as readonly Float32Array[], this.#size);
    return this.#metric.prepare(mean.map((x, i) => x + x - away[i]!));
  }

  #grow(slots: number): void {
    const capacity = Math.max(16, slots, this.#present.length * 2);
    const numbers = new Float32Array(capacity * this.#size);
    numbers.set(this.#numbers);
    const present = new Uint8Array(capacity);
    present.set(this.#present);
    this.#numbers = numbers;
    this.#present = present;
  }
}

function meanOf(vectors: readonly Float32Array[], size: number): Float32Array {
  const mean = new Float32Array(size);
  for (const vector of vectors) for (let i = 0; i < size; i++) mean[i] = mean[i]! + vector[i]!;
  return mean.map((x) => x / vectors.length);
}
