import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createTraceStore, type StoredTrace } from '../store/trace-store.ts';
import { compareTraces } from './compare-traces.ts';
import { criticalPath } from './critical-path.ts';
import { receivedSpan, type SpanParts } from './received-span.fixture.ts';
import { buildSpanTree } from './span-tree.ts';
import { traceDetail } from './trace-detail.ts';

function storedTrace(parts: readonly SpanParts[], traceId?: string): StoredTrace {
  const store = createTraceStore({ maxSpans: 100_000, maxBytes: 1e9, quietMillis: 1 });
  store.add(parts.map((part) => receivedSpan(traceId === undefined ? part : { ...part, traceId })));
  return store.traces().next().value as StoredTrace;
}

/** `name: from-to` in milliseconds. */
function sections(parts: readonly SpanParts[]): string[] {
  const path = criticalPath(buildSpanTree(parts.map(receivedSpan)).roots);
  return [...path].flatMap(([node, all]) =>
    all.map(([from, to]) => `${node.span?.name}: ${from / 1e6}-${to / 1e6}`),
  );
}

describe('critical path', () => {
  test.each<[string, readonly SpanParts[], readonly string[]]>([
    ['one span', [{ id: '1', name: 'a', ms: 10 }], ['a: 0-10']],
    [
      'calls one after the other',
      [
        { id: '1', name: 'a', ms: 10 },
        { id: '2', parent: '1', name: 'b', at: 1, ms: 3 },
        { id: '3', parent: '1', name: 'c', at: 5, ms: 4 },
      ],
      ['a: 9-10', 'a: 4-5', 'a: 0-1', 'b: 1-4', 'c: 5-9'],
    ],
    [
      'of calls at the same time the one that ends last',
      [
        { id: '1', name: 'a', ms: 10 },
        { id: '2', parent: '1', name: 'b', at: 1, ms: 3 },
        { id: '3', parent: '1', name: 'c', at: 1, ms: 8 },
      ],
      ['a: 9-10', 'a: 0-1', 'c: 1-9'],
    ],
    [
      'a call that outlives its caller is cut',
      [
        { id: '1', name: 'a', ms: 10 },
        { id: '2', parent: '1', name: 'b', at: 4, ms: 20 },
      ],
      ['a: 0-4', 'b: 4-10'],
    ],
    [
      'below a parent that has not come',
      [
        { id: '2', parent: '1', name: 'b', at: 0, ms: 4 },
        { id: '3', parent: '1', name: 'c', at: 4, ms: 4 },
      ],
      ['c: 4-8', 'b: 0-4'],
    ],
  ])('%s', (_, parts, expected) => {
    expect(sections(parts).sort()).toEqual([...expected].sort());
  });

  test('of any trace with one root: sections do not overlap and cover the root', () => {
    const span = fc.record({
      parent: fc.nat({ max: 8 }),
      at: fc.nat({ max: 50 }),
      ms: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (rest) => {
        const parts: SpanParts[] = [
          { id: '1', ms: 60 },
          ...rest.map(({ parent, at, ms }, i) => ({
            id: (i + 2).toString(16),
            parent: (Math.min(parent, i) + 1).toString(16),
            at,
            ms,
          })),
        ];
        const tree = buildSpanTree(parts.map(receivedSpan));
        const all = [...criticalPath(tree.roots).values()].flat().sort((a, b) => a[0] - b[0]);
        all.forEach(([from, to], i) => {
          expect(to).toBeGreaterThan(from);
          if (i > 0) expect(from).toBeGreaterThanOrEqual((all[i - 1] as [number, number])[1]);
        });
        const covered = all.reduce((sum, [from, to]) => sum + to - from, 0);
        expect(covered).toBe(60e6);
      }),
    );
  });
});

describe('traceDetail', () => {
  const parts: readonly SpanParts[] = [
    { id: '1', name: 'POST /orders', ms: 60, failed: true },
    { id: '2', parent: '1', name: 'call', kind: 2, at: 5, ms: 40, failed: true },
    {
      id: '3',
      parent: '2',
      name: 'GET /stock',
      service: 'inventory',
      at: 6,
      ms: 30,
      exception: ['ShelfError', 'gone'],
    },
    { id: '4', parent: '1', name: 'charge', at: 46, ms: 10, failed: true },
    { id: '6', parent: '5', name: 'orphan', at: 50, ms: 1 },
  ];

  test('rows in order, with depth, counts and the span that failed first', () => {
    const detail = traceDetail(storedTrace(parts));
    expect(detail.spans.map(({ name, depth, descendants }) => [name, depth, descendants])).toEqual([
      ['POST /orders', 0, 3],
      ['call', 1, 1],
      ['GET /stock', 2, 0],
      ['charge', 1, 0],
      ['', 0, 1],
      ['orphan', 1, 0],
    ]);
    expect(detail.firstFailure).toBe(2);
    expect(detail.spans[2]?.failure).toBe('ShelfError: gone');
    expect(detail.spans[0]?.failedBelow).toBe(3);
    expect(detail.services).toEqual(['checkout', 'inventory']);
    expect(detail.spanCount).toBe(5);
  });

  test('a chain of 20,000 spans', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => ({
      id: (i + 1).toString(16),
      ...(i > 0 && { parent: i.toString(16) }),
      at: 0,
      ms: 20_001 - i,
    }));
    const { spans } = traceDetail(storedTrace(chain));
    expect(spans.at(-1)).toMatchObject({ depth: 19_999, descendants: 0 });
  });
});

test('compareTraces: what both have is one row, what one lacks shows where it would stand', () => {
  const a = storedTrace(
    [
      { id: '1', name: 'root', ms: 10 },
      { id: '2', parent: '1', name: 'get', at: 1, ms: 2 },
      { id: '3', parent: '1', name: 'get', at: 4, ms: 2 },
      { id: '4', parent: '1', name: 'only a', at: 7, ms: 1 },
    ],
    'a'.repeat(32),
  );
  const b = storedTrace(
    [
      { id: '1', name: 'root', ms: 30 },
      { id: '2', parent: '1', name: 'get', at: 1, ms: 20, failed: true },
      { id: '5', parent: '1', name: 'only b', at: 22, ms: 1 },
      { id: '6', parent: '5', name: 'below', at: 22, ms: 1 },
      { id: '7', parent: '1', name: 'get', at: 25, ms: 2 },
    ],
    'b'.repeat(32),
  );
  const { rows } = compareTraces(a, b);
  expect(rows.map(({ name, depth, a: inA, b: inB }) => [name, depth, inA?.duration, inB?.duration])).toEqual([
    ['root', 0, 10e6, 30e6],
    ['get', 1, 2e6, 20e6],
    ['only b', 1, undefined, 1e6],
    ['below', 2, undefined, 1e6],
    ['get', 1, 2e6, 2e6],
    ['only a', 1, 1e6, undefined],
  ]);
  expect(rows[1]?.b?.failed).toBe(true);
});
