import { describe, expect, it } from 'vitest';
import { slope, summarize } from './statistics.ts';

describe('summarize', () => {
  it.each([
    { samples: [7], median: 7, min: 7, max: 7 },
    { samples: [10, 9, 100], median: 10, min: 9, max: 100 },
    { samples: [4, 1, 3, 2], median: 2.5, min: 1, max: 4 },
  ])('of $samples', ({ samples, median, min, max }) => {
    expect(summarize(samples)).toEqual({ median, min, max, samples });
  });

  it('has nothing to say about no samples', () => {
    expect(() => summarize([])).toThrow(RangeError);
  });
});

describe('slope', () => {
  it('is the rise of a line', () => {
    expect(slope([[0, 5], [1, 7], [2, 9]])).toBeCloseTo(2); // biome-ignore format: points in a row
  });

  it('is flat through noise around a level', () => {
    expect(slope([[0, 5], [1, 6], [2, 6], [3, 5]])).toBeCloseTo(0); // biome-ignore format: points in a row
  });

  it('needs two points', () => {
    expect(slope([[1, 1]])).toBeNaN();
  });
});
