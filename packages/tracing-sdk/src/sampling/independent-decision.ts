import type { TraceState } from '@opentelemetry/api';
import { SamplingDecision, type SamplingResult } from '../otel-contract.ts';
import { DROPPED, samplingResult } from './inherited-decision.ts';
import { readOtEntry, writeOtEntry } from './ot-tracestate.ts';
import { reachesThreshold, THRESHOLD_DIGITS } from './threshold.ts';

/**
 * Decides by a threshold of our own where a tracestate is inherited: its `rv` is the randomness, its `th` is
 * replaced when we keep and erased when we drop, all else stays (spec, "General requirements").
 *
 * @param threshold `th` digits
 */
export function decideIndependently(
  traceId: string,
  inherited: TraceState,
  threshold: string,
): SamplingResult {
  const entry = readOtEntry(inherited);
  const kept =
    entry.randomness === undefined
      ? reachesThreshold(traceId, traceId.length - THRESHOLD_DIGITS, threshold)
      : reachesThreshold(entry.randomness, 0, threshold);
  if (kept) {
    return samplingResult(SamplingDecision.RECORD_AND_SAMPLED, writeOtEntry(inherited, entry, threshold));
  }
  if (entry.threshold === undefined && !entry.malformed) return DROPPED;
  return samplingResult(SamplingDecision.NOT_RECORD, writeOtEntry(inherited, entry, undefined));
}
