import {
  type Attributes,
  context,
  createTraceState,
  INVALID_SPAN_CONTEXT,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanOptions,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReadableSpan, Sampler, SpanProcessor } from '../otel-contract.ts';
import { EnterableContextManager } from './context-manager.ts';
import { createIdGenerator } from './id-generator.ts';
import { createSpansStarted } from './spans-started.ts';
import { createTracerProvider } from './tracer-provider.ts';

const LIMITS = {
  attributeCountLimit: 5,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
  eventCountLimit: 128,
  linkCountLimit: 3,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 2,
};

const REMOTE_PARENT: SpanContext = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: 1,
  isRemote: true,
  traceState: createTraceState('vendor=1'),
};

function recorder(): SpanProcessor & { ended: ReadableSpan[] } {
  const ended: ReadableSpan[] = [];
  return {
    ended,
    onStart() {},
    onEnd: (span: ReadableSpan) => ended.push(span),
    async forceFlush() {},
    async shutdown() {},
  };
}

const resource = { attributes: { 'service.name': 'test' } };

function ours(sampler: Sampler, spanLimits = LIMITS) {
  const spanProcessor = recorder();
  const started = createSpansStarted();
  const provider = createTracerProvider({
    resource,
    sampler,
    idGenerator: createIdGenerator(),
    spanLimits,
    spanProcessor,
    started,
  });
  return { tracer: provider.getTracer('scope', '1.0'), ended: spanProcessor.ended, provider, started };
}

const KEEP: Sampler = { shouldSample: () => ({ decision: 2 }) };

const manager = new EnterableContextManager();
beforeAll(() => {
  context.setGlobalContextManager(manager.enable());
});
afterAll(() => {
  context.disable();
});

/** What of a finished span does not depend on the moment or on chance. */
function facts(span: ReadableSpan) {
  return {
    name: span.name,
    kind: span.kind,
    attributes: span.attributes,
    dropped: span.droppedAttributesCount,
    links: span.links,
    droppedLinks: span.droppedLinksCount,
    parent: span.parentSpanContext,
    traceFlags: span.spanContext().traceFlags,
    traceState: span.spanContext().traceState?.serialize(),
    traceId: span.parentSpanContext === undefined ? undefined : span.spanContext().traceId,
    scope: span.instrumentationScope.name,
    status: span.status,
    startTime:
      Array.isArray(span.startTime) && span.startTime[0] === 1_700_000_000 ? span.startTime : undefined,
  };
}

