import {
  type Attributes,
  type AttributeValue,
  type Context,
  diag,
  type Link,
  type Span,
  type SpanContext,
  type SpanKind,
  type TimeInput,
} from '@opentelemetry/api';
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

type SdkSpanConstructor = new (init: SdkSpanInit) => Span;

/**
 * sdk-trace's own span class. The package does not export it, so it is taken off a span that its tracer makes:
 * spans stay the published, conforming code, and only the tracer in front of them is ours.
 */
const StockSpan: SdkSpanConstructor = new TracerProvider().getTracer('').startSpan('')
  .constructor as SdkSpanConstructor;

/** The stock span, but for values that cannot be looked through (nested 10,000 deep): left out, where it would throw into the app. */
export class SdkSpan extends StockSpan {
  override setAttribute(key: string, value: AttributeValue): this {
    if (typeof value !== 'object') return super.setAttribute(key, value);
    try {
      return super.setAttribute(key, value);
    } catch (error) {
      diag.warn(`The attribute ${key} was left out.`, error);
      return this;
    }
  }

  override addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    try {
      return super.addEvent(name, attributesOrTime, time);
    } catch (error) {
      diag.warn(`The attributes of the event ${name} were left out.`, error);
      return super.addEvent(name, time);
    }
  }
}
