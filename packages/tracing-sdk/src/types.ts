/** Every option of `initTracing`, documented once: what it does, its default, the variable that sets it from outside. */
import type { Attributes, TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { Instrumentation, Sampler, SpanExporter, SpanProcessor } from './otel-contract.ts';

export type PresetName = 'development' | 'production' | 'collector' | 'off';
export type OtlpProtocol = 'http/protobuf' | 'http/json' | 'grpc';
export type PropagatorName = 'tracecontext' | 'baggage' | 'b3' | 'b3multi' | 'none';
export type MetricTemporality = 'cumulative' | 'delta' | 'lowmemory';
export type ExemplarFilter = 'trace_based' | 'always_on' | 'always_off';
export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug';

export interface TracingOptions {
  /**
   * - `development`: every trace is kept.
   * - `production`: 10 % of new traces; a caller's decision is followed.
   * - `collector`: everything is sent, the collector decides.
   * - `off`: nothing is recorded; context still travels.
   *
   * Default: `production` when `NODE_ENV` or `deployment.environment.name` is `production` (or `prod`), else
   * `development`. Environment: `UAT_TRACING_PRESET`.
   */
  preset?: PresetName;

  /**
   * Share of new traces to keep, 0 to 1. Default: the preset's. Environment: `OTEL_TRACES_SAMPLER_ARG` with a
   * ratio sampler in `OTEL_TRACES_SAMPLER`.
   */
  sampleRatio?: number;

  /**
   * Upper bound of new traces a second, on average. The ratio is lowered as traffic rises, and written to
   * `ot=th`, so that rates still scale back. Default: no bound.
   */
  maxTracesPerSecond?: number;

  /**
   * Paths that start no trace of their own. A request to one that carries a sampled `traceparent` is traced.
   * Default: `/health`, `/healthz`, `/livez`, `/readyz`, `/metrics`. `[]` switches it off.
   */
  healthRoutes?: readonly string[];

  /** A sampler of your own in place of the preset's. `sampleRatio` and `maxTracesPerSecond` then have no effect. */
  sampler?: Sampler;

  /**
   * Base URL of the OTLP receiver; `/v1/traces` is added for HTTP. Default: `http://localhost:4318`, with
   * `grpc` `http://localhost:4317`. Environment: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (used as it is),
   * `OTEL_EXPORTER_OTLP_ENDPOINT` (as a base).
   */
  endpoint?: string;

  /** Sent with every export. Environment: `OTEL_EXPORTER_OTLP_[TRACES_]HEADERS`. Values are never logged. */
  headers?: Readonly<Record<string, string>>;

  /** Default: `http/protobuf`. `grpc` needs `@grpc/grpc-js`. Environment: `OTEL_EXPORTER_OTLP_[TRACES_]PROTOCOL`. */
  protocol?: OtlpProtocol;

  /** Default: `gzip`. Environment: `OTEL_EXPORTER_OTLP_[TRACES_]COMPRESSION`. */
  compression?: 'gzip' | 'none';

  /** Milliseconds one export attempt may take. Default: 10000. Environment: `OTEL_EXPORTER_OTLP_[TRACES_]TIMEOUT`. */
  timeoutMillis?: number;

  /**
   * Where finished spans go. `otlp`, `console`, `none`, or an exporter of your own (for instance the in-memory one
   * of `@uat/tracing-sdk/testing`). Default: `otlp`. Environment: `OTEL_TRACES_EXPORTER`.
   */
  exporter?: 'otlp' | 'console' | 'none' | SpanExporter;

  /** Processors that see every recorded span beside our own. What they export is NOT masked by us. */
  spanProcessors?: readonly SpanProcessor[];

  /**
   * `'auto'` stands for HTTP server, HTTP client and `fetch` plus every instrumentation package that the app has
   * installed. Default: `['auto']`. `[]` switches all of it off. Environment:
   * `OTEL_NODE_DISABLED_INSTRUMENTATIONS` (names as `http`, `pg`).
   */
  instrumentations?: readonly ('auto' | Instrumentation)[];

  /** Default: `['tracecontext', 'baggage']`. Environment: `OTEL_PROPAGATORS`. */
  propagators?: readonly PropagatorName[] | TextMapPropagator;

  /** Added to the resource of every span. Environment: `OTEL_RESOURCE_ATTRIBUTES`. */
  resourceAttributes?: Attributes;

  /** What to cut from oversized spans. Environment: `OTEL_SPAN_*_LIMIT`, `OTEL_ATTRIBUTE_*_LIMIT`. */
  spanLimits?: SpanLimits;

  /** How spans are gathered and sent. */
  batch?: BatchOptions;

  /** Milliseconds that the process may take to deliver what is left when it ends. Default: 2000. */
  exitTimeoutMillis?: number;

  /** Masking of secrets before export. `false` switches it off. Default: on. */
  redaction?: RedactionOptions | false;

  /** What we print to stderr. Default: `info`. Environment: `OTEL_LOG_LEVEL`. */
  logLevel?: LogLevel;

  /**
   * Metrics beside the traces: durations of HTTP server, client and Qdrant calls with exemplars, the runtime, our own
   * health, and whatever the app measures through the API. Goes where the traces go, to `/v1/metrics`. Default: off.
   * Environment: `OTEL_METRICS_EXPORTER` (`otlp`, `console`, `none`), and `OTEL_EXPORTER_OTLP_METRICS_*` for another backend.
   */
  metrics?: boolean | MetricsOptions;
}

export interface MetricsOptions {
  /** Default: `otlp`. Environment: `OTEL_METRICS_EXPORTER`. */
  exporter?: 'otlp' | 'console' | 'none';
  /** Milliseconds between two exports, at least 100. Default: 60000. Environment: `OTEL_METRIC_EXPORT_INTERVAL`. */
  intervalMillis?: number;
  /** Totals since the start, or since the export before. Default: `cumulative`. Environment: `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`. */
  temporality?: MetricTemporality;
  /** Which measurements of a histogram may carry their trace: those in a sampled one, all, none. Default: `trace_based`. Environment: `OTEL_METRICS_EXEMPLAR_FILTER`. */
  exemplars?: ExemplarFilter;
}

export interface SpanLimits {
  /** Default: 128. Environment: `OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`, `OTEL_ATTRIBUTE_COUNT_LIMIT`. */
  attributeCountLimit?: number;
  /** Characters. Default: no limit. Environment: `OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`, `OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT`. */
  attributeValueLengthLimit?: number;
  /** Default: 128. Environment: `OTEL_SPAN_EVENT_COUNT_LIMIT`. */
  eventCountLimit?: number;
  /** Default: 128. Environment: `OTEL_SPAN_LINK_COUNT_LIMIT`. */
  linkCountLimit?: number;
  /** Default: 128. Environment: `OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT`. */
  attributePerEventCountLimit?: number;
  /** Default: 128. Environment: `OTEL_LINK_ATTRIBUTE_COUNT_LIMIT`. */
  attributePerLinkCountLimit?: number;
}

export interface BatchOptions {
  /** Spans held at most; the ones that come after are dropped and counted. Default: 32768. Environment: `OTEL_BSP_MAX_QUEUE_SIZE`. */
  maxQueueSize?: number;
  /** Encoded bytes held at most. Default: 32 MiB. */
  maxQueueBytes?: number;
  /** Spans in one export. Default: 512. Environment: `OTEL_BSP_MAX_EXPORT_BATCH_SIZE`. */
  maxExportBatchSize?: number;
  /** Milliseconds a span waits at most for its batch to fill. Default: 1000. Environment: `OTEL_BSP_SCHEDULE_DELAY`. */
  scheduledDelayMillis?: number;
  /** Milliseconds `flush()` waits at most for one batch, retries included. Default: 30000. Environment: `OTEL_BSP_EXPORT_TIMEOUT`. */
  exportTimeoutMillis?: number;
  /** Exports under way at once. Default: 8. */
  maxConcurrentExports?: number;
}

export interface RedactionOptions {
  /** Attribute keys to mask besides the built-in ones: exact names (any case) or patterns. */
  keys?: readonly (string | RegExp)[];
  /** Patterns of values to mask besides the built-in ones. */
  values?: readonly RegExp[];
  /** Attribute keys that are never masked, whatever they look like. */
  allowKeys?: readonly string[];
}

export type DropReason =
  /** The queue held `maxQueueSize` spans or `maxQueueBytes` bytes. */
  | 'queue_full'
  /** The backend refused the batch for good (a 4xx, or a partial success that rejected spans). */
  | 'rejected'
  /** A batch could not be encoded, or one span is larger than `maxQueueBytes`. */
  | 'unencodable'
  /** The exit deadline passed, or `shutdown()` gave up. */
  | 'exit_timeout'
  /** Ended after `shutdown()`. */
  | 'after_shutdown';

export interface TracingStats {
  /** Spans that a sampler kept and that ended. */
  readonly spansEnded: number;
  /** Spans the backend has acknowledged. */
  readonly spansExported: number;
  readonly spansDropped: Readonly<Record<DropReason, number>>;
  /** Ended, neither acknowledged nor dropped yet. */
  readonly spansQueued: number;
  /** Encoded bytes waiting or under way. */
  readonly bytesQueued: number;
  readonly exportsInFlight: number;
  readonly exportAttemptsFailed: number;
  /** The last failure in words, without secrets; undefined when the last export went well. */
  readonly lastError: string | undefined;
}

/** What `initTracing` returns. */
export interface Tracing {
  /** A tracer named after the service, for spans of your own. */
  readonly tracer: Tracer;
  /**
   * Sends everything that has ended. Resolves when it is acknowledged or dropped, at the latest after
   * `batch.exportTimeoutMillis`; what is left then stays queued. Never rejects.
   */
  flush(): Promise<void>;
  /**
   * Flushes for at most `exitTimeoutMillis`, stops exporting, lets go of signal handlers and instrumentation. What could
   * not be delivered is counted and said. Idempotent; never rejects.
   */
  shutdown(): Promise<void>;
  stats(): TracingStats;
  /** Every setting in force with its source, in words a person reads. */
  describe(): string;
}
