import { expect, test } from 'vitest';
import { sparklinePath } from './sparkline-path.ts';

test.each([
  [[], ''],
  [[undefined], ''],
  [[5], 'M0 0'],
  [[0, 0], 'M0 10L20 10'],
  [[0, 5, 10], 'M0 10L10 5L20 0'],
  [[10, undefined, 5], 'M0 0M20 5'],
  [[-1, 1], 'M0 10L20 0'],
])('%j', (values, path) => {
  expect(sparklinePath(values, 20, 10)).toBe(path);
});
