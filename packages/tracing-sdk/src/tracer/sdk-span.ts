import type { Attributes, Context, Link, Span, SpanContext, SpanKind, TimeInput } from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import type { InstrumentationScope, Resource, SpanProcessor } from '../otel-contract.ts';
import type { SpanLimits } from '../types.ts';

/** Constructor argument of sdk-trace 3.1's SpanImpl (packages/sdk-trace/src/Span.ts). */
export interface SdkSpanInit {
  resource: Resource;
  scope: InstrumentationScope;
  context: Context;
  spanContext: SpanContext;
  name: string;
  kind: SpanKind;
  /** Already cleaned. */
  links: Link[];
  parentSpanContext: SpanContext | undefined;
  /** Already cleaned and within the limits; the span keeps the object. */
  attributes: Attributes;
  droppedAttributesCount: number;
  startTime: TimeInput | undefined;
  spanProcessor: Pick<SpanProcessor, 'onStart' | 'onEnding' | 'onEnd'>;
  spanLimits: Required<SpanLimits>;
}

export type SdkSpanConstructor = new (init: SdkSpanInit) => Span;

/**
 * sdk-trace's own span class. The package does not export it, so it is taken off a span that its tracer makes:
 * spans stay the published, conforming code, and only the tracer in front of them is ours.
 */
export const SdkSpan: SdkSpanConstructor = new TracerProvider().getTracer('').startSpan('')
  .constructor as SdkSpanConstructor;
