import type { ReceivedSpan } from '@uat/trace-viewer';
import { hasFailed } from '@uat/trace-viewer/terminal';

export type Interest = 'first' | 'database' | 'failed' | 'slow';

export const HEADINGS: Readonly<Record<Interest, string>> = {
  first: 'The first trace:',
  database: 'The first search, in Qdrant:',
  failed: 'A trace that failed:',
  slow: 'A slow trace:',
};

const SERVER = 1;

/** Milliseconds between two of a kind: a terminal that scrolls faster is not read. */
const PAUSE_MILLIS = 8000;
/** Traces to compare with. */
const MEMORY = 50;
/** Nanoseconds; below, nobody calls it slow. */
const NEVER_SLOW = 50e6;
const TIMES_MEDIAN = 4;

/**
 * @param now milliseconds of a clock that never steps back
 * @returns judges a trace: why it is worth showing, or undefined. The first request is, and the first that asks a database;
 *   then the ones that failed, and the ones that took four times the median of the last fifty, each kind now and then
 */
export function createTraceJudge(
  now: () => number = () => performance.now(),
): (spans: readonly ReceivedSpan[]) => Interest | undefined {
  const durations: number[] = [];
  const lastShown = new Map<Interest, number>();
  return (spans) => {
    // What a service does by itself, such as filling its index, is no request.
    if (!spans.some(({ kind }) => kind === SERVER)) return undefined;
    const duration = traceDuration(spans);
    const kind = firstOf(spans, lastShown) ?? kindOf(spans, duration, durations);
    durations.push(duration);
    if (durations.length > MEMORY) durations.shift();
    if (kind === undefined) return undefined;
    if (now() - (lastShown.get(kind) ?? Number.NEGATIVE_INFINITY) < PAUSE_MILLIS) return undefined;
    lastShown.set(kind, now());
    return kind;
  };
}

function firstOf(
  spans: readonly ReceivedSpan[],
  shown: ReadonlyMap<Interest, unknown>,
): Interest | undefined {
  const asksDatabase = spans.some(({ attributes }) => attributes['db.system.name'] !== undefined);
  if (asksDatabase) return shown.has('database') ? undefined : 'database';
  return shown.has('first') ? undefined : 'first';
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
