import { type Context, createTraceState } from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '../otel-contract.ts';
import { decideIndependently } from './independent-decision.ts';
import { DROPPED, samplingResult } from './inherited-decision.ts';
import { reachesThreshold, THRESHOLD_DIGITS, thresholdOfRatio } from './threshold.ts';
import { validParent } from './valid-parent.ts';

/**
 * Keeps a fixed share of traces and writes it to `ot=th:…`, so that counts made from kept spans scale back. The
 * decision depends on the trace's random bits alone: every service with the same ratio or a higher one agrees.
 *
 * @param ratio 0 (nothing) to 1 (everything)
 * @throws RangeError when the ratio is not a number from 0 to 1
 */
export function createThresholdSampler(ratio: number): Sampler {
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new RangeError(
      `sampling ratio: ${ratio} is not a number from 0 to 1. Use 0.1 to keep 10 % of traces, 1 to keep all.`,
    );
  }
  return ratio === 0 ? new KeepNothing() : new ThresholdSampler(ratio);
}

class ThresholdSampler implements Sampler {
  readonly #ratio: number;
  readonly #threshold: string;
  readonly #kept: SamplingResult;

  constructor(ratio: number) {
    this.#ratio = ratio;
    this.#threshold = thresholdOfRatio(ratio);
    this.#kept = Object.freeze(
      samplingResult(SamplingDecision.RECORD_AND_SAMPLED, createTraceState(`ot=th:${this.#threshold}`)),
    );
  }

  shouldSample(context: Context, traceId: string): SamplingResult {
    const inherited = validParent(context, traceId)?.traceState;
    // Our own tracestate comes back from a parent we kept (where every span is decided anew, not the parent's way).
    if (inherited !== undefined && inherited !== this.#kept.traceState) {
      return decideIndependently(traceId, inherited, this.#threshold);
    }
    // Threshold 0 first: it keeps a trace id too short to hold 14 digits, too.
    return this.#threshold === '0' ||
      reachesThreshold(traceId, traceId.length - THRESHOLD_DIGITS, this.#threshold)
      ? this.#kept
      : DROPPED;
  }

  toString(): string {
    return `Threshold{ratio=${this.#ratio}, th=${this.#threshold}}`;
  }
}

/** Not a threshold: probability 0 has none (spec, "Sampling Probability"). */
class KeepNothing implements Sampler {
  shouldSample(): SamplingResult {
    return DROPPED;
  }

  toString(): string {
    return 'Threshold{ratio=0, keeps nothing}';
  }
}