describe('the same spans as sdk-trace', () => {
  // Assigning to `__proto__` sets no attribute, in sdk-trace and here.
  const attributeKey = fc.oneof(
    fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
    fc.constant(''),
  );
  const attributeValue = fc.oneof(
    fc.string(),
    fc.double(),
    fc.integer(),
    fc.boolean(),
    fc.constant(undefined),
    fc.constant(null),
    fc.array(fc.string(), { maxLength: 3 }),
    fc.constant(Symbol('no attribute') as never),
    fc.uint8Array({ maxLength: 4 }),
  );
  const attributes = fc.dictionary(attributeKey, attributeValue as fc.Arbitrary<string>, {
    maxKeys: 8,
  });
  const parent = fc.constantFrom(undefined, REMOTE_PARENT, INVALID_SPAN_CONTEXT);
  const options = fc.record<SpanOptions>(
    {
      kind: fc.constantFrom(...[0, 1, 2, 3, 4]),
      attributes,
      root: fc.boolean(),
      startTime: fc.constantFrom(undefined, [1_700_000_000, 5] as [number, number]) as never,
      links: fc.array(fc.record({ context: fc.constant(REMOTE_PARENT), attributes }), { maxLength: 5 }),
    },
    { requiredKeys: [] },
  );

  test('for every parent and every shape of options', () => {
    const stockRecorder = recorder();
    const stock = new TracerProvider({
      sampler: new AlwaysOnSampler(),
      spanLimits: LIMITS,
      resource: resource as never,
      spanProcessors: [stockRecorder as never],
    }).getTracer('scope', '1.0');
    const own = ours(KEEP);
    fc.assert(
      fc.property(fc.string(), options, parent, attributes, (name, spanOptions, parentContext, later) => {
        const ctx =
          parentContext === undefined
            ? ROOT_CONTEXT
            : trace.setSpanContext(ROOT_CONTEXT, parentContext as SpanContext);
        const run = (tracer: Tracer): void => {
          const span = tracer.startSpan(name, spanOptions, ctx);
          span.setAttributes(later as Attributes);
          span.end();
        };
        run(stock);
        run(own.tracer);
        expect(facts(own.ended.pop() as ReadableSpan)).toEqual(
          facts(stockRecorder.ended.pop() as ReadableSpan),
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('startSpan', () => {
  test('a span that is sampled out carries a valid context with the sampled flag off, and children follow', () => {
    const { tracer, ended } = ours({ shouldSample: () => ({ decision: 0 }) });
    const span = tracer.startSpan('dropped');
    expect(span.isRecording()).toBe(false);
    expect(span.spanContext()).toMatchObject({
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
      traceFlags: 0,
    });
    span.end();
    expect(ended).toEqual([]);
  });

  test('nothing is recorded where tracing is suppressed', () => {
    const { tracer, ended } = ours(KEEP);
    const span = tracer.startSpan('export', {}, suppressTracing(ROOT_CONTEXT));
    expect(trace.isSpanContextValid(span.spanContext())).toBe(false);
    span.end();
    expect(ended).toEqual([]);
  });

  test('attributes and tracestate of the sampler are taken over', () => {
    const { tracer, ended } = ours({
      shouldSample: () => ({
        decision: 2,
        attributes: { rule: 'all' },
        traceState: createTraceState('ot=th:0'),
      }),
    });
    tracer.startSpan('s', { attributes: { a: 1 } }).end();
    expect(ended[0]?.attributes).toEqual({ a: 1, rule: 'all' });
    expect(ended[0]?.spanContext().traceState?.serialize()).toBe('ot=th:0');
  });

  test('a long value is cut at the limit', () => {
    const { tracer, ended } = ours(KEEP, { ...LIMITS, attributeValueLengthLimit: 3 });
    tracer.startSpan('s', { attributes: { a: 'abcdef', n: 5 } }).end();
    expect(ended[0]?.attributes).toEqual({ a: 'abc', n: 5 });
  });

  test('the attributes given are copied', () => {
    const { tracer, ended } = ours(KEEP);
    const attributes = { a: 1 };
    const span = tracer.startSpan('s', { attributes });
    attributes.a = 2;
    span.end();
    expect(ended[0]?.attributes).toEqual({ a: 1 });
  });
});

describe('startActiveSpan', () => {
  const { tracer } = ours(KEEP);
  const other = ROOT_CONTEXT.setValue(Symbol.for('mark'), 'other');
  const seen = (span: Span) => ({
    active: trace.getActiveSpan() === span,
    mark: context.active().getValue(Symbol.for('mark')),
    kind: (span as unknown as ReadableSpan).kind,
  });
  test.each([
    {
      form: '(name, fn)',
      run: () => tracer.startActiveSpan('s', seen),
      kind: SpanKind.INTERNAL,
      mark: undefined,
    },
    {
      form: '(name, options, fn)',
      run: () => tracer.startActiveSpan('s', { kind: SpanKind.CLIENT }, seen),
      kind: SpanKind.CLIENT,
      mark: undefined,
    },
    {
      form: '(name, options, context, fn)',
      run: () => tracer.startActiveSpan('s', { kind: SpanKind.CLIENT }, other, seen),
      kind: SpanKind.CLIENT,
      mark: 'other',
    },
  ])('$form makes the span current inside', ({ run, kind, mark }) => {
    expect(run()).toEqual({ active: true, kind, mark });
  });
});

test('one tracer a scope', () => {
  const { provider } = ours(KEEP);
  expect(provider.getTracer('a', '1')).toBe(provider.getTracer('a', '1'));
  expect(provider.getTracer('a', '1')).not.toBe(provider.getTracer('a', '2'));
});

test('ids are well-formed and do not repeat', () => {
  const ids = createIdGenerator();
  const seen = new Set<string>();
  for (let i = 0; i < 10_000; i++) {
    const traceId = ids.generateTraceId();
    const spanId = ids.generateSpanId();
    expect(traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    seen.add(traceId).add(spanId);
  }
  expect(seen.size).toBe(20_000);
});

test('enter makes a context current for what follows, across awaits, and only there', async () => {
  const key = Symbol('entered');
  const inside = async (): Promise<unknown> => {
    manager.enter(ROOT_CONTEXT.setValue(key, true));
    await Promise.resolve();
    return context.active().getValue(key);
  };
  const outside = context.active();
  expect(await context.with(outside, inside)).toBe(true);
  expect(context.active().getValue(key)).toBeUndefined();
});

test('a value that cannot be looked through is left out, and nothing throws', () => {
  let deep: unknown = 'x';
  for (let i = 0; i < 50_000; i++) deep = [deep];
  const attributes = { plain: 1, deep } as Attributes;
  const { tracer, ended } = ours(KEEP);
  const span = tracer.startSpan('a', { attributes, links: [{ context: REMOTE_PARENT, attributes }] });
  span.setAttributes(attributes).addEvent('event', attributes);
  span.setAttribute('later', true);
  span.end();
  expect(ended[0]?.attributes).toEqual({ plain: 1, later: true });
  expect(ended[0]?.events.map(({ name }) => name)).toEqual(['event']);
  expect(ended[0]?.links).toHaveLength(1);
});
