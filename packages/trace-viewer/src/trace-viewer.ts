import { createOperations, type Operations } from './aggregates/operations.ts';
import { createServiceMap, type ServiceMap } from './aggregates/service-map.ts';
import { createSpanRate, type SpanRate } from './aggregates/span-rate.ts';
import type { ReceivedSpan } from './receiver/otlp-parts.ts';
import { createMatcher } from './search/matcher.ts';
import { parseQuery } from './search/query.ts';
import { createTraceStore, type StoredTrace, type TraceStore } from './store/trace-store.ts';

export interface ViewerOptions {
  /** Spans in memory; the oldest trace goes first. Default: 100,000. */
  readonly maxSpans?: number;
  /** Estimated bytes of memory for them. Default: 256 MiB. */
  readonly maxBytes?: number;
  /** Milliseconds without a new span after which a trace counts as finished. Default: 2500. */
  readonly quietMillis?: number;
}

/** What has come, in every form that is asked for. Without sockets. */
export interface Viewer {
  readonly store: TraceStore;
  readonly operations: Operations;
  readonly serviceMap: ServiceMap;
  readonly spanRate: SpanRate;
  add(spans: readonly ReceivedSpan[], options?: { readonly imported?: boolean }): void;
  clear(): void;
  /** Called after each change; a returned function ends it. */
  onChange(listener: () => void): () => void;
  /** Called when a trace has been quiet, again when spans came late. */
  onFinished(listener: (trace: StoredTrace) => void): () => void;
  /**
   * Resolves with the first trace that matches, also with one that is there.
   *
   * @param query as in the page's search field
   * @throws QueryError, at once; Error (as a rejection) after `timeoutMillis` (default: 10000), saying what arrived
   */
  waitForTrace(
    query: string,
    options?: { readonly timeoutMillis?: number; readonly signal?: AbortSignal },
  ): Promise<StoredTrace>;
  /** Everything counts as finished: what waits for that is called. */
  finishAll(): void;
  close(): void;
}

const SWEEP_MILLIS = 250;
const MIB = 1024 * 1024;

export const DEFAULT_MAX_SPANS = 100_000;
export const DEFAULT_MAX_BYTES = 256 * MIB;
export const DEFAULT_QUIET_MILLIS = 2500;

export function createViewer(options: ViewerOptions = {}): Viewer {
  const operations = createOperations();
  const serviceMap = createServiceMap();
  const spanRate = createSpanRate();
  const changeListeners = new Set<() => void>();
  /** Called with the traces that have new spans. */
  const addListeners = new Set<(traces: readonly StoredTrace[]) => void>();
  const finishedListeners = new Set<(trace: StoredTrace) => void>();
  const store = createTraceStore({
    maxSpans: options.maxSpans ?? DEFAULT_MAX_SPANS,
    maxBytes: options.maxBytes ?? DEFAULT_MAX_BYTES,
    quietMillis: options.quietMillis ?? DEFAULT_QUIET_MILLIS,
    onSpan(span, trace) {
      if (!trace.imported) operations.add(span);
    },
    onFinished(trace) {
      serviceMap.add(trace);
      for (const listener of finishedListeners) listener(trace);
    },
    onEvicted: serviceMap.forget,
  });
  const changed = (): void => {
    for (const listener of changeListeners) listener();
  };
  const subscribe = <Listener>(listeners: Set<Listener>, listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  const sweep = setInterval(store.sweep, SWEEP_MILLIS);
  sweep.unref();
  const closing = new AbortController();

  return {
    store,
    operations,
    serviceMap,
    spanRate,
    add(spans, addOptions) {
      if (spans.length === 0) return;
      store.add(spans, addOptions);
      spanRate.add(spans.length);
      if (addListeners.size > 0) {
        const traces = [...new Set(spans.map(({ traceId }) => traceId))].flatMap((id) => store.get(id) ?? []);
        for (const listener of addListeners) listener(traces);
      }
      changed();
    },
    clear() {
      store.clear();
      operations.clear();
      serviceMap.clear();
      changed();
    },
    onChange: (listener) => subscribe(changeListeners, listener),
    onFinished: (listener) => subscribe(finishedListeners, listener),
    waitForTrace(text, { timeoutMillis = 10_000, signal } = {}) {
      const query = parseQuery(text);
      const { promise, resolve, reject } = Promise.withResolvers<StoredTrace>();
      const look = (traces: Iterable<StoredTrace>): void => {
        const matcher = createMatcher(query);
        for (const trace of traces) {
          if (!matcher.matchesTrace(trace)) continue;
          resolve(trace);
          return;
        }
      };
      const stop = subscribe(addListeners, look);
      const timer = setTimeout(() => {
        const { traces, spans } = store.counts;
        reject(
          new Error(
            `no trace matched '${text}' in ${timeoutMillis} ms; ${traces} traces with ${spans} spans came`,
          ),
        );
      }, timeoutMillis);
      const abort = (): void => reject(new Error(`waiting for '${text}' was given up`));
      const ended = AbortSignal.any(signal === undefined ? [closing.signal] : [signal, closing.signal]);
      ended.addEventListener('abort', abort);
      if (ended.aborted) abort();
      look(store.traces());
      return promise.finally(() => {
        stop();
        clearTimeout(timer);
        ended.removeEventListener('abort', abort);
      });
    },
    finishAll: store.finishAll,
    close() {
      clearInterval(sweep);
      closing.abort();
    },
  };
}
