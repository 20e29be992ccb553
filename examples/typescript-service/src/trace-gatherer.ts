import type { ReceivedSpan } from '@uat/tracing-sdk/testing';

export interface TraceGatherer {
  add(spans: readonly ReceivedSpan[]): void;
  /** Hands out every trace that has been quiet long enough. Call it now and then. */
  handOut(): void;
  /** Hands out what is left. */
  finish(): void;
}

export interface TraceGathererOptions {
  readonly onTrace: (spans: readonly ReceivedSpan[]) => void;
  /** Milliseconds without a new span after which a trace counts as complete. Default: 2500, two batches and a bit. */
  readonly quietMillis?: number;
  /** Milliseconds of a clock that never steps back. Default: `performance.now`. */
  readonly now?: () => number;
}

/** Traces that wait at most; then the one that began first is handed out early. */
const MAX_TRACES = 1000;
/** Spans kept of one trace. */
const MAX_SPANS = 5000;

/** Puts traces together: their spans come from several processes, in several batches. */
export function createTraceGatherer(options: TraceGathererOptions): TraceGatherer {
  const { onTrace, quietMillis = 2500, now = () => performance.now() } = options;
  const open = new Map<string, { readonly spans: ReceivedSpan[]; lastAt: number }>();
  const close = (traceId: string, spans: readonly ReceivedSpan[]): void => {
    open.delete(traceId);
    onTrace(spans);
  };
  return {
    add(spans) {
      for (const span of spans) {
        let trace = open.get(span.traceId);
        if (trace === undefined) {
          trace = { spans: [], lastAt: now() };
          open.set(span.traceId, trace);
        }
        trace.lastAt = now();
        if (trace.spans.length < MAX_SPANS) trace.spans.push(span);
      }
      for (const [traceId, trace] of open) {
        if (open.size <= MAX_TRACES) break;
        close(traceId, trace.spans);
      }
    },
    handOut() {
      const quietSince = now() - quietMillis;
      for (const [traceId, trace] of open) if (trace.lastAt <= quietSince) close(traceId, trace.spans);
    },
    finish() {
      for (const [traceId, trace] of open) close(traceId, trace.spans);
    },
  };
}
