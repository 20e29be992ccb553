import { ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { SamplingDecision } from '../otel-contract.ts';
import { ask, contextOf, seededTraceIds, traceIdEndingIn } from './sampler.fixture.ts';
import { createThresholdSampler } from './threshold-sampler.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

describe('createThresholdSampler', () => {
  it.each([
    [1, 'Threshold{ratio=1, th=0}'],
    [0.5, 'Threshold{ratio=0.5, th=8}'],
    [0.1, 'Threshold{ratio=0.1, th=e6666666666668}'],
    [0, 'Threshold{ratio=0, keeps nothing}'],
  ])('describes ratio %d', (ratio, description) => {
    expect(createThresholdSampler(ratio).toString()).toBe(description);
  });

  it.each([7, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses ratio %d and names it', (ratio) => {
    expect(() => createThresholdSampler(ratio)).toThrow(new RegExp(`${ratio} is not a number from 0 to 1`));
  });

  it.each([
    // ratio, randomness, kept
    [1, '00000000000000', true],
    [0.5, '7fffffffffffff', false],
    [0.5, '80000000000000', true],
    [0.1, 'e6666666666667', false],
    [0.1, 'e6666666666668', true],
    [0.1, 'ffffffffffffff', true],
    [0, 'ffffffffffffff', false],
  ])('at ratio %d, randomness %s: %s', (ratio, randomness, kept) => {
    const { decision } = ask(createThresholdSampler(ratio), { traceId: traceIdEndingIn(randomness) });
    expect(decision).toBe(kept ? RECORD_AND_SAMPLED : NOT_RECORD);
  });

  it('keeps everything at ratio 1, a trace id too short included', () => {
    expect(ask(createThresholdSampler(1), { traceId: '1' }).decision).toBe(RECORD_AND_SAMPLED);
  });

  it('answers roots with two shared frozen results', () => {
    const sampler = createThresholdSampler(0.5);
    const traceIds = seededTraceIds(1);
    const results = new Set(Array.from({ length: 1000 }, () => ask(sampler, { traceId: traceIds() })));
    expect(results.size).toBe(2);
    for (const result of results) expect(Object.isFrozen(result)).toBe(true);
  });

  it.each([
    // inherited tracestate, ratio, trace's own randomness, decision, resulting tracestate
    ['ot=rv:7fffffffffffff', 0.5, 'ffffffffffffff', NOT_RECORD, undefined],
    ['ot=rv:80000000000000', 0.5, '00000000000000', RECORD_AND_SAMPLED, 'ot=th:8;rv:80000000000000'],
    [
      'ot=rv:80000000000000,rojo=1',
      1,
      '00000000000000',
      RECORD_AND_SAMPLED,
      'ot=th:0;rv:80000000000000,rojo=1',
    ],
    ['ot=rv:invalid', 0.5, 'ffffffffffffff', RECORD_AND_SAMPLED, 'ot=th:8'],
    ['rojo=1', 0.5, 'ffffffffffffff', RECORD_AND_SAMPLED, 'ot=th:8,rojo=1'],
    ['rojo=1', 0.5, '00000000000000', NOT_RECORD, undefined],
    ['ot=th:0,rojo=1', 0.5, 'ffffffffffffff', RECORD_AND_SAMPLED, 'ot=th:8,rojo=1'],
    // Dropped: nothing vouches for the caller's threshold any more.
    ['ot=th:0,rojo=1', 0.5, '00000000000000', NOT_RECORD, 'rojo=1'],
    ['ot=th:0', 0.5, '00000000000000', NOT_RECORD, ''],
    ['ot=k:1;bad,rojo=1', 0.5, '00000000000000', NOT_RECORD, 'ot=k:1,rojo=1'],
  ])('under %s at ratio %d', (tracestate, ratio, randomness, decision, after) => {
    const traceId = traceIdEndingIn(randomness);
    const context = contextOf({ traceId, tracestate, remote: true });
    const result = ask(createThresholdSampler(ratio), { context, traceId });
    expect(result.decision).toBe(decision);
    expect(result.traceState?.serialize()).toBe(after);
  });

  it('decides a child of its own kept span the same way, at no more cost', () => {
    const sampler = createThresholdSampler(0.5);
    const traceId = traceIdEndingIn('ffffffffffffff');
    const root = ask(sampler, { traceId });
    const context = trace.setSpanContext(ROOT_CONTEXT, {
      traceId,
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
      ...(root.traceState === undefined ? {} : { traceState: root.traceState }),
    });
    expect(ask(sampler, { context, traceId })).toBe(root);
  });

  it('takes nothing from an invalid parent', () => {
    const context = contextOf({ traceId: '0'.repeat(32), tracestate: 'ot=rv:00000000000000,rojo=1' });
    const result = ask(createThresholdSampler(0.5), { context, traceId: traceIdEndingIn('ffffffffffffff') });
    expect(result.decision).toBe(RECORD_AND_SAMPLED);
    expect(result.traceState?.serialize()).toBe('ot=th:8');
  });

  it('agrees with every higher ratio (consistent decisions)', () => {
    const traceIds = seededTraceIds(2);
    const low = createThresholdSampler(0.1);
    const high = createThresholdSampler(0.3);
    let keptByLow = 0;
    for (let i = 0; i < 10_000; i++) {
      const traceId = traceIds();
      if (ask(low, { traceId }).decision === NOT_RECORD) continue;
      keptByLow++;
      expect(ask(high, { traceId }).decision).toBe(RECORD_AND_SAMPLED);
    }
    expect(keptByLow).toBeGreaterThan(0);
  });

  it('looks at the random part of a trace id only', () => {
    const result = ask(createThresholdSampler(0.5), { traceId: `ffffffffffffffffff${'0'.repeat(14)}` });
    expect(result.decision).toBe(NOT_RECORD);
  });
});
