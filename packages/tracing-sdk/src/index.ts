/** `@uat/tracing-sdk`: sound traces by one line. */
export { initTracing } from './init-tracing.ts';
export type {
  Instrumentation,
  ReadableSpan,
  Sampler,
  SamplingResult,
  SpanExporter,
  SpanProcessor,
} from './otel-contract.ts';
export {
  createTraceProcessor,
  createTraceSampler,
  type SamplerOptions,
  type SpanProcessorOptions,
} from './parts.ts';
export { ConfigurationError } from './settings/configuration-error.ts';
export { type TraceContextFields, traceContext } from './trace-context.ts';
export type {
  BatchOptions,
  DropReason,
  ExemplarFilter,
  LogLevel,
  MetricsOptions,
  MetricTemporality,
  OtlpProtocol,
  PresetName,
  PropagatorName,
  RedactionOptions,
  SpanLimits,
  Tracing,
  TracingOptions,
  TracingStats,
} from './types.ts';
export { withSpan } from './with-span.ts';
