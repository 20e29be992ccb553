import { AssertionError } from 'node:assert';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { assertSpan, type ExpectedSpan } from './assert-span.ts';
import { finishedSpan } from './finished-span.ts';

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
});
