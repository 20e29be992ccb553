import {
  type Context,
  context,
  diag,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import {
  type InstrumentationScope,
  type Resource,
  type Sampler,
  SamplingDecision,
  type SpanProcessor,
} from '../otel-contract.ts';
import type { SpanLimits } from '../types.ts';
import { cleanAttributes } from './clean-attributes.ts';
import type { IdGenerator } from './id-generator.ts';
import { SdkSpan } from './sdk-span.ts';
import type { SpansStarted } from './spans-started.ts';

export interface TracerParts {
  readonly resource: Resource;
  readonly sampler: Sampler;
  readonly idGenerator: IdGenerator;
  readonly spanLimits: Required<SpanLimits>;
  readonly spanProcessor: SpanProcessor;
  readonly started: SpansStarted;
}

const NO_ATTRIBUTES = Object.freeze({});
const NO_LINKS: readonly Link[] = Object.freeze([]) as readonly Link[];

/**
 * Starts sdk-trace's spans, at a quarter of the cost of sdk-trace's own tracer: attributes are copied once instead of
 * cleaned twice, ids come from a pool, and a span that is sampled out allocates only its context.
 *
 * One deviation from sdk-trace: samplers see the attributes as the caller gave them, not a cleaned copy.
 */
export class UatTracer implements Tracer {
  readonly instrumentationScope: InstrumentationScope;
  readonly #parts: TracerParts;

  constructor(scope: InstrumentationScope, parts: TracerParts) {
    this.instrumentationScope = scope;
    this.#parts = parts;
  }

  startSpan(name: string, options?: SpanOptions, parentContext?: Context): Span {
    const parts = this.#parts;
    let ctx = parentContext ?? context.active();
    if (options?.root) ctx = trace.deleteSpan(ctx);
    if (isTracingSuppressed(ctx)) return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);

    const givenParent = trace.getSpanContext(ctx);
    const parent = givenParent !== undefined && isSpanContextValid(givenParent) ? givenParent : undefined;
    const traceId = parent === undefined ? parts.idGenerator.generateTraceId() : parent.traceId;
    const kind = options?.kind ?? SpanKind.INTERNAL;
    const given = options?.attributes ?? NO_ATTRIBUTES;
    const links = options?.links === undefined ? NO_LINKS : cleanLinks(options.links, parts.spanLimits);

    const sampling = parts.sampler.shouldSample(ctx, traceId, name, kind, given, links as Link[]);
    const spanContext: SpanContext = {
      traceId,
      spanId: parts.idGenerator.generateSpanId(),
      traceFlags:
        sampling.decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE,
      traceState: sampling.traceState ?? parent?.traceState,
    };
    if (sampling.decision === SamplingDecision.NOT_RECORD) {
      parts.started.drop++;
      return trace.wrapSpanContext(spanContext);
    }
    if (sampling.decision === SamplingDecision.RECORD_AND_SAMPLED) parts.started.recordAndSample++;
    else parts.started.recordOnly++;

    const { attributes, droppedAttributesCount } = cleanAttributes(
      sampling.attributes === undefined ? given : { ...given, ...sampling.attributes },
      parts.spanLimits,
    );
    return new SdkSpan({
      resource: parts.resource,
      scope: this.instrumentationScope,
      context: ctx,
      spanContext,
      name,
      kind,
      links: links === NO_LINKS ? [] : (links as Link[]),
      parentSpanContext: parent,
      attributes,
      droppedAttributesCount,
      startTime: options?.startTime,
      spanProcessor: parts.spanProcessor,
      spanLimits: parts.spanLimits,
    });
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    ctx: Context,
    fn: F,
  ): ReturnType<F>;
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    second: F | SpanOptions,
    third?: F | Context,
    fourth?: F,
  ): ReturnType<F> {
    const fn = (fourth ?? third ?? second) as F;
    const options = third === undefined ? undefined : (second as SpanOptions);
    const parentContext = (fourth === undefined ? undefined : (third as Context)) ?? context.active();
    const span = this.startSpan(name, options, parentContext);
    return context.with(
      trace.setSpan(parentContext, span),
      fn as (span: Span) => ReturnType<F>,
      undefined,
      span,
    );
  }
}

function cleanLinks(links: readonly Link[], limits: Required<SpanLimits>): Link[] {
  const cleaned: Link[] = [];
  for (const link of links) {
    if (link?.context === undefined) {
      diag.warn('A span link without a context was left out.');
      continue;
    }
    cleaned.push({
      context: link.context,
      ...cleanAttributes(link.attributes ?? NO_ATTRIBUTES, {
        ...limits,
        attributeCountLimit: limits.attributePerLinkCountLimit,
      }),
    });
  }
  return cleaned;
}
