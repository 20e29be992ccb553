import {
  type Attributes,
  type Context,
  createTraceState,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  SpanKind,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { type Sampler, SamplingDecision } from '../otel-contract.ts';
import type { SamplingPlan } from '../settings/settings.ts';
import { createSampler } from './create-sampler.ts';
import { readOtEntry } from './ot-tracestate.ts';
import { ask, contextOf, seededTraceIds, stubSampler, traceIdEndingIn } from './sampler.fixture.ts';
import { adjustedCount } from './threshold.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

function plan(ratio: number, parentBased = true, maxTracesPerSecond?: number): SamplingPlan {
  return { kind: 'threshold', ratio, maxTracesPerSecond, parentBased };
}

describe('createSampler', () => {
  it.each<[SamplingPlan, string[], string]>([
    [
      plan(0.1),
      ['/health', '/metrics'],
      'HealthRoutes{/health,/metrics; ParentThreshold{root=Threshold{ratio=0.1, th=e6666666666668}}}',
    ],
    [plan(1), [], 'ParentThreshold{root=Threshold{ratio=1, th=0}}'],
    [plan(0.5, true, 20), [], 'ParentThreshold{root=RateLimited{ratio=0.5, max=20/s, adapts in 1 s}}'],
    [plan(0, true, 20), [], 'ParentThreshold{root=Threshold{ratio=0, keeps nothing}}'],
    [plan(0.25, false), [], 'Threshold{ratio=0.25, th=c}'],
    [plan(0, false), ['/health'], 'HealthRoutes{/health; Threshold{ratio=0, keeps nothing}}'],
    [{ kind: 'custom', sampler: stubSampler(0) }, ['/health'], 'HealthRoutes{/health; Stub}'],
  ])('composes, case %#', (settled, healthRoutes, description) => {
    expect(createSampler(settled, healthRoutes).toString()).toBe(description);
  });

  it('hands out a custom sampler as it is where there are no health routes', () => {
    const sampler = stubSampler(0);
    expect(createSampler({ kind: 'custom', sampler }, [])).toBe(sampler);
  });

  it.each([
    // OTEL_TRACES_SAMPLER: plan, trace's randomness, kept, whatever the parent's flag
    ['always_on', plan(1, false), '00000000000000', true],
    ['always_off', plan(0, false), 'ffffffffffffff', false],
    ['traceidratio 0.5', plan(0.5, false), '7fffffffffffff', false],
    ['traceidratio 0.5', plan(0.5, false), '80000000000000', true],
  ])('%s applies to every span, case %#', (_, settled, randomness, kept) => {
    const sampler = createSampler(settled, ['/health']);
    const traceId = traceIdEndingIn(randomness);
    for (const sampled of [true, false]) {
      for (const remote of [true, false]) {
        for (const kind of [SpanKind.SERVER, SpanKind.INTERNAL]) {
          const { decision } = ask(sampler, {
            context: contextOf({ traceId, sampled, remote }),
            traceId,
            kind,
          });
          expect(decision).toBe(kept ? RECORD_AND_SAMPLED : NOT_RECORD);
        }
      }
    }
  });

  // Seeded ids: the outcome is the same on every run, so these bounds raise no false alarm. (With fresh random ids
  // 0.5 points are 5.3 standard deviations, odds 1.4e-7; 3 % of the weighted count are 3.2, odds 1.6e-3.)
  it.each([1, 2026, 987_654_321])(
    '`production` over 100,000 roots keeps 10 % ± 0.5 %, weights ± 3 %, seed %d',
    (seed) => {
      const sampler = createSampler(plan(0.1), ['/health']);
      const traceIds = seededTraceIds(seed);
      let kept = 0;
      let weighted = 0;
      for (let i = 0; i < 100_000; i++) {
        const result = ask(sampler, { traceId: traceIds() });
        if (result.decision !== RECORD_AND_SAMPLED) continue;
        kept++;
        // As a backend reads it: from the header text.
        const state = createTraceState(result.traceState?.serialize());
        weighted += adjustedCount(readOtEntry(state).threshold ?? 'missing');
      }
      expect(kept).toBeGreaterThan(9_500);
      expect(kept).toBeLessThan(10_500);
      expect(weighted).toBeGreaterThan(97_000);
      expect(weighted).toBeLessThan(103_000);
    },
  );

  it('ratio 0 keeps nothing but what a caller sampled', () => {
    const sampler = createSampler(plan(0), []);
    expect(ask(sampler).decision).toBe(NOT_RECORD);
    expect(ask(sampler, { context: contextOf({ remote: true }) }).decision).toBe(RECORD_AND_SAMPLED);
  });
});

/** A tracer of the real SDK, with contexts that come from and leave as real headers. */
function service(sampler: Sampler) {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const tracer = provider.getTracer('test');
  const propagator = new W3CTraceContextPropagator();
  return {
    receive: (headers: Record<string, string>) =>
      propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter),
    /** A SERVER span for `path`, a CLIENT span below it; returns the headers the CLIENT span would send. */
    request(parent: Context, path: string): Record<string, string> {
      const attributes: Attributes = { 'url.path': path };
      const server = tracer.startSpan('GET', { kind: SpanKind.SERVER, attributes }, parent);
      const below = trace.setSpan(parent, server);
      const client = tracer.startSpan('query', { kind: SpanKind.CLIENT }, below);
      const headers: Record<string, string> = {};
      propagator.inject(trace.setSpan(below, client), headers, defaultTextMapSetter);
      client.end();
      server.end();
      return headers;
    },
    kept: () => exporter.getFinishedSpans().map((span) => span.spanContext().traceState?.serialize()),
  };
}

