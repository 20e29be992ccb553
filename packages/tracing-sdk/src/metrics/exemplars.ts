import {
  type Attributes,
  type Context,
  context,
  type HrTime,
  isSpanContextValid,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { ExemplarFilter } from '../types.ts';

/** One measurement with the span in which it was made (metrics/data-model, "Exemplars"). */
export interface Exemplar {
  value: number;
  time: HrTime;
  /** Both undefined for a measurement outside of any span. */
  traceId: string | undefined;
  spanId: string | undefined;
}

/** What keeps memory in bounds is the cardinality limit of the metrics SDK, which is the same. */
const MAX_POINTS = 2000;

/**
 * The exemplars of one histogram: the last one of each bucket and set of attributes since the export before, as
 * `AlignedHistogramBucketExemplarReservoir` of the specification keeps them. The metrics SDK for JavaScript has none.
 */
export class HistogramExemplars {
  readonly #boundaries: readonly number[];
  readonly #filter: ExemplarFilter;
  #points = new Map<string, (Exemplar | undefined)[]>();

  /** @param boundaries upper bounds of the buckets, rising. */
  constructor(boundaries: readonly number[], filter: ExemplarFilter) {
    this.#boundaries = boundaries;
    this.#filter = filter;
  }

  offer(value: number, attributes: Attributes | undefined, given: Context | undefined): void {
    if (this.#filter === 'always_off') return;
    const spanContext = trace.getSpanContext(given ?? context.active());
    const inSpan = spanContext !== undefined && isSpanContextValid(spanContext);
    if (this.#filter === 'trace_based' && !(inSpan && (spanContext.traceFlags & TraceFlags.SAMPLED) !== 0)) {
      return;
    }
    const key = pointKey(attributes);
    let buckets = this.#points.get(key);
    if (buckets === undefined) {
      if (this.#points.size >= MAX_POINTS) return;
      buckets = [];
      this.#points.set(key, buckets);
    }
    const millis = Date.now();
    const exemplar: Exemplar = {
      value,
      time: [Math.floor(millis / 1000), (millis % 1000) * 1_000_000],
      traceId: inSpan ? spanContext.traceId : undefined,
      spanId: inSpan ? spanContext.spanId : undefined,
    };
    buckets[this.#bucketOf(value)] = exemplar;
  }

  /** What was gathered since the last call, by {@link pointKey}. */
  take(): ReadonlyMap<string, readonly Exemplar[]> {
    const points = this.#points;
    this.#points = new Map();
    return new Map([...points].map(([key, buckets]) => [key, buckets.filter((one) => one !== undefined)]));
  }

  /** An upper bound belongs to its bucket. */
  #bucketOf(value: number): number {
    let index = 0;
    while (index < this.#boundaries.length && value > (this.#boundaries[index] as number)) index++;
    return index;
  }
}

/** The same for the same attributes in any order. */
export function pointKey(attributes: Attributes | undefined): string {
  if (attributes === undefined) return '';
  const keys = Object.keys(attributes).sort();
  return keys.length === 0 ? '' : JSON.stringify(keys.map((key) => [key, attributes[key]]));
}
