import type { ReceivedSpan } from '@uat/tracing-sdk/testing';
import { hasFailed } from './span-details.ts';

export type Interest = 'first' | 'failed' | 'slow';

/** Milliseconds between two of a kind: a terminal that scrolls faster is not read. */
const PAUSE_MILLIS = 8000;
/** Traces to compare with. */
const MEMORY = 50;
/** Nanoseconds; below, nobody calls it slow. */
const NEVER_SLOW = 50e6;
const TIMES_MEDIAN = 4;

/**
 * @param now milliseconds of a clock that never steps back
 * @returns judges a trace: why it is worth showing, or undefined. The first one is; then the ones that failed, and the
 *   ones that took four times the median of the last fifty, each kind now and then
 */
export function createTraceJudge(
  now: () => number = () => performance.now(),
): (spans: readonly ReceivedSpan[]) => Interest | undefined {
  const durations: number[] = [];
  const lastShown = new Map<Interest, number>();
  return (spans) => {
    const duration = traceDuration(spans);
    const kind = lastShown.has('first') ? kindOf(spans, duration, durations) : 'first';
    durations.push(duration);
    if (durations.length > MEMORY) durations.shift();
    if (kind === undefined) return undefined;
    if (now() - (lastShown.get(kind) ?? Number.NEGATIVE_INFINITY) < PAUSE_MILLIS) return undefined;
    lastShown.set(kind, now());
    return kind;
  };
}

function kindOf(
  spans: readonly ReceivedSpan[],
  duration: number,
  others: readonly number[],
): Interest | undefined {
  if (spans.some(hasFailed)) return 'failed';
  const median = others.toSorted((a, b) => a - b)[Math.floor(others.length / 2)] ?? 0;
  return duration > Math.max(NEVER_SLOW, median * TIMES_MEDIAN) ? 'slow' : undefined;
}

/** Nanoseconds from the first start to the last end. */
function traceDuration(spans: readonly ReceivedSpan[]): number {
  let first: bigint | undefined;
  let last = 0n;
  for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
    if (first === undefined || startTimeUnixNano < first) first = startTimeUnixNano;
    if (endTimeUnixNano > last) last = endTimeUnixNano;
  }
  return first === undefined ? 0 : Number(last - first);
}
