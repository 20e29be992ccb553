import type { Sampler } from '../otel-contract.ts';
import type { SamplingPlan } from '../settings/settings.ts';
import { createHealthRouteSampler } from './health-route-sampler.ts';
import { createParentThresholdSampler } from './parent-threshold-sampler.ts';
import { createRateLimitedSampler } from './rate-limited-sampler.ts';
import { createThresholdSampler } from './threshold-sampler.ts';

/**
 * The sampler a plan asks for, with the health rule around it, whoever decides within.
 *
 * @param healthRoutes paths that start no trace of their own; `[]` for none
 * @throws RangeError when the plan's `ratio` or `maxTracesPerSecond` is out of range
 */
export function createSampler(plan: SamplingPlan, healthRoutes: readonly string[]): Sampler {
  const inner = plan.kind === 'custom' ? plan.sampler : createPlannedSampler(plan);
  if (healthRoutes.length === 0) return inner;
  const followsParent = plan.kind === 'threshold' && plan.parentBased;
  return createHealthRouteSampler(healthRoutes, inner, { dropDescendants: !followsParent });
}

type ThresholdPlan = Extract<SamplingPlan, { kind: 'threshold' }>;

function createPlannedSampler({ ratio, maxTracesPerSecond, parentBased }: ThresholdPlan): Sampler {
  const root =
    maxTracesPerSecond === undefined || ratio === 0
      ? createThresholdSampler(ratio)
      : createRateLimitedSampler({ ratio, maxTracesPerSecond });
  return parentBased ? createParentThresholdSampler(root) : root;
}
