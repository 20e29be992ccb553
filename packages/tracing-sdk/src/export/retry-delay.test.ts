import { describe, expect, test } from 'vitest';
import { parseRetryAfter, retryDelay } from './retry-delay.ts';

describe('retryDelay', () => {
  test.each([
    { failures: 1, random: 0.5, millis: 500 },
    { failures: 2, random: 0.5, millis: 800 },
    { failures: 3, random: 0.5, millis: 1280 },
    { failures: 100, random: 0.5, millis: 15_000 },
    { failures: 1, random: 0, millis: 400 },
    { failures: 1, random: 1, millis: 600 },
  ])('after $failures failures (random $random): $millis ms', ({ failures, random, millis }) => {
    expect(retryDelay(failures, undefined, random)).toBe(millis);
  });

  test('what the backend asks for is never shortened', () => {
    expect(retryDelay(1, 30_000)).toBe(30_000);
    expect(retryDelay(100, 1, 0.5)).toBe(15_000);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    { header: undefined, millis: undefined },
    { header: '3', millis: 3000 },
    { header: ' 0.5 ', millis: 500 },
    { header: 'Thu, 01 Jan 2026 00:00:10 GMT', millis: 10_000 },
    { header: 'Thu, 01 Jan 2020 00:00:10 GMT', millis: 0 },
    { header: 'soon', millis: undefined },
    { header: '-1e999', millis: undefined },
    { header: '', millis: undefined },
  ])('$header', ({ header, millis }) => {
    expect(parseRetryAfter(header, now)).toBe(millis);
  });
});