describe('with a tracer', () => {
  it('carries th from the first service through the second', () => {
    const first = service(createSampler(plan(1), []));
    const sent = first.request(ROOT_CONTEXT, '/orders');
    expect(sent.tracestate).toBe('ot=th:0');

    const second = service(createSampler(plan(0.1), []));
    expect(second.request(second.receive(sent), '/stock').tracestate).toBe('ot=th:0');
    expect(first.kept()).toEqual(['ot=th:0', 'ot=th:0']);
    expect(second.kept()).toEqual(['ot=th:0', 'ot=th:0']);
  });

  // The collector's example of 50 % sampling under explicit randomness (pkg/sampling, README).
  it.each([
    ['ot=th:8;rv:9b8233f7e3a151, vendor=xyz', 'ot=th:8;rv:9b8233f7e3a151,vendor=xyz'],
    ['ot=th:c;rv:9b8233f7e3a151, vendor=xyz', 'ot=rv:9b8233f7e3a151,vendor=xyz'],
  ])('of %s records and sends %s', (tracestate, after) => {
    const { receive, request, kept } = service(createSampler(plan(0.1), []));
    const traceparent = `00-${traceIdEndingIn('00000000000000')}-b7ad6b7169203331-01`;
    const sent = request(receive({ traceparent, tracestate }), '/orders');
    expect(sent.tracestate).toBe(after);
    expect(kept()).toEqual([after, after]);
  });

  it.each<[string, SamplingPlan]>([
    ['development', plan(1)],
    ['always_on', plan(1, false)],
    ['a custom sampler', { kind: 'custom', sampler: createSampler(plan(1, false), []) }],
  ])('%s: a health check is no trace, nor is what it calls', (_, settled) => {
    const { request, kept } = service(createSampler(settled, ['/health']));
    expect(request(ROOT_CONTEXT, '/health').traceparent).toMatch(/-00$/);
    expect(kept()).toEqual([]);
    request(ROOT_CONTEXT, '/orders');
    expect(kept()).toHaveLength(2);
  });

  it('traces a health check that carries a sampled traceparent', () => {
    const { receive, request, kept } = service(createSampler(plan(0.1), ['/health']));
    const traceparent = `00-${traceIdEndingIn('00000000000000')}-b7ad6b7169203331-01`;
    request(receive({ traceparent }), '/health');
    expect(kept()).toHaveLength(2);
  });
});
