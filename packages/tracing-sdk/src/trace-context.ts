import { isSpanContextValid, trace } from '@opentelemetry/api';

export interface TraceContextFields {
  /** 32 hex digits. */
  readonly trace_id: string;
  /** 16 hex digits. */
  readonly span_id: string;
  /** `01` sampled, `00` not. */
  readonly trace_flags: string;
}

/**
 * The current span's identity under the field names that OpenTelemetry gives logs, for a logger.
 *
 * @returns `{}` outside of a span, so that it can be spread into a record.
 * @example
 * const logger = pino({ mixin: () => traceContext() });
 */
export function traceContext(): TraceContextFields | Record<string, never> {
  const spanContext = trace.getActiveSpan()?.spanContext();
  if (spanContext === undefined || !isSpanContextValid(spanContext)) return {};
  return {
    trace_id: spanContext.traceId,
    span_id: spanContext.spanId,
    trace_flags: spanContext.traceFlags.toString(16).padStart(2, '0'),
  };
}
