import { describe, expect, test } from 'vitest';
import { type Order, ordered, readOrder, writeOrder } from './row-order.ts';

const rows = [
  { name: 'b', size: 1 },
  { name: 'a10', size: undefined },
  { name: 'a9', size: 3 },
  { name: 'c', size: 2 },
];

test.each<[Order<'name' | 'size'>, string]>([
  [{ by: 'size', descending: false }, 'b c a9 a10'],
  [{ by: 'size', descending: true }, 'a9 c b a10'],
  [{ by: 'name', descending: false }, 'a9 a10 b c'],
  [{ by: 'name', descending: true }, 'c b a10 a9'],
])('%j', (order, names) => {
  expect(
    ordered(rows, order)
      .map(({ name }) => name)
      .join(' '),
  ).toBe(names);
});

describe('in the address', () => {
  const otherwise = { by: 'size', descending: true } as const;

  test.each([
    [null, otherwise],
    ['', otherwise],
    ['other-asc', otherwise],
    ['name', otherwise],
    ['name-asc', { by: 'name', descending: false }],
    ['size-desc', { by: 'size', descending: true }],
  ])('%s', (text, order) => {
    expect(readOrder(text, ['name', 'size'], otherwise)).toEqual(order);
  });

  test('what is written can be read', () => {
    const order = { by: 'name', descending: true } as const;
    expect(readOrder(writeOrder(order), ['name', 'size'], otherwise)).toEqual(order);
  });
});
