/**
 * Rejection thresholds of consistent probability sampling: 56 bits, written as up to 14 hex digits with the
 * trailing zeros cut. A trace is kept when its 56 random bits are at or above the threshold.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 */

export const THRESHOLD_DIGITS = 14;

const TWO_POW_28 = 2 ** 28;
const TWO_POW_56 = 2 ** 56;
/** `1 - ratio` is a multiple of 2^-53, so thresholds made from ratios are multiples of 8: doubles hold them exactly. */
const HIGHEST_THRESHOLD = TWO_POW_56 - 8;

/**
 * @param ratio above 0, up to 1
 * @returns `th` digits, for instance `e6666666666668` for 0.1 and `0` for 1. Ratios below 2^-53 count as 2^-53.
 * @throws RangeError when the ratio is outside (0, 1]
 */
export function thresholdOfRatio(ratio: number): string {
  if (!(ratio > 0 && ratio <= 1)) {
    throw new RangeError(`a threshold exists for ratios above 0 and up to 1, not for ${ratio}`);
  }
  const threshold = Math.min((1 - ratio) * TWO_POW_56, HIGHEST_THRESHOLD);
  // In two halves: V8's toString(16) loses the last digits of integers above 2^53.
  const high = Math.floor(threshold / TWO_POW_28);
  return cutTrailingZeros(sevenDigits(high) + sevenDigits(threshold - high * TWO_POW_28));
}

/** @param leading the upper 28 bits of a threshold whose lower 28 bits are zero, 0 to 2^28 - 1 */
export function thresholdOfLeadingBits(leading: number): string {
  return cutTrailingZeros(sevenDigits(leading));
}

/** @returns the first 28 of the 56 random bits that start at `source[start]`, as a number */
export function leadingRandomBits(source: string, start: number): number {
  let bits = 0;
  for (let i = start; i < start + 7; i++) {
    const code = source.charCodeAt(i) | 0x20;
    bits = bits * 16 + (code > 0x39 ? code - 0x57 : code - 0x30);
  }
  return bits;
}

/**
 * Exact: `randomness >= threshold` on the hex digits themselves. Fifteen times in sixteen the first digit decides.
 *
 * @param source holds the 14 random digits from `start` on: a trace id (start 18) or an `rv` (start 0)
 * @param threshold `th` digits; the zeros cut from its end never matter, nothing is below them
 */
export function reachesThreshold(source: string, start: number, threshold: string): boolean {
  for (let i = 0; i < threshold.length; i++) {
    // Lower case, should an id generator write upper case; digits have this bit already.
    const random = source.charCodeAt(start + i) | 0x20;
    const limit = threshold.charCodeAt(i);
    if (random !== limit) return random > limit;
  }
  return true;
}

/** @param threshold valid `th` digits @returns the share of traces kept under it, 2^-56 to 1 */
export function probabilityOfThreshold(threshold: string): number {
  const digits = threshold.padEnd(THRESHOLD_DIGITS, '0');
  const high = Number.parseInt(digits.slice(0, 7), 16);
  const low = Number.parseInt(digits.slice(7), 16);
  // The upper half is subtracted first, exactly: probabilities near 2^-56 keep all their bits.
  return ((TWO_POW_28 - high) * TWO_POW_28 - low) / TWO_POW_56;
}

/** @param threshold valid `th` digits @returns how many traces a kept one stands for, 1 to 2^56 */
export function adjustedCount(threshold: string): number {
  return 1 / probabilityOfThreshold(threshold);
}

function sevenDigits(bits: number): string {
  return bits.toString(16).padStart(7, '0');
}

function cutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  return digits.slice(0, end);
}
