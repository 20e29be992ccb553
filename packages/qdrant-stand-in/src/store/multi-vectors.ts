import { noVariant } from '../format-error.ts';
import type { Json } from '../json.ts';
import { wrongInput } from '../server-error.ts';
import { shortest32 } from '../single-precision.ts';
import { checkSize, readNumbers } from './dense-vectors.ts';
import { type Distance, METRICS, type Metric } from './distance.ts';
import type { Prepared, Similarity, VectorField } from './vector-field.ts';

type Rows = readonly Float32Array[];

/** Several vectors a point, compared by `max_sim`: for each row of the query the nearest row, summed. */
export class MultiVectors implements VectorField {
  readonly kind = 'multi';
  readonly cost: number;
  readonly #size: number;
  readonly #metric: Metric;
  readonly #rows = new Map<number, Rows>();

  constructor(size: number, distance: Distance) {
    this.#size = size;
    this.cost = size;
    this.#metric = METRICS[distance];
  }

  get smallIsNear(): boolean {
    return this.#metric.smallIsNear;
  }

  get count(): number {
    return this.#rows.size;
  }

  read(value: unknown): Rows {
    if (!Array.isArray(value)) throw noVariant('VectorStruct', null);
    const rows = typeof value[0] === 'number' ? [value] : value;
    if (rows.length === 0) throw wrongInput('Vector dimension error: multi vector must not be empty');
    return rows.map((row) => {
      const vector = readNumbers(row);
      checkSize(this.#size, vector.length);
      return this.#metric.prepare(vector);
    });
  }

  set(slot: number, vector: Prepared): void {
    this.#rows.set(slot, vector as Rows);
  }

  delete(slot: number): void {
    this.#rows.delete(slot);
  }

  has(slot: number): boolean {
    return this.#rows.has(slot);
  }

  stored(slot: number): Rows | undefined {
    return this.#rows.get(slot);
  }

  output(slot: number): Json | undefined {
    return this.#rows.get(slot)?.map((row) => Array.from(row, shortest32));
  }

  similarityTo(query: Prepared): Similarity {
    const { similarity } = this.#metric;
    return (slot) => {
      const rows = this.#rows.get(slot);
      if (!rows) return Number.NaN;
      let sum = 0;
      for (const asked of query as Rows) {
        let best = Number.NEGATIVE_INFINITY;
        for (const row of rows) best = Math.max(best, similarity(asked, row, 0));
        sum += best;
      }
      return sum;
    };
  }

  score(similarity: number): number {
    return this.#metric.score(similarity);
  }

  /** As the server does it: all rows together, the negative ones turned round. */
  average(positive: readonly Prepared[], negative: readonly Prepared[]): Rows {
    return [
      ...(positive as readonly Rows[]).flat(),
      ...(negative as readonly Rows[]).flat().map((row) => row.map((x) => -x)),
    ];
  }
}
