import { type Attributes, INVALID_SPAN_CONTEXT, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { SamplingDecision } from '../otel-contract.ts';
import { createHealthRouteSampler } from './health-route-sampler.ts';
import { ask, contextOf, stubSampler, TRACE_ID } from './sampler.fixture.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const ROUTES = ['/health', '/ready/', '/'];

describe('createHealthRouteSampler', () => {
  it('describes its routes and what it wraps', () => {
    expect(createHealthRouteSampler(['/health', '/ready/'], stubSampler(0)).toString()).toBe(
      'HealthRoutes{/health,/ready; Stub}',
    );
  });

  it.each<[Attributes | undefined, boolean]>([
    [{ 'url.path': '/health' }, true],
    [{ 'url.path': '/health/' }, true],
    [{ 'url.path': '/ready' }, true],
    [{ 'url.path': '/ready/' }, true],
    [{ 'url.path': '/' }, true],
    [{ 'http.target': '/health' }, true],
    [{ 'http.target': '/health?full=1' }, true],
    [{ 'http.target': '/health/?full=1' }, true],
    [{ 'http.target': '/?probe' }, true],
    [{ 'url.path': undefined, 'http.target': '/health' }, true],
    [{ 'url.path': '/orders', 'http.target': '/health' }, false],
    [{ 'url.path': '/health/db' }, false],
    [{ 'url.path': '/healthy' }, false],
    [{ 'url.path': '/Health' }, false],
    [{ 'url.path': '/api/health' }, false],
    [{ 'url.path': '//' }, true],
    [{ 'url.path': '/health//' }, false],
    [{ 'url.path': '' }, false],
    [{ 'url.path': 7 }, false],
    [{ 'url.path': ['/health'] }, false],
    [{ 'url.path': undefined, 'http.target': undefined }, false],
    [{ 'http.target': '' }, false],
    [{ 'http.target': '?' }, false],
    [{}, false],
    [undefined, false],
  ])('a request with %o is dropped: %s', (attributes, dropped) => {
    const inner = stubSampler(RECORD_AND_SAMPLED);
    const sampler = createHealthRouteSampler(ROUTES, inner);
    const result = sampler.shouldSample(
      ROOT_CONTEXT,
      TRACE_ID,
      'GET',
      SpanKind.SERVER,
      attributes as Attributes,
      [],
    );
    expect(result.decision).toBe(dropped ? NOT_RECORD : RECORD_AND_SAMPLED);
    expect(inner.asked).toBe(dropped ? 0 : 1);
  });

  it.each([
    ['none', ROOT_CONTEXT, true],
    ['invalid', trace.setSpanContext(ROOT_CONTEXT, { ...INVALID_SPAN_CONTEXT, traceFlags: 1 }), true],
    ['remote, sampled', contextOf({ remote: true }), false],
    ['remote, not sampled', contextOf({ remote: true, sampled: false }), true],
    ['local, sampled', contextOf({}), false],
    ['local, not sampled', contextOf({ sampled: false }), true],
  ])('with a parent (%s) a health request is dropped: %s', (_, context, dropped) => {
    for (const dropDescendants of [false, true]) {
      const sampler = createHealthRouteSampler(ROUTES, stubSampler(RECORD_AND_SAMPLED), { dropDescendants });
      const { decision } = ask(sampler, { context, attributes: { 'url.path': '/health' } });
      expect(decision).toBe(dropped ? NOT_RECORD : RECORD_AND_SAMPLED);
    }
  });

  it.each([SpanKind.INTERNAL, SpanKind.CLIENT, SpanKind.PRODUCER, SpanKind.CONSUMER])(
    'leaves spans of kind %d to the inner sampler',
    (kind) => {
      for (const decision of [NOT_RECORD, RECORD_AND_SAMPLED]) {
        const inner = stubSampler(decision);
        const result = ask(createHealthRouteSampler(ROUTES, inner), {
          kind,
          attributes: { 'url.path': '/health' },
        });
        expect(result.decision).toBe(decision);
        expect(inner.asked).toBe(1);
      }
    },
  );
});
