import type { ReceivedSpan } from '../receiver/otlp-parts.ts';
import { createSpanCompressor, type StoredSpan } from './stored-span.ts';
import { createTermDictionary, type TermDictionary } from './term-dictionary.ts';

/** A trace as far as it has arrived. */
export interface StoredTrace {
  readonly traceId: string;
  /** 1 for the first trace that arrived, 2 for the second, … */
  readonly serial: number;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
  /** In order of arrival, by id. */
  readonly spans: ReadonlyMap<string, StoredSpan>;
  /** Of the root, or of the span that began first while the root has not come. */
  readonly head: StoredSpan;
  /** Nanoseconds since 1970, as the spans' own clocks say. */
  readonly start: bigint;
  /** Never before `start`. */
  readonly end: bigint;
  readonly failedSpans: number;
  /** From a file: it does not count for rates. */
  readonly imported: boolean;
}

interface OpenTrace extends StoredTrace {
  readonly spans: Map<string, StoredSpan>;
  head: StoredSpan;
  start: bigint;
  end: bigint;
  failedSpans: number;
  bytes: number;
  /** Of the monotonic clock. */
  lastAt: number;
}

export interface TraceStoreOptions {
  readonly maxSpans: number;
  /** Estimated bytes of memory. */
  readonly maxBytes: number;
  /** Milliseconds without a new span after which a trace counts as finished. */
  readonly quietMillis: number;
  /** A span that was not there before; `imported` ones too. */
  readonly onSpan?: (span: StoredSpan, trace: StoredTrace) => void;
  /** A trace has been quiet, or is about to be evicted. Called again when spans come late. */
  readonly onFinished?: (trace: StoredTrace) => void;
  /** A trace has gone, to stay within the bounds. */
  readonly onEvicted?: (trace: StoredTrace) => void;
  /** Milliseconds of a clock that never steps back. Default: `performance.now`. */
  readonly now?: () => number;
}

export interface StoreCounts {
  readonly traces: number;
  readonly spans: number;
  /** Estimated. */
  readonly bytes: number;
  /** Spans that came, those sent twice excepted. */
  readonly receivedSpans: number;
  readonly evictedTraces: number;
  readonly evictedSpans: number;
  /** Spans of a trace that alone is as large as the bounds allow. */
  readonly droppedSpans: number;
  /** Spans that came again, and were not stored again. */
  readonly repeatedSpans: number;
}

export interface TraceStore {
  add(spans: readonly ReceivedSpan[], options?: { readonly imported?: boolean }): void;
  get(traceId: string): StoredTrace | undefined;
  /** The oldest first. */
  traces(): IterableIterator<StoredTrace>;
  readonly counts: StoreCounts;
  readonly terms: TermDictionary;
  /** Grows with every change. */
  readonly revision: number;
  /** Of the trace that came last; 0 before the first. */
  readonly newestSerial: number;
  /** Calls `onFinished` for every trace that has been quiet long enough. Call it now and then. */
  sweep(): void;
  /** Calls `onFinished` for every trace that it has not been called for. */
  finishAll(): void;
  clear(): void;
}

const ERROR = 2;
/** Bytes of a trace besides its spans. */
const TRACE_BYTES = 500;

