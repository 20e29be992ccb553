import type { ReceivedSpan } from './received-span.ts';

export type SpanPredicate = (spans: readonly ReceivedSpan[]) => boolean;

export interface ReceivedTrace {
  readonly traceId: string;
  /** By start time, earliest first. */
  readonly spans: readonly ReceivedSpan[];
}

/** Spans in order of arrival, bounded: the oldest go first. */
export interface SpanStore {
  readonly spans: readonly ReceivedSpan[];
  /** How many were let go to keep the bounds. */
  readonly evicted: number;
  /** @param bytes what the request with these spans took decoded */
  add(spans: readonly ReceivedSpan[], bytes: number): void;
  traces(): ReceivedTrace[];
  clear(): void;
  /**
   * @returns all spans, as soon as there are `until` of them, or `until` says so
   * @throws Error (as a rejection) after `timeoutMillis`, with what did arrive
   */
  wait(
    until: number | SpanPredicate,
    timeoutMillis: number,
    explain: () => string,
  ): Promise<readonly ReceivedSpan[]>;
  /** Rejects everyone who waits. */
  close(): void;
}

interface Waiter {
  readonly until: SpanPredicate;
  readonly resolve: (spans: readonly ReceivedSpan[]) => void;
  readonly reject: (error: Error) => void;
}

export function createSpanStore(maxSpans: number, maxBytes: number): SpanStore {
  const spans: ReceivedSpan[] = [];
  /** One entry a request, in the order of `spans`. */
  const batches: { count: number; readonly bytesPerSpan: number }[] = [];
  const waiters = new Set<Waiter>();
  let bytesHeld = 0;
  let evicted = 0;

  const evict = (): void => {
    let excess = 0;
    while (spans.length - excess > maxSpans || bytesHeld > maxBytes) {
      const oldest = batches[0];
      if (oldest === undefined) break;
      excess++;
      bytesHeld -= oldest.bytesPerSpan;
      if (--oldest.count === 0) batches.shift();
    }
    if (excess > 0) spans.splice(0, excess);
    evicted += excess;
  };

  const settle = (waiter: Waiter): void => {
    try {
      if (waiter.until(spans)) waiter.resolve(spans);
    } catch (error) {
      waiter.reject(error as Error);
    }
  };

  return {
    spans,
    get evicted() {
      return evicted;
    },
    add(added, bytes) {
      if (added.length === 0) return;
      for (const span of added) spans.push(span);
      batches.push({ count: added.length, bytesPerSpan: bytes / added.length });
      bytesHeld += bytes;
      evict();
      for (const waiter of [...waiters]) settle(waiter);
    },
    traces() {
      const byId = new Map<string, ReceivedSpan[]>();
      for (const span of spans) {
        const trace = byId.get(span.traceId);
        if (trace === undefined) byId.set(span.traceId, [span]);
        else trace.push(span);
      }
      return Array.from(byId, ([traceId, members]) => ({ traceId, spans: members.sort(byStart) }));
    },
    clear() {
      spans.length = 0;
      batches.length = 0;
      bytesHeld = 0;
    },
    wait(until, timeoutMillis, explain) {
      return new Promise((resolve, reject) => {
        const enough =
          typeof until === 'number' ? (all: readonly ReceivedSpan[]) => all.length >= until : until;
        const done = (): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        const waiter: Waiter = {
          until: enough,
          resolve(all) {
            done();
            resolve(all);
          },
          reject(error) {
            done();
            reject(error);
          },
        };
        const wanted = typeof until === 'number' ? `${until} spans` : 'the expected spans';
        const timer = setTimeout(() => {
          waiter.reject(
            new Error(`waited ${timeoutMillis} ms for ${wanted}, got ${listNames(spans)}; ${explain()}`),
          );
        }, timeoutMillis);
        waiters.add(waiter);
        settle(waiter);
      });
    },
    close() {
      for (const waiter of [...waiters])
        waiter.reject(new Error('the OTLP receiver was closed while waiting for spans'));
    },
  };
}

function byStart(a: ReceivedSpan, b: ReceivedSpan): number {
  return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : a.startTimeUnixNano > b.startTimeUnixNano ? 1 : 0;
}

function listNames(spans: readonly ReceivedSpan[]): string {
  if (spans.length === 0) return 'none';
  const names = spans.slice(-10).map((span) => span.name);
  return `${spans.length} (${spans.length > 10 ? '… ' : ''}${names.join(', ')})`;
}
