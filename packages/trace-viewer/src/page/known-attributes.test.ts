import { expect, test } from 'vitest';
import { groupAttributes, readableValue } from './known-attributes.ts';

const attribute = (key: string, value: string, type = 'string' as 'string' | 'number') => ({
  key,
  value,
  type,
});

test('attributes of the conventions come first, by group and name; the rest below, by key', () => {
  const groups = groupAttributes([
    attribute('zebra', '1'),
    attribute('qdrant.server.duration', '0.0015', 'number'),
    attribute('db.collection.name', 'docs'),
    attribute('apple', '2'),
    attribute('db.system.name', 'qdrant'),
    attribute('gen_ai.request.model', 'm'),
  ]);
  expect(
    groups.map(({ name, attributes }) => [name, attributes.map(({ label, key }) => label ?? key)]),
  ).toEqual([
    ['Database', ['System', 'Collection']],
    ['Qdrant', ['Server time']],
    ['Generative AI', ['Model asked']],
    ['Other attributes', ['apple', 'zebra']],
  ]);
});

test('none is lost, and alone they need no "other"', () => {
  expect(groupAttributes([attribute('a', '1')])[0]?.name).toBe('Attributes');
  expect(groupAttributes([])).toEqual([]);
});

test('seconds are shown as a duration', () => {
  expect(readableValue(attribute('qdrant.server.duration', '0.0015', 'number'))).toBe('1.50 ms');
  expect(readableValue(attribute('other', '0.0015', 'number'))).toBe('0.0015');
});