/** Traces in memory, bounded in spans and bytes: the one that came first goes first, whole. */
export function createTraceStore(options: TraceStoreOptions): TraceStore {
  const { maxSpans, maxBytes, quietMillis, onSpan, onFinished, onEvicted } = options;
  const now = options.now ?? (() => performance.now());
  const terms = createTermDictionary();
  const compressor = createSpanCompressor(terms);
  const traces = new Map<string, OpenTrace>();
  /** Not finished; the one that has been quiet longest comes first. */
  const open = new Set<OpenTrace>();
  let serial = 0;
  let revision = 0;
  let spanCount = 0;
  let ownBytes = 0;
  const counts = {
    receivedSpans: 0,
    evictedTraces: 0,
    evictedSpans: 0,
    droppedSpans: 0,
    repeatedSpans: 0,
  };

  /** What spans share; it goes with the last one that has it. */
  const sharedBytes = (): number => terms.bytes + compressor.sharedBytes;
  const isOver = (): boolean => spanCount > maxSpans || ownBytes + sharedBytes() > maxBytes;

  const finish = (trace: OpenTrace): void => {
    if (open.delete(trace)) onFinished?.(trace);
  };

  const remove = (trace: OpenTrace): void => {
    traces.delete(trace.traceId);
    spanCount -= trace.spans.size;
    ownBytes -= trace.bytes;
    for (const span of trace.spans.values()) compressor.release(span);
  };

  const evict = (keep: OpenTrace): void => {
    for (const oldest of traces.values()) {
      if (!isOver()) return;
      if (oldest === keep) continue;
      finish(oldest);
      remove(oldest);
      counts.evictedTraces++;
      counts.evictedSpans += oldest.spans.size;
      onEvicted?.(oldest);
    }
  };

  const openTrace = (traceId: string, head: StoredSpan, imported: boolean): OpenTrace => {
    const trace: OpenTrace = {
      traceId,
      serial: ++serial,
      arrivedAt: Date.now(),
      spans: new Map(),
      head,
      start: head.start,
      end: lastOf(head),
      failedSpans: 0,
      imported,
      bytes: TRACE_BYTES,
      lastAt: now(),
    };
    ownBytes += TRACE_BYTES;
    traces.set(traceId, trace);
    return trace;
  };

  const addSpan = (received: ReceivedSpan, imported: boolean, at: number): void => {
    const { traceId, spanId } = received;
    const known = traces.get(traceId);
    if (known?.spans.has(spanId)) {
      counts.repeatedSpans++;
      return;
    }
    counts.receivedSpans++;
    const bytesBefore = sharedBytes();
    const span = compressor.compress(received);
    // It would not fit into an empty store: nobody has to make room for it.
    if (span.bytes + sharedBytes() - bytesBefore > maxBytes) {
      compressor.release(span);
      counts.droppedSpans++;
      return;
    }
    const trace = known ?? openTrace(traceId, span, imported);
    trace.spans.set(spanId, span);
    spanCount++;
    trace.bytes += span.bytes;
    ownBytes += span.bytes;
    if (isOver()) {
      evict(trace);
      if (isOver()) {
        trace.spans.delete(spanId);
        spanCount--;
        trace.bytes -= span.bytes;
        ownBytes -= span.bytes;
        compressor.release(span);
        counts.droppedSpans++;
        if (trace.spans.size === 0) remove(trace);
        return;
      }
    }
    if (span.start < trace.start) trace.start = span.start;
    if (lastOf(span) > trace.end) trace.end = lastOf(span);
    if (span.status.code === ERROR) trace.failedSpans++;
    if (isBetterHead(span, trace.head)) trace.head = span;
    trace.lastAt = at;
    // Last in line again.
    open.delete(trace);
    open.add(trace);
    onSpan?.(span, trace);
  };

  return {
    add(spans, { imported = false } = {}) {
      if (spans.length === 0) return;
      const at = now();
      revision++;
      for (const span of spans) addSpan(span, imported, at);
    },
    get: (traceId) => traces.get(traceId),
    traces: () => traces.values(),
    get counts() {
      return { ...counts, traces: traces.size, spans: spanCount, bytes: ownBytes + sharedBytes() };
    },
    terms,
    get revision() {
      return revision;
    },
    get newestSerial() {
      return serial;
    },
    sweep() {
      const quietSince = now() - quietMillis;
      for (const trace of open) {
        if (trace.lastAt > quietSince) return;
        finish(trace);
      }
    },
    finishAll() {
      for (const trace of open) finish(trace);
    },
    clear() {
      revision++;
      for (const trace of traces.values()) {
        open.delete(trace);
        remove(trace);
      }
    },
  };
}

/** Where a clock was set back meanwhile, a span ends before it starts: it counts as one that took no time. */
function lastOf({ start, end }: StoredSpan): bigint {
  return end < start ? start : end;
}

/** A root before any other; of two alike, the one that began first. */
function isBetterHead(span: StoredSpan, head: StoredSpan): boolean {
  const [isRoot, headIsRoot] = [span.parentSpanId === undefined, head.parentSpanId === undefined];
  return isRoot === headIsRoot ? span.start < head.start : isRoot;
}
