import { describe, expect, test } from 'vitest';
import type { SpanRow } from '../wire/api.ts';
import {
  around,
  drawnSections,
  nextRow,
  parentOf,
  rangeOf,
  visibleRows,
  withoutAncestors,
} from './span-rows.ts';

/** `a` has `b`, which has `c` and `d`; then `e`. */
const ROWS: readonly SpanRow[] = (
  [
    ['a', 0, 4],
    ['b', 1, 2],
    ['c', 2, 0],
    ['d', 2, 0],
    ['e', 1, 0],
  ] as const
).map(([id, depth, descendants]) => ({
  id,
  name: id,
  service: 0,
  kind: 0,
  start: 0,
  duration: 1,
  depth,
  descendants,
}));

const names = (rows: readonly SpanRow[]): string => rows.map(({ id }) => id).join('');

test.each([
  [[], 'abcde'],
  [['b'], 'abe'],
  [['a'], 'a'],
  [['a', 'b'], 'a'],
  [['c'], 'abcde'],
])('with %j closed, %s is seen', (closed, seen) => {
  expect(names(visibleRows(ROWS, new Set(closed)))).toBe(seen);
});

test('the parent is the next one above that is less deep; a root is its own', () => {
  expect(['a', 'b', 'c', 'd', 'e'].map((_, i) => parentOf(ROWS, i)?.id)).toEqual(['a', 'a', 'b', 'b', 'a']);
});

test('to see a span, what hides it is opened, and nothing else', () => {
  expect([...withoutAncestors(new Set(['a', 'b', 'e']), ROWS, ROWS[3] as SpanRow)]).toEqual(['e']);
});

test.each([
  [undefined, 1, 'ae', 'a'],
  ['a', 1, 'ae', 'e'],
  ['e', 1, 'ae', 'a'],
  ['a', -1, 'ae', 'e'],
  // Nothing is selected: backwards the last one is next.
  [undefined, -1, 'de', 'e'],
  ['b', 1, 'b', 'b'],
  ['gone', -1, 'ab', 'b'],
  ['a', 1, '', undefined],
] as const)('from %s, step %i, of %j the next is %s', (selected, step, wanted, next) => {
  expect(nextRow(ROWS, selected, ({ id }) => wanted.includes(id), step)?.id).toBe(next);
});

describe('sections of the critical path that are drawn', () => {
  test.each<[string, [number, number][], [number, number][]]>([
    [
      'apart',
      [
        [5000, 6000],
        [1000, 2000],
      ],
      [
        [5000, 6000],
        [1000, 2000],
      ],
    ],
    [
      'with less between than can be seen',
      [
        [2005, 3000],
        [1000, 2000],
      ],
      [[1000, 3000]],
    ],
    [
      'out of view',
      [
        [30_000, 40_000],
        [1000, 2000],
        [-20, -10],
      ],
      [[1000, 2000]],
    ],
    ['none', [], []],
  ])('%s', (_, sections, drawn) => {
    expect(drawnSections(sections, { from: 0, to: 10_000 })).toEqual(drawn);
  });

  test('are never more than can be seen, however many there are', () => {
    const sections = Array.from(
      { length: 10_000 },
      (_, i) => [i * 2, i * 2 + 1] as [number, number],
    ).reverse();
    expect(drawnSections(sections, { from: 0, to: 20_000 }).length).toBeLessThan(1001);
  });
});

describe('zoom', () => {
  test('a little more than the span, within the trace', () => {
    const row = { ...(ROWS[0] as SpanRow), start: 0, duration: 1000 };
    expect(around(row, 1050)).toEqual({ from: 0, to: 1050 });
    expect(around({ ...row, start: 5000 }, 100_000)).toEqual({ from: 4900, to: 6100 });
  });

  test.each([
    ['from=10&to=50', { from: 10, to: 50 }],
    ['from=10&to=500', { from: 10, to: 100 }],
    ['from=50&to=10', undefined],
    ['from=200&to=300', undefined],
    ['from=x&to=5', undefined],
    ['', undefined],
  ])('of the address: %s', (query, range) => {
    expect(rangeOf(new URLSearchParams(query), 100)).toEqual(range);
  });
});
