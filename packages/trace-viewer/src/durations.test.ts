import { expect, test } from 'vitest';
import { formatDuration } from './durations.ts';

test.each([
  [0, '0 ms'],
  [-5, '0 ms'],
  [Number.NaN, '0 ms'],
  [850, '850 ns'],
  [999.6, '1.00 µs'],
  [1234, '1.23 µs'],
  [999_499, '999 µs'],
  [999_600, '1.00 ms'],
  [9_996_000, '10.0 ms'],
  [12_345_678, '12.3 ms'],
  [99_960_000, '100 ms'],
  [412_000_000, '412 ms'],
  [999_600_000, '1.00 s'],
  [59_940_000_000, '59.9 s'],
  [59_960_000_000, '1 min 0 s'],
  [125_000_000_000, '2 min 5 s'],
])('%d ns: %s', (nanoseconds, text) => {
  expect(formatDuration(nanoseconds)).toBe(text);
});
