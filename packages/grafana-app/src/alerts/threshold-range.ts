/** What thresholds that are shares are shares of, as their units say. */
const SHARES: ReadonlySet<string> = new Set([
  'of all requests',
  'of the calls',
  'of the limit',
  'of the notifications',
  'of the points',
  'of the queue',
  'of the reads',
  'of the requests',
  'of the spans',
]);

/** The most that a threshold may be: 1 of a share, more of which there is not. `undefined` of everything else. */
export function mostOf(unit: string): number | undefined {
  return SHARES.has(unit) ? 1 : undefined;
}

/** As people write them: no `0x10`, which `Number` would take. */
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

export type ThresholdProblem = 'not-a-number' | 'negative' | 'no-share';

/**
 * A text that somebody typed. Every threshold of ours is a share, a count, a duration or a size: none is below 0.
 *
 * @param unit of the threshold: one that is a share ends at 1
 */
export function parseThreshold(text: string, unit: string): number | ThresholdProblem {
  const typed = text.trim().replace(',', '.');
  // `1,000` is a thousand to some and one to others.
  const value = NUMBER.test(typed) && !/^[1-9]\d{0,2},\d{3}$/.test(text.trim()) ? Number(typed) : Number.NaN;
  if (!Number.isFinite(value)) return 'not-a-number';
  if (value < 0) return 'negative';
  return value > (mostOf(unit) ?? Number.POSITIVE_INFINITY) ? 'no-share' : value;
}
