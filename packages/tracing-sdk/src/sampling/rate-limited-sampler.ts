import {
  type Attributes,
  type Context,
  createTraceState,
  type Link,
  type SpanKind,
  TraceFlags,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '../otel-contract.ts';
import { decideIndependently } from './independent-decision.ts';
import { DROPPED, KEPT, samplingResult } from './inherited-decision.ts';
import { leadingRandomBits, THRESHOLD_DIGITS, thresholdOfLeadingBits } from './threshold.ts';
import { createThresholdSampler } from './threshold-sampler.ts';
import { validParent } from './valid-parent.ts';

export interface RateLimit {
  /** Share of traces to keep while traffic is low, above 0 and up to 1. */
  readonly ratio: number;
  /** Traces to keep a second, on average, above 0. */
  readonly maxTracesPerSecond: number;
  /** Milliseconds, never going back. Default: `performance.now`. */
  readonly clock?: () => number;
}

const TWO_POW_28 = 2 ** 28;
const SHORTEST_ADAPTATION_MILLIS = 1000;
/** With fewer kept traces to a window, chance alone would push the estimate over the limit. */
const FEWEST_KEPT_IN_WINDOW = 5;

/**
 * Keeps `ratio` of traces, and less as traffic rises: probability = maxTracesPerSecond / estimated rate. The
 * probability of the moment is written to `ot=th:…` and depends on earlier traces only, never on the trace at
 * hand: weighting by it stays unbiased at any traffic.
 *
 * The rate is smoothed exponentially over T = max(1 s, 5 / maxTracesPerSecond), as java-contrib's
 * ConsistentRateLimitingSampler does, but counted in a window of fixed length: Java's divides by the time since the
 * traces it remembers, so that one idle hour lets an hour's worth of traces through at once. What remains here: N
 * traces at one instant, after idling, keep about B * (1 + ln(N / B)) of them, where B = maxTracesPerSecond * T.
 * Spans that follow pay it back: the probability stays low until the average is met again.
 *
 * @throws RangeError when `ratio` is not a number from 0 to 1, or `maxTracesPerSecond` not above 0
 */
export function createRateLimitedSampler(limit: RateLimit): Sampler {
  const { maxTracesPerSecond } = limit;
  if (!(maxTracesPerSecond > 0 && maxTracesPerSecond < Number.POSITIVE_INFINITY)) {
    throw new RangeError(
      `maxTracesPerSecond: ${maxTracesPerSecond} is not a number above 0. Leave it out for no bound; ` +
        'set the ratio to 0 to keep nothing.',
    );
  }
  return new RateLimitedSampler(limit);
}

class RateLimitedSampler implements Sampler {
  readonly #ratio: number;
  readonly #maxTracesPerSecond: number;
  readonly #clock: () => number;
  readonly #unlimited: Sampler;
  readonly #adaptationMillis: number;
  readonly #keptInWindow: number;
  /** Traces seen, each counting less the older it is: in steady traffic, rate * adaptation time. */
  #seenInWindow = 0;
  #lastMillis: number;

  constructor(limit: RateLimit) {
    this.#ratio = limit.ratio;
    this.#maxTracesPerSecond = limit.maxTracesPerSecond;
    this.#clock = limit.clock ?? (() => performance.now());
    this.#unlimited = createThresholdSampler(limit.ratio);
    this.#adaptationMillis = Math.max(
      SHORTEST_ADAPTATION_MILLIS,
      (FEWEST_KEPT_IN_WINDOW * 1000) / limit.maxTracesPerSecond,
    );
    this.#keptInWindow = (limit.maxTracesPerSecond * this.#adaptationMillis) / 1000;
    this.#lastMillis = this.#clock();
  }

  shouldSample(
    context: Context,
    traceId: string,
    spanName: string,
    spanKind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = validParent(context, traceId);
    // Asked about a child of this process (no ParentThreshold in front of us): the threshold has moved since its
    // parent was decided, so deciding anew would tear traces apart.
    if (parent !== undefined && parent.isRemote !== true) {
      return (parent.traceFlags & TraceFlags.SAMPLED) === 0 ? DROPPED : KEPT;
    }

    const probability = this.#keptInWindow / this.#countOneMore();
    if (probability >= this.#ratio) {
      return this.#unlimited.shouldSample(context, traceId, spanName, spanKind, attributes, links);
    }
    // 28 bits are plenty for a probability that is an estimate, and make short headers.
    const leading = TWO_POW_28 - Math.max(1, Math.round(probability * TWO_POW_28));
    const inherited = parent?.traceState;
    if (inherited !== undefined) {
      return decideIndependently(traceId, inherited, thresholdOfLeadingBits(leading));
    }
    if (leadingRandomBits(traceId, traceId.length - THRESHOLD_DIGITS) < leading) return DROPPED;
    return samplingResult(
      SamplingDecision.RECORD_AND_SAMPLED,
      createTraceState(`ot=th:${thresholdOfLeadingBits(leading)}`),
    );
  }

  #countOneMore(): number {
    const now = this.#clock();
    const elapsed = now - this.#lastMillis;
    if (elapsed > 0) {
      this.#seenInWindow *= Math.exp(-elapsed / this.#adaptationMillis);
      this.#lastMillis = now;
    }
    this.#seenInWindow += 1;
    return this.#seenInWindow;
  }

  toString(): string {
    const adaptation = `adapts in ${this.#adaptationMillis / 1000} s`;
    return `RateLimited{ratio=${this.#ratio}, max=${this.#maxTracesPerSecond}/s, ${adaptation}}`;
  }
}
