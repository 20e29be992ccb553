import {
  type Attributes,
  type Context,
  type Link,
  type SpanContext,
  type SpanKind,
  TraceFlags,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '../otel-contract.ts';
import { DROPPED, KEPT, samplingResult } from './inherited-decision.ts';
import { readOtEntry, writeOtEntry } from './ot-tracestate.ts';
import { reachesThreshold, THRESHOLD_DIGITS } from './threshold.ts';
import { validParent } from './valid-parent.ts';

/**
 * Follows the parent's sampled flag; asks `root` where there is no valid parent.
 *
 * A remote parent's `th` travels on when it agrees with the trace's randomness. One that contradicts it is erased,
 * and none is made up where the probability is unknown: no weight is better than a wrong one (spec,
 * "Parent-based threshold").
 *
 * The sampled flag rules also where `th` alone would decide otherwise (sampler-composite lets `th` rule): the
 * flag is what every tracer understands, so that no span of a trace is missing.
 */
export function createParentThresholdSampler(root: Sampler): Sampler {
  return new ParentThresholdSampler(root);
}

class ParentThresholdSampler implements Sampler {
  readonly #root: Sampler;

  constructor(root: Sampler) {
    this.#root = root;
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
    if (parent === undefined) {
      return this.#root.shouldSample(context, traceId, spanName, spanKind, attributes, links);
    }
    if ((parent.traceFlags & TraceFlags.SAMPLED) === 0) return DROPPED;
    // A local parent's tracestate was checked when the first span in this process inherited it.
    return parent.isRemote === true ? followSampledRemote(parent, traceId) : KEPT;
  }

  toString(): string {
    return `ParentThreshold{root=${this.#root}}`;
  }
}

function followSampledRemote(parent: SpanContext, traceId: string): SamplingResult {
  const traceState = parent.traceState;
  if (traceState === undefined) return KEPT;

  const entry = readOtEntry(traceState);
  const consistent =
    entry.threshold === undefined ||
    (entry.randomness === undefined
      ? reachesThreshold(traceId, traceId.length - THRESHOLD_DIGITS, entry.threshold)
      : reachesThreshold(entry.randomness, 0, entry.threshold));
  if (consistent && !entry.malformed) return KEPT;

  return samplingResult(
    SamplingDecision.RECORD_AND_SAMPLED,
    writeOtEntry(traceState, entry, consistent ? entry.threshold : undefined),
  );
}
