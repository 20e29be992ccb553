import { describe, expect, test } from 'vitest';
import { byLabels, framesToSeries, keyOf, latest, single } from './series.ts';

const frame = (labels: Record<string, string> | undefined, values: (number | null)[]) => ({
  schema: { fields: [{ type: 'time' }, { type: 'number', labels }] },
  data: { values: [values.map((_, index) => index), values] },
});

describe('framesToSeries', () => {
  test('takes the numbers with their labels', () => {
    expect(framesToSeries([frame({ a: 'b' }, [1, null]), frame(undefined, [2])])).toEqual([
      { labels: { a: 'b' }, values: [1, undefined] },
      { labels: {}, values: [2] },
    ]);
  });

  test.each([[[]], [[{}]], [[{ schema: {} }]], [[{ schema: { fields: [{ type: 'time' }] }, data: {} }]]])(
    'nothing of %j',
    (frames) => {
      expect(framesToSeries(frames)).toEqual([]);
    },
  );
});

test('latest and single', () => {
  expect(latest({ labels: {}, values: [1, 2] })).toBe(2);
  expect(single([])).toBeUndefined();
  expect(single([{ labels: {}, values: [7] }])).toBe(7);
});

test('labels are a key, an absent one is empty', () => {
  const series = framesToSeries([frame({ a: 'x' }, [1]), frame({ a: 'x', b: 'y' }, [2])]);
  const map = byLabels(series, ['a', 'b']);
  expect(map.size).toBe(2);
  expect(map.get(keyOf({ a: 'x', b: '' }, ['a', 'b']))?.values).toEqual([1]);
});
