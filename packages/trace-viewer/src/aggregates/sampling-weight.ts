const SPACE = 2n ** 56n;

/**
 * How many traces a kept one stands for, from the threshold its sampler wrote: `ot=th:c` means that a quarter was kept.
 * https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/
 *
 * @param traceState W3C tracestate as text
 * @returns at least 1; 1 where no valid threshold is given
 */
export function samplingWeight(traceState: string): number {
  if (traceState === '') return 1;
  const threshold = /(?:^|,)\s*ot=(?:[^,]*;)?th:([0-9a-f]{1,14})(?:[;,\s]|$)/.exec(traceState)?.[1];
  if (threshold === undefined) return 1;
  // Subtracted before it becomes a double, which 14 digits do not fit into: near the end the weight would be infinite.
  return 2 ** 56 / Number(SPACE - BigInt(`0x${threshold.padEnd(14, '0')}`));
}
