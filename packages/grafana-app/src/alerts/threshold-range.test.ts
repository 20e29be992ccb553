import { describe, expect, test } from 'vitest';
import { shippedRules } from './shipped-rule.fixture.ts';
import { mostOf, parseThreshold } from './threshold-range.ts';

const SECONDS = 's, of 95 % of the requests';
const SHARE = 'of the calls';

test.each([
  ['0.5', 0.5],
  [' 1e3 ', 1000],
  ['0,25', 0.25],
  ['0,125', 0.125],
  ['0', 0],
  ['1,000', 'not-a-number'],
  ['1,000,000', 'not-a-number'],
  ['0x10', 'not-a-number'],
  ['1e999', 'not-a-number'],
  ['', 'not-a-number'],
  ['ten', 'not-a-number'],
  ['Infinity', 'not-a-number'],
  ['-1', 'negative'],
])('%j is %s', (text, value) => {
  expect(parseThreshold(text, SECONDS)).toBe(value);
});

test.each([
  ['1', 1],
  ['0', 0],
  ['1.01', 'no-share'],
  ['5', 'no-share'],
  ['5 %', 'not-a-number'],
  ['-0.1', 'negative'],
])('of a share, %j is %s', (text, value) => {
  expect(parseThreshold(text, SHARE)).toBe(value);
});

describe('of what is shipped', () => {
  const thresholds = shippedRules.flatMap((each) => each.thresholds);
  /** What may be more than all of what it is of: rounds that take longer than their interval, blocks beyond their limit. */
  const BEYOND = ['of the interval', 'of the retention size'];

  test('it is known of each that is "of" something whether it ends at 1', () => {
    const units = new Set(thresholds.map(({ unit }) => unit).filter((unit) => unit.startsWith('of ')));
    expect([...units].filter((unit) => mostOf(unit) === undefined).sort()).toEqual(BEYOND);
    expect(units.size).toBeGreaterThan(BEYOND.length);
  });

  test('each may be what it is', () => {
    for (const { value, unit } of thresholds) expect(parseThreshold(String(value), unit)).toBe(value);
  });
});
