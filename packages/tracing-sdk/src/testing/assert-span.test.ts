import { AssertionError } from 'node:assert';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { assertSpan, type ExpectedSpan } from './assert-span.ts';
import { finishedSpan } from './finished-span.ts';
import type { ReceivedSpan } from './received-span.ts';

const parent = finishedSpan();
const child = {
  ...finishedSpan({ name: 'GET', attributes: { port: 4711, path: '/' } }),
  parentSpanContext: parent.spanContext(),
};
const expected: ExpectedSpan = {
  name: 'GET',
  kind: SpanKind.INTERNAL,
  attributes: { path: '/', port: 4711, query: undefined },
};

describe('assertSpan', () => {
  it('accepts what fits', () => {
    assertSpan(child, expected);
    assertSpan(child, { ...expected, parent });
    assertSpan({ ...child, parentSpanContext: undefined }, { ...expected, parent: null });
    assertSpan(child, { ...expected, attributes: { path: '/' } }, { volatile: ['port'] });
    const status = { code: SpanStatusCode.ERROR, message: 'no' };
    assertSpan({ ...child, status }, { ...expected, status });
  });

  it.each<[string, Partial<ExpectedSpan>, string[] | undefined]>([
    ['name', { name: 'POST' }, undefined],
    ['kind', { kind: SpanKind.SERVER }, undefined],
    ['status', { status: { code: SpanStatusCode.ERROR } }, undefined],
    ['status message', { status: { code: SpanStatusCode.UNSET, message: 'x' } }, undefined],
    ['missing attribute', { attributes: { path: '/', port: 4711, more: 1 } }, undefined],
    ['attribute too many', { attributes: { path: '/' } }, undefined],
    ['value', { attributes: { path: '/x', port: 4711 } }, undefined],
    ['missing volatile attribute', {}, ['peer']],
    ['root', { parent: null }, undefined],
  ])('tells a wrong %s', (_, wrong, volatile) => {
    expect(() => assertSpan(child, { ...expected, ...wrong }, volatile && { volatile })).toThrow(
      AssertionError,
    );
  });

  it('tells another parent, a span without one, a span that has not ended, and no span at all', () => {
    const other = { spanContext: () => ({ ...parent.spanContext(), spanId: '00f067aa0ba902b7' }) };
    expect(() => assertSpan(child, { ...expected, parent: other })).toThrow('00f067aa0ba902b7');
    expect(() => assertSpan({ ...child, parentSpanContext: undefined }, { ...expected, parent })).toThrow(
      AssertionError,
    );
    expect(() => assertSpan({ ...child, ended: false }, expected)).toThrow(AssertionError);
    expect(() => assertSpan(undefined, expected)).toThrow(AssertionError);
  });

  it('looks at spans that an OTLP receiver got in the same way', () => {
    const received: ReceivedSpan = {
      ...child.spanContext(),
      parentSpanId: undefined,
      traceState: '',
      flags: 1,
      name: 'GET',
      kind: SpanKind.INTERNAL,
      startTimeUnixNano: 1n,
      endTimeUnixNano: 2n,
      attributes: { path: '/', port: 4711, big: 2n ** 60n, nested: { a: [null] } },
      events: [],
      links: [],
      status: { code: SpanStatusCode.UNSET, message: '' },
      droppedCounts: { attributes: 0, events: 0, links: 0 },
      resource: { attributes: {} },
      instrumentationScope: { name: '', version: '' },
    };
    const fits: ExpectedSpan = {
      ...expected,
      attributes: { ...expected.attributes, big: 2n ** 60n, nested: { a: [null] } },
      parent: null,
    };
    assertSpan(received, fits);
    const under = { ...received, spanId: '00f067aa0ba902b7', parentSpanId: received.spanId };
    assertSpan(under, { ...fits, parent: received });
    assertSpan(under, { ...fits, parent });
    for (const wrong of [
      { parent: under },
      { parent: { ...received, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' } },
      { parent: null },
      { attributes: { ...fits.attributes, nested: { a: [] } } },
      { status: { code: SpanStatusCode.UNSET, message: 'x' } },
    ]) {
      expect(() => assertSpan(under, { ...fits, ...wrong })).toThrow(AssertionError);
    }
  });
});
