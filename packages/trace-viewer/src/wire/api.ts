/** What the server and the page say to each other, as JSON. Durations are nanoseconds, times milliseconds since 1970. */

export interface TraceRow {
  readonly traceId: string;
  readonly serial: number;
  /** Of the root span, or of the first one while the root has not come. */
  readonly service: string;
  readonly operation: string;
  /** Whether the root has come. */
  readonly hasRoot: boolean;
  readonly startedAt: number;
  readonly duration: number;
  readonly spans: number;
  readonly failedSpans: number;
  /** Spans a service, the most first. */
  readonly services: readonly (readonly [service: string, spans: number])[];
  readonly imported: boolean;
}

export type TraceSort = 'newest' | 'oldest' | 'longest' | 'shortest' | 'spans';
export const TRACE_SORTS: readonly TraceSort[] = ['newest', 'oldest', 'longest', 'shortest', 'spans'];

export interface TraceListing {
  readonly rows: readonly TraceRow[];
  /** Of `rows` among all that match. */
  readonly offset: number;
  /** Traces that match. */
  readonly matched: number;
  readonly total: number;
  /** Of the newest trace there is. */
  readonly newestSerial: number;
  /** Up to 600 of the traces that match, for the picture above the list. */
  readonly points: readonly TracePoint[];
}

export interface TracePoint {
  readonly traceId: string;
  readonly startedAt: number;
  readonly duration: number;
  readonly failed: boolean;
  readonly label: string;
}

/** A line of the waterfall, in its order: children follow their parent. */
export interface SpanRow {
  readonly id: string;
  readonly name: string;
  /** Index into `services`; -1 for a parent that has not arrived. */
  readonly service: number;
  /** As `SPAN_KINDS` counts them. */
  readonly kind: number;
  readonly start: number;
  readonly duration: number;
  readonly depth: number;
  /** Rows below it that belong to it. */
  readonly descendants: number;
  readonly failed?: boolean;
  /** Failed spans below it. */
  readonly failedBelow?: number;
  /** What the failure says. */
  readonly failure?: string;
  /** What the call was, in a few words. */
  readonly hint?: string;
  /** Parts of it that the trace's duration hangs on: from, to. */
  readonly critical?: readonly (readonly [number, number])[];
  /** Of its events, since the trace's start. */
  readonly events?: readonly number[];
}

export interface TraceDetail {
  readonly traceId: string;
  readonly serial: number;
  readonly startedAt: number;
  readonly duration: number;
  readonly services: readonly string[];
  readonly spans: readonly SpanRow[];
  readonly spanCount: number;
  readonly failedSpans: number;
  /** Row of the span that failed first, with no failed one below it. */
  readonly firstFailure: number | undefined;
  /** Clocks that were corrected: service, nanoseconds. */
  readonly skew: readonly (readonly [string, number])[];
  readonly imported: boolean;
  /** How many traces this one stands for. */
  readonly weight: number;
}

/** A value as text, with its type where that is no string. */
export interface AttributeView {
  readonly key: string;
  readonly value: string;
  readonly type: 'string' | 'number' | 'boolean' | 'bytes' | 'json' | 'empty';
}

export interface SpanDetail {
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly name: string;
  readonly service: string;
  readonly kind: number;
  readonly startedAt: number;
  readonly duration: number;
  /** Nanoseconds by which it ends before it starts, where the sender says so; its duration is 0 then. */
  readonly endsBeforeStart?: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly status: number;
  readonly statusMessage: string;
  readonly traceState: string;
  readonly scope: string;
  readonly attributes: readonly AttributeView[];
  readonly resource: readonly AttributeView[];
  readonly events: readonly EventView[];
  readonly links: readonly LinkView[];
  readonly dropped: { readonly attributes: number; readonly events: number; readonly links: number };
}

export interface EventView {
  readonly name: string;
  /** Nanoseconds since the span's start. */
  readonly offset: number;
  readonly attributes: readonly AttributeView[];
}

export interface LinkView {
  readonly traceId: string;
  readonly spanId: string;
  /** Whether the trace is here. */
  readonly known: boolean;
  readonly attributes: readonly AttributeView[];
}

/** Two traces laid over each other: a span that both have is one row. */
export interface Comparison {
  readonly a: ComparedTrace;
  readonly b: ComparedTrace;
  readonly services: readonly string[];
  readonly rows: readonly ComparedRow[];
}

export interface ComparedTrace {
  readonly traceId: string;
  readonly operation: string;
  readonly service: string;
  readonly startedAt: number;
  readonly duration: number;
  readonly spans: number;
  readonly failedSpans: number;
}

export interface ComparedRow {
  readonly name: string;
  readonly service: number;
  readonly depth: number;
  readonly a: ComparedSpan | undefined;
  readonly b: ComparedSpan | undefined;
}

export interface ComparedSpan {
  readonly id: string;
  readonly start: number;
  readonly duration: number;
  readonly failed: boolean;
}

export interface CallFigures {
  readonly calls: number;
  readonly perSecond: number;
  /** Share, 0 to 1. */
  readonly failed: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly serverP50: number | undefined;
  readonly serverP95: number | undefined;
  readonly rows: number | undefined;
  readonly series: readonly { perSecond: number; failedPerSecond: number; p95: number }[];
}

export type OperationRow = CallFigures & {
  readonly labels: { readonly service: string; readonly operation: string };
};
export type DatabaseRow = CallFigures & {
  readonly labels: {
    readonly system: string;
    readonly operation: string;
    readonly collection: string;
    readonly service: string;
  };
};
export type MapEdge = CallFigures & {
  readonly labels: { readonly from: string; readonly to: string; readonly toKind: string };
};

export interface ServiceMapView {
  readonly nodes: readonly {
    readonly name: string;
    readonly kind: string;
    readonly perSecond: number;
    readonly failed: number;
    readonly p95: number;
  }[];
  readonly edges: readonly MapEdge[];
}

/** What `/api/live` sends, at most four times a second. */
export interface ViewerStatus {
  readonly revision: number;
  readonly traces: number;
  readonly spans: number;
  readonly bytes: number;
  readonly maxSpans: number;
  readonly maxBytes: number;
  readonly receivedSpans: number;
  readonly evictedTraces: number;
  readonly evictedSpans: number;
  readonly droppedSpans: number;
  readonly repeatedSpans: number;
  /** Requests refused, and what the last one was told. */
  readonly refused: number;
  readonly lastRefusal: string | undefined;
  /** Exports of metrics and logs, which nobody looks at here. */
  readonly ignored: number;
  readonly spansPerSecond: number;
  readonly newestSerial: number;
  /** Where spans are to be sent. */
  readonly endpoint: string;
  /** Names that were too many to be counted. */
  readonly overflow: number;
}

export interface Facets {
  /** Service and how many spans it has. */
  readonly services: readonly (readonly [string, number])[];
  /** Of the service asked for, or of all. */
  readonly operations: readonly string[];
  readonly keys: readonly string[];
}
