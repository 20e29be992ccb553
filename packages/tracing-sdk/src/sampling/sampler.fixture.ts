/** What the tests of samplers share: seeded trace ids, parents, and a question in one line. */
import {
  type Attributes,
  type Context,
  createTraceState,
  ROOT_CONTEXT,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import type { Sampler, SamplingResult } from '../otel-contract.ts';

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const SPAN_ID = 'b7ad6b7169203331';

/** A trace id whose 56 random bits are `randomness`. */
export function traceIdEndingIn(randomness: string): string {
  return `0af7651916cd43dd84${randomness}`;
}

/** mulberry32: uniform numbers in [0, 1), the same for the same seed on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function seededTraceIds(seed: number): () => string {
  const random = seededRandom(seed);
  const word = () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return () => word() + word() + word() + word();
}

export interface Parent {
  readonly traceId?: string;
  readonly spanId?: string;
  readonly sampled?: boolean;
  readonly remote?: boolean;
  /** A `tracestate` header. */
  readonly tracestate?: string;
}

export function contextOf(parent: Parent): Context {
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId: parent.traceId ?? TRACE_ID,
    spanId: parent.spanId ?? SPAN_ID,
    traceFlags: parent.sampled === false ? TraceFlags.NONE : TraceFlags.SAMPLED,
    ...(parent.remote === undefined ? {} : { isRemote: parent.remote }),
    ...(parent.tracestate === undefined ? {} : { traceState: createTraceState(parent.tracestate) }),
  });
}

export interface Question {
  readonly context?: Context;
  readonly traceId?: string;
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
}

export function ask(sampler: Sampler, question: Question = {}): SamplingResult {
  return sampler.shouldSample(
    question.context ?? ROOT_CONTEXT,
    question.traceId ?? TRACE_ID,
    'GET',
    question.kind ?? SpanKind.SERVER,
    question.attributes ?? {},
    [],
  );
}

/** Answers with one decision and counts how often it was asked. */
export function stubSampler(decision: number): Sampler & { asked: number } {
  const result = Object.freeze({ decision });
  return {
    asked: 0,
    shouldSample() {
      this.asked++;
      return result;
    },
    toString: () => 'Stub',
  };
}
