import type { Sampler } from '../otel-contract.ts';
import type { SamplingPlan } from '../settings/settings.ts';

/** A plan in words a person reads, for instance `keeps 10 % of new traces, follows the caller's decision otherwise`. */
export function explainSampling(plan: SamplingPlan): string {
  if (plan.kind === 'custom') return `decided by your own sampler: ${nameOf(plan.sampler)}`;

  const { ratio, maxTracesPerSecond, parentBased } = plan;
  const limit =
    maxTracesPerSecond === undefined || ratio === 0
      ? ''
      : `, at most ${maxTracesPerSecond} a second on average`;
  return parentBased
    ? `keeps ${share(ratio, 'new ')}${limit}, follows the caller's decision otherwise`
    : `keeps ${share(ratio, '')}${limit}, whatever the caller decided`;
}

function share(ratio: number, which: string): string {
  if (ratio === 0) return `no ${which}trace`;
  if (ratio === 1) return `every ${which}trace`;
  // Six digits: 0.07 * 100 is 7.000000000000001.
  return `${Number((ratio * 100).toPrecision(6))} % of ${which}traces`;
}

/** Never throws: another author's `toString` may, and an object without a prototype has none. */
function nameOf(sampler: Sampler): string {
  try {
    const text = String(sampler);
    return text.startsWith('[object ') ? sampler.constructor.name : text;
  } catch {
    return 'it does not say which';
  }
}
