import type { StoredSpan } from '../src/native/index.ts';

/** What has become of traces that the collector took. */
export interface Account {
  readonly lostSpans: number;
  /** Spans that arrived more than once. */
  readonly repeatedSpans: number;
}

/** Compares what was taken with what a store has; spans of other traces do not count. */
export function account(
  accepted: readonly string[],
  spansATrace: number,
  stored: readonly StoredSpan[],
): Account {
  const wanted = new Set(accepted);
  const ids = stored
    .filter(({ traceId }) => wanted.has(traceId))
    .map(({ traceId, spanId }) => traceId + spanId);
  const unique = new Set(ids).size;
  return { lostSpans: wanted.size * spansATrace - unique, repeatedSpans: ids.length - unique };
}

/** @returns whether `kept` of `total` is what a chance of `probability` gives, within three standard deviations */
export function withinThreeSigma(kept: number, total: number, probability: number): boolean {
  return Math.abs(kept - total * probability) <= 3 * Math.sqrt(total * probability * (1 - probability));
}
