import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { createTraceStore } from '../store/trace-store.ts';
import { receivedSpan, type SpanParts } from '../traces/received-span.fixture.ts';
import { createOperations } from './operations.ts';
import { createServiceMap } from './service-map.ts';
import { MAX_NAME_LENGTH } from './short-name.ts';

function createTables() {
  const operations = createOperations();
  const map = createServiceMap();
  // Room for little: what the tables hold, they hold alone.
  const store = createTraceStore({
    maxSpans: 2,
    maxBytes: 1e9,
    quietMillis: 1,
    onSpan: operations.add,
    onFinished: map.add,
    onEvicted: map.forget,
  });
  return { operations, map, add: (parts: readonly SpanParts[]) => store.add(parts.map(receivedSpan)) };
}

const SERVER = 1;
const CLIENT = 2;

/** A call of a database whose every name is as long. */
function namedSpan(number: number, length: number): SpanParts {
  const name = `${number}`.padEnd(length, 'é');
  return {
    id: '1',
    traceId: number.toString(16).padStart(32, '0'),
    name,
    service: name,
    kind: CLIENT,
    attributes: { 'db.system.name': name, 'db.operation.name': name, 'db.collection.name': name },
  };
}

describe('long names', () => {
  test('are cut in the tables, and those that are not too long are whole', () => {
    const { operations, map, add } = createTables();
    for (const length of [MAX_NAME_LENGTH, MAX_NAME_LENGTH + 1]) add([namedSpan(length, length)]);
    add([{ id: '1', traceId: 'b'.repeat(32) }]);
    add([{ id: '1', traceId: 'c'.repeat(32) }]);
    const whole = '512'.padEnd(512, 'é');
    const cut = `${'513'.padEnd(511, 'é')}…`;
    expect(operations.requests(60_000).map(({ labels }) => labels.operation)).toEqual([whole, cut, 'span 1']);
    expect(operations.databases(60_000).map(({ labels }) => labels)).toEqual(
      [whole, cut].map((name) => ({ system: name, operation: name, collection: name, service: name })),
    );
    expect(map.edges(60_000).map(({ labels }) => labels)).toEqual(
      [whole, cut].map((name) => ({ from: name, to: name, toKind: 'database' })),
    );
  });

  test('are not held in memory by what was cut of them', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { operations, add } = createTables();
    collect();
    const before = process.memoryUsage().heapUsed;
    // A hundred of a million characters in each of five names: a gigabyte.
    for (let number = 0; number < 100; number++) add([namedSpan(number, 1_000_000)]);
    add([{ id: '1', traceId: 'b'.repeat(32) }]);
    add([{ id: '1', traceId: 'c'.repeat(32) }]);
    collect();
    expect(operations.databases(60_000)).toHaveLength(100);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20e6);
  });
});

test('a span that ends before it starts took no time, and pulls nothing below 0', () => {
  const { operations, map, add } = createTables();
  const attributes = { 'db.system.name': 'qdrant', 'db.operation.name': 'query' };
  add([{ id: '1', ms: -5, kind: CLIENT, attributes }]);
  add([{ id: '1', traceId: 'b'.repeat(32), ms: 0, kind: SERVER }]);
  add([{ id: '1', traceId: 'c'.repeat(32), ms: 0, kind: SERVER }]);
  const zero = { p50: 0, p95: 0, p99: 0 };
  expect(operations.requests(60_000)).toMatchObject([zero]);
  expect(operations.databases(60_000)).toMatchObject([zero]);
  expect(map.edges(60_000)).toMatchObject([zero]);
});

test.each([-3, Number.NaN, Number.POSITIVE_INFINITY])(
  'an amount of %d is none: it spoils no sum and no percentile',
  (amount) => {
    const { operations, add } = createTables();
    for (const value of [amount, 4]) {
      add([
        {
          id: '1',
          traceId: (value === 4 ? 'b' : 'c').repeat(32),
          attributes: {
            'db.system.name': 'qdrant',
            'db.operation.name': 'query',
            'db.response.returned_rows': value,
            'qdrant.server.duration': value,
          },
        },
      ]);
    }
    const [row] = operations.databases(60_000);
    expect(row?.rows).toBe(4);
    expect((row?.serverP50 ?? 0) / 4e9).toBeCloseTo(1, 1);
  },
);
