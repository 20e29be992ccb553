import type { Environment } from './environment.ts';
import { type Problems, quote } from './problems.ts';

export interface EnvironmentSampler {
  readonly ratio: number;
  readonly parentBased: boolean;
  readonly source: string;
}

const SAMPLERS: Readonly<Record<string, { ratio: number | 'argument'; parentBased: boolean }>> = {
  always_on: { ratio: 1, parentBased: false },
  always_off: { ratio: 0, parentBased: false },
  traceidratio: { ratio: 'argument', parentBased: false },
  parentbased_always_on: { ratio: 1, parentBased: true },
  parentbased_always_off: { ratio: 0, parentBased: true },
  parentbased_traceidratio: { ratio: 'argument', parentBased: true },
};

/**
 * `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`. The ratio samplers are our threshold sampler, which decides by the
 * same random bits and writes `ot=th`.
 *
 * @param safeRatio what a wrong argument becomes in production.
 */
export function samplerFromEnvironment(
  environment: Environment,
  safeRatio: number,
  problems: Problems,
): EnvironmentSampler | undefined {
  const name = environment.text('OTEL_TRACES_SAMPLER');
  if (name === undefined) return undefined;
  const sampler = SAMPLERS[name.value.toLowerCase()];
  if (sampler === undefined) {
    problems.wrong(
      `OTEL_TRACES_SAMPLER is ${quote(name.value)}; allowed are ${Object.keys(SAMPLERS).join(', ')}.`,
      `parentbased_traceidratio with ${safeRatio}`,
    );
    return { ratio: safeRatio, parentBased: true, source: 'OTEL_TRACES_SAMPLER (unusable)' };
  }
  if (sampler.ratio !== 'argument') {
    return {
      ratio: sampler.ratio,
      parentBased: sampler.parentBased,
      source: `OTEL_TRACES_SAMPLER=${name.value}`,
    };
  }
  const argument = environment.text('OTEL_TRACES_SAMPLER_ARG');
  const ratio = argument === undefined ? 1 : Number(argument.value);
  if (!(ratio >= 0 && ratio <= 1)) {
    problems.wrong(
      `OTEL_TRACES_SAMPLER_ARG is ${quote(argument?.value)}; with ${name.value} it is a number from 0 to 1, 0.1 for 10 %.`,
      `ratio ${safeRatio}`,
    );
    return {
      ratio: safeRatio,
      parentBased: sampler.parentBased,
      source: 'OTEL_TRACES_SAMPLER_ARG (unusable)',
    };
  }
  const source =
    argument === undefined
      ? `OTEL_TRACES_SAMPLER=${name.value} without OTEL_TRACES_SAMPLER_ARG`
      : 'OTEL_TRACES_SAMPLER_ARG';
  return { ratio, parentBased: sampler.parentBased, source };
}
