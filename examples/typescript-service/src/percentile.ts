export interface Weighted {
  readonly value: number;
  /** How many it stands for. */
  readonly weight: number;
}

/** @returns the smallest value that `share` (0 to 1) of the weight lies at or below; 0 where there is none */
export function percentile(values: readonly Weighted[], share: number): number {
  const rising = values.toSorted((a, b) => a.value - b.value);
  const wanted = share * rising.reduce((sum, { weight }) => sum + weight, 0);
  let below = 0;
  for (const { value, weight } of rising) {
    below += weight;
    // A sum of weights is off by rounding in its last digits.
    if (below >= wanted * (1 - 1e-9)) return value;
  }
  return rising.at(-1)?.value ?? 0;
}
