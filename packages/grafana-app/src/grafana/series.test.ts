import { describe, expect, test } from 'vitest';
import { byLabels, framesToHistory, framesToSeries, keyOf, latest, single } from './series.ts';

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

describe('framesToHistory', () => {
  const range = { from: 1000, to: 5000, step: 1000 };
  const at = (times: number[], interval: number | undefined) => ({
    schema: {
      fields: [{ type: 'time', config: interval === undefined ? {} : { interval } }, { type: 'number' }],
    },
    data: { values: [times, times] },
  });
  const u = undefined;

  test.each<[string, number[], number | undefined, (number | undefined)[]]>([
    ['whole', [1000, 2000, 3000, 4000, 5000], 1000, [1000, 2000, 3000, 4000, 5000]],
    ['one that has just begun', [4000, 5000], 1000, [u, u, u, 4000, 5000]],
    ['one that has ended', [1000, 2000], 1000, [1000, 2000, u, u, u]],
    ['one with a gap', [1000, 5000], 1000, [1000, u, u, u, 5000]],
    ['the step of the data source', [0, 2000, 4000], 2000, [0, 2000, 4000]],
    ['the step that was asked for', [2000], u, [u, 2000, u, u, u]],
    ['what is outside is left out', [0, 9000], 1000, [u, u, u, u, u]],
  ])('%s', (_, times, interval, values) => {
    expect(framesToHistory([at(times, interval)], range)).toEqual([{ labels: {}, values }]);
  });

  test('nothing of nothing', () => {
    expect(framesToHistory([{}], range)).toEqual([]);
  });
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
