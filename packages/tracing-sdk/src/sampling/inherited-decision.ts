/** The two results that leave the parent's tracestate as it is. Shared and frozen: they are most of all results. */
import type { TraceState } from '@opentelemetry/api';
import { SamplingDecision, type SamplingResult } from '../otel-contract.ts';

export const DROPPED: SamplingResult = Object.freeze(samplingResult(SamplingDecision.NOT_RECORD, undefined));
export const KEPT: SamplingResult = Object.freeze(
  samplingResult(SamplingDecision.RECORD_AND_SAMPLED, undefined),
);

/** All results share one shape, so that the tracer's reads stay monomorphic. */
export function samplingResult(decision: number, traceState: TraceState | undefined): SamplingResult {
  return { decision, attributes: undefined, traceState };
}
