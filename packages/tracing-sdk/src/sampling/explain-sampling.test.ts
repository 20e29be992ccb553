import { describe, expect, it } from 'vitest';
import type { Sampler } from '../otel-contract.ts';
import { explainSampling } from './explain-sampling.ts';
import { stubSampler } from './sampler.fixture.ts';

describe('explainSampling', () => {
  it.each([
    [0.1, undefined, true, "keeps 10 % of new traces, follows the caller's decision otherwise"],
    [0.07, undefined, true, "keeps 7 % of new traces, follows the caller's decision otherwise"],
    [0.00125, undefined, true, "keeps 0.125 % of new traces, follows the caller's decision otherwise"],
    [1, undefined, true, "keeps every new trace, follows the caller's decision otherwise"],
    [0, undefined, true, "keeps no new trace, follows the caller's decision otherwise"],
    [
      0.5,
      20,
      true,
      "keeps 50 % of new traces, at most 20 a second on average, follows the caller's decision otherwise",
    ],
    [0, 20, true, "keeps no new trace, follows the caller's decision otherwise"],
    [1, undefined, false, 'keeps every trace, whatever the caller decided'],
    [0.25, undefined, false, 'keeps 25 % of traces, whatever the caller decided'],
    [0, undefined, false, 'keeps no trace, whatever the caller decided'],
  ])('ratio %d, limit %s, parent-based %s', (ratio, maxTracesPerSecond, parentBased, sentence) => {
    expect(explainSampling({ kind: 'threshold', ratio, maxTracesPerSecond, parentBased })).toBe(sentence);
  });

  class QuietSampler {
    shouldSample() {
      return { decision: 0 };
    }
  }
  const unprintable = Object.assign(Object.create(null) as object, new QuietSampler()) as Sampler;

  it.each<[Sampler, string]>([
    [stubSampler(0), 'decided by your own sampler: Stub'],
    [new QuietSampler(), 'decided by your own sampler: QuietSampler'],
    [unprintable, 'decided by your own sampler: it does not say which'],
  ])('a custom sampler, case %#', (sampler, sentence) => {
    expect(explainSampling({ kind: 'custom', sampler })).toBe(sentence);
  });
});
