import { type Context, isSpanContextValid, type SpanContext, trace } from '@opentelemetry/api';

/**
 * The parent that a tracer will use, or undefined for a root span.
 *
 * A tracer hands the sampler the parent's trace id exactly when the parent is valid, and a new one otherwise
 * (https://opentelemetry.io/docs/specs/otel/trace/sdk/#shouldsample), so that comparing two references mostly
 * saves checking 48 characters.
 */
export function validParent(context: Context, traceId: string): SpanContext | undefined {
  const parent = trace.getSpanContext(context);
  if (parent === undefined) return undefined;
  return parent.traceId === traceId || isSpanContextValid(parent) ? parent : undefined;
}
