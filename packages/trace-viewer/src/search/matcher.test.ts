import { expect, test } from 'vitest';
import { createTraceStore, type StoredTrace } from '../store/trace-store.ts';
import { receivedSpan, type SpanParts } from '../traces/received-span.fixture.ts';
import { createMatcher } from './matcher.ts';
import { parseQuery } from './query.ts';

function storedTrace(parts: readonly SpanParts[]): StoredTrace {
  const store = createTraceStore({ maxSpans: 100, maxBytes: 1e9, quietMillis: 1 });
  store.add(parts.map(receivedSpan));
  return store.traces().next().value as StoredTrace;
}

const ORDER = storedTrace([
  {
    id: '1',
    name: 'POST /orders',
    kind: 1,
    ms: 60,
    attributes: { 'http.response.status_code': 502 },
    failed: true,
  },
  { id: '2', parent: '1', name: 'charge card', ms: 25, attributes: { 'payment.amount': 60, big: 2n ** 60n } },
  {
    id: '3',
    parent: '1',
    name: 'GET /stock',
    service: 'inventory',
    ms: 5,
    attributes: { 'stock.sku': 'GONE-7', retries: '3', tags: ['cold', 'far'] },
    exception: ['ShelfError', 'shelf has fallen over'],
  },
]);

test.each([
  ['', true],
  ['gone-7', true],
  ['Shelf fallen', true],
  ['"shelf has fallen over"', true],
  ['cold', true],
  ['nowhere', false],
  ['gone-7 nowhere', false],
  ['-nowhere', true],
  ['-gone-7', false],
  ['service:inventory', true],
  ['service:inven', false],
  ['operation:"charge card"', true],
  ['status:error', true],
  ['-status:error', false],
  // Both of one span.
  ['service:checkout status:error', true],
  ['operation:"charge card" status:error', false],
  ['service:inventory payment.amount=60', false],
  ['kind:server', true],
  ['kind:consumer', false],
  ['http.response.status_code>=500', true],
  ['http.response.status_code>502', false],
  ['payment.amount=60.0', true],
  ['retries>2', true],
  ['big>1000000000000', true],
  ['stock.sku~gone', true],
  ['stock.sku!=gone-7', false],
  ['stock.sku=*', true],
  ['-stock.sku=*', false],
  ['exception.type=ShelfError', true],
  ['service.name=inventory', true],
  ['duration:>50ms', true],
  ['duration:>61ms', false],
  ['-duration:>61ms', true],
  ['spans:3', true],
  ['spans:>3', false],
  ['trace:0af7651916', true],
  ['trace:1af7651916', false],
  ['0AF7651916cd43dd', true],
  ['0af7', false],
])('%s: %s', (query, expected) => {
  expect(createMatcher(parseQuery(query)).matchesTrace(ORDER)).toBe(expected);
});

test('two searches taking turns do not mix up their answers', () => {
  const [one, other] = [createMatcher(parseQuery('gone-7')), createMatcher(parseQuery('nowhere'))];
  for (let turn = 0; turn < 3; turn++) {
    expect(one.matchesTrace(ORDER)).toBe(true);
    expect(other.matchesTrace(ORDER)).toBe(false);
  }
});

test('within a trace: the spans that match', () => {
  const { matchesSpan } = createMatcher(parseQuery('service:inventory fallen'));
  expect([...ORDER.spans.values()].filter(matchesSpan).map(({ name }) => name.value)).toEqual(['GET /stock']);
});

test.each<[string, SpanParts['attributes'], boolean]>([
  ['present names', { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' }, true],
  ['former names', { 'db.system': 'postgresql', 'db.operation': 'SELECT' }, true],
  ['an operation that only the name of the span tells', { 'db.system': 'postgresql' }, true],
  ['another database', { 'db.system': 'mysql', 'db.operation': 'SELECT' }, false],
  ['no database', {}, false],
])('a row of the table of databases finds its traces: %s', (_, attributes = {}, found) => {
  const trace = storedTrace([{ id: '1', name: 'SELECT', attributes }]);
  const query = 'db.system.name=postgresql db.operation.name=SELECT';
  expect(createMatcher(parseQuery(query)).matchesTrace(trace)).toBe(found);
});
