import { describe, expect, test } from 'vitest';
import { createOperations } from '../aggregates/operations.ts';
import { createServiceMap } from '../aggregates/service-map.ts';
import { MAX_NAME_LENGTH } from '../aggregates/short-name.ts';
import { conditions, words } from '../page/query-text.ts';
import { createTraceStore, type StoredTrace } from '../store/trace-store.ts';
import { receivedSpan, type SpanParts } from '../traces/received-span.fixture.ts';
import { createMatcher } from './matcher.ts';
import { parseQuery, quote } from './query.ts';

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

describe('a row whose names were cut finds its traces, and those that begin alike', () => {
  const finds = (query: string, parts: SpanParts): boolean =>
    createMatcher(parseQuery(query)).matchesTrace(storedTrace([parts]));
  const filled = (end: string, more = ' FROM orders'): string =>
    `${`SELECT "Id"\n `.padEnd(MAX_NAME_LENGTH - end.length, 'Ab')}${end}${more}`;

  const NAMES: readonly [string, string][] = [
    ['not cut', filled('x', '')],
    ['one character too long', filled('x', 'y')],
    ['long', filled('x')],
    ['cut within a character', filled('\u{1f41f}x')],
    ['cut after a letter that is another one at the end of a word', filled('AΣΣ')],
    ['with a letter that is two in lower case', filled('İx')],
  ];

  test.each(NAMES)('service and operation: %s', (_, name) => {
    const parts = { id: '1', kind: 1, service: `The ${name}`, name };
    const operations = createOperations();
    for (const span of storedTrace([parts]).spans.values()) operations.add(span);
    const { service, operation } = operations.requests(60_000)[0]!.labels;
    expect(operation.length).toBe(MAX_NAME_LENGTH);
    for (const query of [conditions({ service }), conditions({ operation })]) {
      expect(finds(query, parts)).toBe(true);
      expect(finds(query, { id: '1', kind: 1, service: 'a', name: 'a' })).toBe(false);
      expect(finds(query, { ...parts, service: `${service}`.slice(0, 90), name: name.slice(0, 90) })).toBe(
        false,
      );
      expect(finds(`-${query}`, parts)).toBe(false);
    }
    expect(finds(conditions({ operation }), { ...parts, name: `${name} WHERE other` })).toBe(
      name.length > 512,
    );
  });

  test.each(NAMES)('database: %s', (_, name) => {
    const shapes: NonNullable<SpanParts['attributes']>[] = [
      { 'db.system.name': 'postgresql', 'db.operation.name': name, 'db.collection.name': name },
      { 'db.system': name },
    ];
    for (const attributes of shapes) {
      const parts = { id: '1', kind: 2, name, attributes };
      const operations = createOperations();
      for (const span of storedTrace([parts]).spans.values()) operations.add(span);
      const { system, operation, collection } = operations.databases(60_000)[0]!.labels;
      const fields = {
        'db.system.name': system,
        'db.operation.name': operation,
        'db.collection.name': collection,
      };
      for (const [key, value] of Object.entries(fields).filter(([, each]) => each !== '')) {
        expect([key, finds(`${key}=${quote(value)}`, parts)]).toEqual([key, true]);
        expect(finds(`${key}!=${quote(value)}`, parts)).toBe(false);
        expect(finds(`${key}=${quote(value)}`, { ...parts, name: 'a', attributes: { [key]: 'a' } })).toBe(
          false,
        );
      }
    }
  });

  test.each(NAMES)('called on the map: %s', (_, name) => {
    const parts = { id: '1', kind: 2, attributes: { 'server.address': name } };
    const map = createServiceMap();
    map.add(storedTrace([parts]));
    const { to } = map.edges(60_000)[0]!.labels;
    expect(finds(words(to), parts)).toBe(true);
    expect(finds(words(to), { id: '1', kind: 2, attributes: { 'server.address': name.slice(0, 300) } })).toBe(
      false,
    );
  });
});
