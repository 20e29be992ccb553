import { context, createContextKey, ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import { isTracingSuppressed, suppressTracing } from '@opentelemetry/core';
import { describe, expect, test } from 'vitest';
import { contextOfCall } from './call-context.ts';

const key = createContextKey('a value of the app');
const parent = ROOT_CONTEXT.setValue(key, 'from the app');
const span = trace.wrapSpanContext({ traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 });

describe.each([
  { suppressed: false, stock: trace.setSpan(parent, span) },
  { suppressed: true, stock: suppressTracing(trace.setSpan(parent, span)) },
])('suppressed: $suppressed', ({ suppressed, stock }) => {
  const ours = contextOfCall(parent, span, suppressed);
  const other: Span = trace.wrapSpanContext({
    traceId: '3'.repeat(32),
    spanId: '4'.repeat(16),
    traceFlags: 0,
  });

  test.each<[string, (of: typeof parent) => typeof parent]>([
    ['as it is', (of) => of],
    ['with a value', (of) => of.setValue(createContextKey('another'), 1)],
    ['with another span', (of) => trace.setSpan(of, other)],
    ['without a span', (of) => trace.deleteSpan(of)],
    ['without the value of the app', (of) => of.deleteValue(key)],
    ['suppressed below', (of) => suppressTracing(of)],
  ])('%s it answers as a context that the API makes', (_, derive) => {
    const [mine, theirs] = [derive(ours), derive(stock)];
    expect(trace.getSpan(mine)).toBe(trace.getSpan(theirs));
    expect(mine.getValue(key)).toBe(theirs.getValue(key));
    expect(isTracingSuppressed(mine)).toBe(isTracingSuppressed(theirs));
    expect(mine.getValue(createContextKey('another'))).toBe(theirs.getValue(createContextKey('another')));
  });

  test('what is derived from it leaves it as it was', () => {
    trace.deleteSpan(ours.setValue(key, 'changed'));
    expect(trace.getSpan(ours)).toBe(span);
    expect(ours.getValue(key)).toBe('from the app');
    expect(context.active()).toBe(ROOT_CONTEXT);
  });
});
