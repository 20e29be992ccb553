/**
 * Durations, held as counts in bins that grow by 2 %: percentiles are right within 1 %, whatever the durations are, in
 * memory that does not grow with their number. DDSketch, https://arxiv.org/abs/1908.10693
 */
export interface DurationSketch {
  add(nanoseconds: number, weight: number): void;
  merge(other: DurationSketch): void;
  /** @returns nanoseconds that `share` (0 to 1) of the weight lies at or below; undefined where there is none */
  percentile(share: number): number | undefined;
  /** Weight by bin. */
  readonly bins: ReadonlyMap<number, number>;
}

const GROWTH = 1.02;
const LOG_GROWTH = Math.log(GROWTH);
/** Middle of a bin, relative to its upper end. */
const MIDDLE = 2 / (1 + GROWTH);
/** Bin of durations below a nanosecond. */
const ZERO_BIN = -1;

export function createDurationSketch(): DurationSketch {
  const bins = new Map<number, number>();
  const addTo = (bin: number, weight: number): void => void bins.set(bin, (bins.get(bin) ?? 0) + weight);
  return {
    bins,
    add(nanoseconds, weight) {
      addTo(nanoseconds >= 1 ? Math.ceil(Math.log(nanoseconds) / LOG_GROWTH) : ZERO_BIN, weight);
    },
    merge(other) {
      for (const [bin, weight] of other.bins) addTo(bin, weight);
    },
    percentile(share) {
      const rising = [...bins].sort((a, b) => a[0] - b[0]);
      const wanted = share * rising.reduce((sum, [, weight]) => sum + weight, 0);
      let below = 0;
      for (const [bin, weight] of rising) {
        below += weight;
        // A sum of weights is off by rounding in its last digits.
        if (below >= wanted * (1 - 1e-9)) return bin === ZERO_BIN ? 0 : GROWTH ** bin * MIDDLE;
      }
      return undefined;
    },
  };
}
