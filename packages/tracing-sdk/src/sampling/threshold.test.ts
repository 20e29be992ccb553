import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  adjustedCount,
  leadingRandomBits,
  probabilityOfThreshold,
  reachesThreshold,
  thresholdOfLeadingBits,
  thresholdOfRatio,
} from './threshold.ts';

const asInteger = (digits: string) => BigInt(`0x${digits.padEnd(14, '0')}`);
const hexDigits = (min: number, max: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: min, maxLength: max });

describe('thresholdOfRatio', () => {
  it.each([
    [1, '0'],
    [0.5, '8'],
    [0.25, 'c'],
    [0.125, 'e'],
    [0.0625, 'f'],
    [0.1, 'e6666666666668'],
    [15 / 16, '1'],
    [1 - 2 ** -8, '01'],
    [2 ** -52, 'fffffffffffff'],
    [2 ** -53, 'fffffffffffff8'],
    [1e-300, 'fffffffffffff8'],
  ])('%d -> %s', (ratio, threshold) => {
    expect(thresholdOfRatio(ratio)).toBe(threshold);
  });

  it.each([0, -0.1, 1.0001, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d and names it', (ratio) => {
    expect(() => thresholdOfRatio(ratio)).toThrow(`not for ${ratio}`);
  });

  it('is 2^56 * (1 - ratio) to the last bit a double has', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -52, max: 1, noNaN: true }), (ratio) => {
        expect(asInteger(thresholdOfRatio(ratio))).toBe(BigInt((1 - ratio) * 2 ** 56));
      }),
    );
  });

  it('gives back the ratio as a probability', () => {
    fc.assert(
      fc.property(fc.double({ min: 2 ** -52, max: 1, noNaN: true }), (ratio) => {
        expect(Math.abs(probabilityOfThreshold(thresholdOfRatio(ratio)) - ratio)).toBeLessThanOrEqual(
          2 ** -54,
        );
      }),
    );
  });
});

// The table of "Converting floating-point probability to threshold value" in the specification.
describe.each([
  { oneIn: 1, rows: [['0', 1, 1]] },
  { oneIn: 2, rows: [['8', 0.5, 2]] },
  {
    oneIn: 3,
    rows: [
      ['aab', 0.333251953125, 3.0007326007326007],
      ['aaab', 0.3333282470703125, 3.00004577706569],
      ['aaaab', 0.33333301544189453, 3.0000028610256777],
    ],
  },
  { oneIn: 4, rows: [['c', 0.25, 4]] },
  {
    oneIn: 5,
    rows: [
      ['ccd', 0.199951171875, 5.001221001221001],
      ['cccd', 0.1999969482421875, 5.0000762951094835],
      ['ccccd', 0.19999980926513672, 5.0000047683761295],
    ],
  },
  { oneIn: 8, rows: [['e', 0.125, 8]] },
  {
    oneIn: 10,
    rows: [
      ['e66', 0.10009765625, 9.990243902439024],
      ['e666', 0.100006103515625, 9.99938968568813],
      ['e6666', 0.10000038146972656, 9.999961853172863],
    ],
  },
  { oneIn: 16, rows: [['f', 0.0625, 16]] },
  {
    oneIn: 100,
    rows: [
      ['fd71', 0.0099945068359375, 100.05496183206107],
      ['fd70a', 0.010000228881835938, 99.99771123402633],
      ['fd70a4', 0.009999990463256836, 100.00009536752259],
    ],
  },
  {
    oneIn: 1000,
    rows: [
      ['ffbe7', 0.0010004043579101562, 999.5958055290753],
      ['ffbe77', 0.0009999871253967285, 1000.012874769029],
      ['ffbe76d', 0.000999998301267624, 1000.0016987352618],
    ],
  },
  {
    oneIn: 1_000_000,
    rows: [
      ['ffffef4', 9.98377799987793e-7, 1.0016248358208955e6],
      ['ffffef39', 1.00000761449337e-6, 999992.38556461],
      ['ffffef391', 9.999930625781417e-7, 1.0000069374699865e6],
    ],
  },
] as { oneIn: number; rows: [string, number, number][] }[])('the specification on 1 in $oneIn', (table) => {
  it.each(table.rows)('reads %s as probability %d, count %d', (threshold, probability, count) => {
    expect(probabilityOfThreshold(threshold)).toBe(probability);
    // The table divides two doubles where we invert one: the last digit may differ.
    expect(adjustedCount(threshold) / count).toBeCloseTo(1, 14);
  });

  it.each(table.rows)('%s is our threshold at its precision', (threshold) => {
    const step = 1n << BigInt(4 * (14 - threshold.length));
    const distance = asInteger(thresholdOfRatio(1 / table.oneIn)) - asInteger(threshold);
    expect(distance < 0n ? -distance : distance).toBeLessThanOrEqual(step / 2n);
  });
});

describe('adjustedCount', () => {
  it.each([
    ['fffffffffffff', 2 ** 52],
    ['ffffffffffffff', 2 ** 56],
    ['80', 2],
  ])('%s stands for %d', (threshold, count) => {
    expect(adjustedCount(threshold)).toBe(count);
  });
});

describe('reachesThreshold', () => {
  it.each([
    // The specification's example of `rv`: kept for thresholds up to 6e6d1a75832a2f.
    ['6e6d1a75832a2f', '6e6d1a75832a2f', true],
    ['6e6d1a75832a2f', '6e6d1a75832a3', false],
    ['6e6d1a75832a2f', '0', true],
    ['6e6d1a75832a2f', '8', false],
    ['9b8233f7e3a151', '8', true],
    ['00000000000000', '0', true],
    ['00000000000000', '00000000000001', false],
    ['E6666666666668', 'e6666666666668', true],
    ['E6666666666667', 'e6666666666668', false],
  ])('%s against %s: %s', (randomness, threshold, reaches) => {
    expect(reachesThreshold(randomness, 0, threshold)).toBe(reaches);
    expect(reachesThreshold(`0af7651916cd43dd84${randomness}`, 18, threshold)).toBe(reaches);
  });

  it('compares as 56-bit integers do', () => {
    const close = fc
      .tuple(hexDigits(14, 14), fc.nat(14))
      .chain(([digits, shared]) =>
        hexDigits(0, 14 - shared).map((tail) => [digits, digits.slice(0, shared) + tail] as const),
      );
    fc.assert(
      fc.property(close, ([randomness, start]) => {
        const threshold = start === '' ? '0' : start;
        expect(reachesThreshold(randomness, 0, threshold)).toBe(
          asInteger(randomness) >= asInteger(threshold),
        );
      }),
      { numRuns: 1000 },
    );
  });
});

describe('28 leading bits', () => {
  it('decide as the digits written for them do', () => {
    fc.assert(
      fc.property(hexDigits(14, 14), fc.nat(2 ** 28 - 1), fc.boolean(), (digits, other, near) => {
        const leading = near ? Number.parseInt(digits.slice(0, 7), 16) : other;
        expect(leadingRandomBits(digits, 0) >= leading).toBe(
          reachesThreshold(digits, 0, thresholdOfLeadingBits(leading)),
        );
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [0, '0'],
    [1, '0000001'],
    [0x8000000, '8'],
    [0xfffffff, 'fffffff'],
  ])('%d is written %s', (leading, threshold) => {
    expect(thresholdOfLeadingBits(leading)).toBe(threshold);
  });
});
