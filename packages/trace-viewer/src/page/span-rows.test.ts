import { describe, expect, test } from 'vitest';
import type { SpanRow } from '../wire/api.ts';
import { around, parentOf, rangeOf, visibleRows, withoutAncestors } from './span-rows.ts';

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
