import { expect, test } from 'vitest';
import { createSpanRate } from './span-rate.ts';

test('over the last five whole seconds, whatever the pauses', () => {
  let now = 10_000;
  const rate = createSpanRate(() => now);
  for (let i = 0; i < 5; i++) {
    rate.add(100);
    now += 1000;
  }
  expect(rate.perSecond()).toBe(100);
  // The second that is not over does not count yet.
  rate.add(5000);
  expect(rate.perSecond()).toBe(100);
  now += 3000;
  expect(rate.perSecond()).toBe((2 * 100 + 5000) / 5);
  now += 60_000;
  expect(rate.perSecond()).toBe(0);
});
