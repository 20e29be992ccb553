import type { Sampler } from '../otel-contract.ts';
import type { PresetName, TracingOptions } from '../types.ts';
import type { Environment } from './environment.ts';
import { hasFunctions, type OptionValues } from './option-values.ts';
import { PRESETS, SAFE_RATIO } from './presets.ts';
import { type Problems, quote } from './problems.ts';
import { samplerFromEnvironment } from './sampler-from-environment.ts';
import type { SamplingPlan, Setting } from './settings.ts';

/**
 * What starts new traces: an own sampler, else `sampleRatio`, else `OTEL_TRACES_SAMPLER`, else the preset; with
 * `maxTracesPerSecond` on top. Where one of the options is unusable, the safe, low ratio applies.
 */
export function settleSampling(
  options: TracingOptions,
  preset: PresetName,
  values: OptionValues,
  environment: Environment,
  problems: Problems,
): Setting<SamplingPlan> {
  if (options.sampler !== undefined) {
    if (hasFunctions(options.sampler, 'shouldSample')) {
      return { value: { kind: 'custom', sampler: options.sampler as Sampler }, source: 'option sampler' };
    }
    problems.wrong(
      `option sampler is ${quote(options.sampler)}; it must be an object with a function shouldSample.`,
      `ratio ${SAFE_RATIO}`,
    );
  }
  const presetRatio = PRESETS[preset].ratio;
  const safeRatio = Math.min(presetRatio, SAFE_RATIO);
  const fromEnvironment = samplerFromEnvironment(environment, safeRatio, problems);
  const before = problems.found.length;
  const ratio = values.number('sampleRatio', options.sampleRatio, 0, 1);
  const ratioIsWrong = problems.found.length > before || options.sampler !== undefined;
  const limit = values.number('maxTracesPerSecond', options.maxTracesPerSecond, 0);
  const limitIsWrong = limit === undefined && options.maxTracesPerSecond !== undefined;
  const sources = new Set<string>();
  let plan = { ratio: presetRatio, parentBased: true };
  if (ratioIsWrong || limitIsWrong) {
    plan = { ratio: safeRatio, parentBased: true };
    sources.add('safe choice, the options are unusable');
  } else if (ratio !== undefined) {
    plan = { ratio: ratio.value, parentBased: true };
    sources.add(ratio.source);
  } else if (fromEnvironment !== undefined && preset !== 'off') {
    plan = fromEnvironment;
    sources.add(fromEnvironment.source);
  } else {
    sources.add(`preset ${preset}`);
  }
  const maxTracesPerSecond = limit?.value === Number.POSITIVE_INFINITY ? undefined : limit?.value;
  if (maxTracesPerSecond !== undefined) sources.add('option maxTracesPerSecond');
  return {
    value:
      maxTracesPerSecond === 0
        ? { kind: 'threshold', ratio: 0, parentBased: plan.parentBased, maxTracesPerSecond: undefined }
        : { kind: 'threshold', ratio: plan.ratio, parentBased: plan.parentBased, maxTracesPerSecond },
    source: [...sources].join(', '),
  };
}
