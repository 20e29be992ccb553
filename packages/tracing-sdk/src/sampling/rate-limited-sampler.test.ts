import { describe, expect, it } from 'vitest';
import { type Sampler, SamplingDecision } from '../otel-contract.ts';
import { readOtEntry } from './ot-tracestate.ts';
import { createRateLimitedSampler } from './rate-limited-sampler.ts';
import { ask, contextOf, seededRandom, seededTraceIds, traceIdEndingIn } from './sampler.fixture.ts';
import { adjustedCount } from './threshold.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;

interface Tally {
  seen: number;
  kept: number;
  weighted: number;
}

/** A sampler with a clock of its own and traffic that comes from a seed, so that every run is the same run. */
function simulate(ratio: number, maxTracesPerSecond: number, seed: number) {
  let millis = 0;
  const sampler = createRateLimitedSampler({ ratio, maxTracesPerSecond, clock: () => millis });
  const random = seededRandom(seed);
  const traceIds = seededTraceIds(seed + 1);

  const one = (tally: Tally): void => {
    const result = ask(sampler, { traceId: traceIds() });
    tally.seen++;
    if (result.decision !== RECORD_AND_SAMPLED) return;
    tally.kept++;
    tally.weighted += adjustedCount(readOtEntry(result.traceState).threshold ?? 'missing');
  };
  return {
    idle(seconds: number): void {
      millis += seconds * 1000;
    },
    /** Arrivals at random moments (Poisson). */
    traffic(perSecond: number, seconds: number): Tally {
      const tally = { seen: 0, kept: 0, weighted: 0 };
      const end = millis + seconds * 1000;
      for (;;) {
        millis += (-Math.log(1 - random()) * 1000) / perSecond;
        if (millis >= end) break;
        one(tally);
      }
      millis = end;
      return tally;
    },
    burst(count: number): Tally {
      const tally = { seen: 0, kept: 0, weighted: 0 };
      for (let i = 0; i < count; i++) one(tally);
      return tally;
    },
  };
}

describe('createRateLimitedSampler', () => {
  it.each([
    [{ ratio: 1, maxTracesPerSecond: 100 }, 'RateLimited{ratio=1, max=100/s, adapts in 1 s}'],
    [{ ratio: 0.1, maxTracesPerSecond: 0.5 }, 'RateLimited{ratio=0.1, max=0.5/s, adapts in 10 s}'],
  ])('describes %o', (limit, description) => {
    expect(createRateLimitedSampler(limit).toString()).toBe(description);
  });

  it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d traces a second and names it', (max) => {
    expect(() => createRateLimitedSampler({ ratio: 1, maxTracesPerSecond: max })).toThrow(
      `maxTracesPerSecond: ${max} is not a number above 0`,
    );
  });

  it('refuses a ratio of 7', () => {
    expect(() => createRateLimitedSampler({ ratio: 7, maxTracesPerSecond: 1 })).toThrow('7 is not a number');
  });

  it.each([
    // Below the limit the ratio alone decides; perSecond, max, seconds
    [20, 50, 600],
    [0.2, 0.5, 20_000],
  ])('keeps all of %d/s under a limit of %d/s', (perSecond, max, seconds) => {
    const tally = simulate(1, max, 1).traffic(perSecond, seconds);
    expect(tally.kept / tally.seen).toBeGreaterThan(0.995);
    expect(tally.seen).toBeGreaterThan(3_000);
  });

  it('answers with the shared result of the ratio while traffic is low', () => {
    let millis = 0;
    const sampler = createRateLimitedSampler({ ratio: 0.5, maxTracesPerSecond: 10, clock: () => millis });
    const kept = ask(sampler, { traceId: traceIdEndingIn('ffffffffffffff') });
    millis += 1000;
    expect(ask(sampler, { traceId: traceIdEndingIn('fffffffffffffe') })).toBe(kept);
    expect(Object.isFrozen(kept)).toBe(true);
    expect(kept.traceState?.serialize()).toBe('ot=th:8');
  });

  it.each([
    // perSecond, max
    [60, 50],
    [1000, 50],
    [5000, 2],
    [1000, 300],
  ])('of %d/s keeps about %d/s', (perSecond, max) => {
    const traffic = simulate(1, max, 3);
    traffic.traffic(perSecond, 30);
    const { kept } = traffic.traffic(perSecond, 100);
    expect(kept / 100).toBeLessThan(max * 1.1);
    expect(kept / 100).toBeGreaterThan(max * 0.8);
  });

  it('never keeps more than the ratio', () => {
    const { kept, seen } = simulate(0.1, 1000, 4).traffic(500, 100);
    expect(kept / seen).toBeGreaterThan(0.095);
    expect(kept / seen).toBeLessThan(0.105);
  });

  // Seeded: every run is the same run, no false alarms. With fresh random ids the bound would be 6 standard
  // deviations away (variance of a weighted count: the sum of 1 / p - 1 over all traces), odds 2e-9.
  it('gives back the true count within 3 % under a rate that varies 500-fold', () => {
    const traffic = simulate(1, 200, 5);
    const total = { seen: 0, kept: 0, weighted: 0 };
    let seconds = 0;
    for (let round = 0; round < 8; round++) {
      for (const [perSecond, duration] of [
        [10, 30],
        [1000, 20],
        [100, 20],
        [5000, 10],
        [400, 20],
      ] as const) {
        const tally = traffic.traffic(perSecond, duration);
        total.seen += tally.seen;
        total.kept += tally.kept;
        total.weighted += tally.weighted;
        seconds += duration;
      }
    }
    expect(total.weighted / total.seen).toBeGreaterThan(0.97);
    expect(total.weighted / total.seen).toBeLessThan(1.03);
    expect(total.kept / seconds).toBeLessThan(200);
    expect(total.kept / total.seen).toBeLessThan(0.2);
  });

  it('gives back the true count of bursts alone', () => {
    const traffic = simulate(1, 100, 6);
    const total = { seen: 0, weighted: 0 };
    for (let i = 0; i < 200; i++) {
      traffic.idle(60);
      const tally = traffic.burst(2000);
      total.seen += tally.seen;
      total.weighted += tally.weighted;
    }
    expect(total.weighted / total.seen).toBeGreaterThan(0.97);
    expect(total.weighted / total.seen).toBeLessThan(1.03);
  });

  it.each([
    // max, burst after an idle hour, most that it keeps: B * (1 + ln(N / B)), half as much again for chance
    [100, 1_000],
    [100, 100_000],
    [1, 10_000],
  ])('bounds a burst at %d/s: %d at once after an idle hour', (max, count) => {
    const traffic = simulate(1, max, 7);
    traffic.traffic(max / 2, 60);
    traffic.idle(3600);
    const { kept } = traffic.burst(count);
    const window = Math.max(max, 5);
    expect(kept).toBeLessThan(1.5 * window * (1 + Math.log(count / window)));
    expect(kept).toBeGreaterThanOrEqual(window);
  });

  it('pays a burst back: what follows at once is kept sparsely', () => {
    const traffic = simulate(1, 100, 8);
    traffic.burst(100_000);
    expect(traffic.traffic(1000, 3).kept).toBeLessThan(100);
    traffic.traffic(1000, 27);
    expect(traffic.traffic(1000, 30).kept).toBeGreaterThan(2_500);
  });

  it('survives a clock that stands still or goes back', () => {
    const times = [1000, 1000, 500, Number.NaN, 0, 2000];
    let reads = 0;
    const clock = () => times[reads++ % times.length] as number;
    const sampler = createRateLimitedSampler({ ratio: 1, maxTracesPerSecond: 5, clock });
    const traceIds = seededTraceIds(9);
    let weighted = 0;
    for (let i = 0; i < 3000; i++) {
      const threshold = readOtEntry(ask(sampler, { traceId: traceIds() }).traceState).threshold;
      if (threshold !== undefined) weighted += adjustedCount(threshold);
    }
    expect(weighted).toBeGreaterThan(0);
    expect(weighted).toBeLessThan(30_000);
  });

  describe('when limiting', () => {
    function limiting(): Sampler {
      const sampler = createRateLimitedSampler({ ratio: 1, maxTracesPerSecond: 5, clock: () => 0 });
      // The eighth of a moment has probability 5/8, th 6.
      for (let i = 0; i < 7; i++) ask(sampler);
      return sampler;
    }

    it.each([
      ['5fffffffffffff', NOT_RECORD, undefined],
      ['60000000000000', RECORD_AND_SAMPLED, 'ot=th:6'],
    ])('decides randomness %s by the threshold of the moment', (randomness, decision, tracestate) => {
      const result = ask(limiting(), { traceId: traceIdEndingIn(randomness) });
      expect(result.decision).toBe(decision);
      expect(result.traceState?.serialize()).toBe(tracestate);
    });

    it.each([
      ['ot=rv:60000000000000,rojo=1', RECORD_AND_SAMPLED, 'ot=th:6;rv:60000000000000,rojo=1'],
      ['ot=th:0;rv:5fffffffffffff,rojo=1', NOT_RECORD, 'ot=rv:5fffffffffffff,rojo=1'],
    ])('takes rv from %s', (tracestate, decision, after) => {
      const traceId = traceIdEndingIn('ffffffffffffff');
      const context = contextOf({ traceId, tracestate, remote: true });
      const result = ask(limiting(), { context, traceId });
      expect(result.decision).toBe(decision);
      expect(result.traceState?.serialize()).toBe(after);
    });

    it.each([true, false])('does not tear a local trace apart (parent sampled: %s)', (sampled) => {
      const traceId = traceIdEndingIn(sampled ? '00000000000000' : 'ffffffffffffff');
      const result = ask(limiting(), { context: contextOf({ traceId, sampled }), traceId });
      expect(result.decision).toBe(sampled ? RECORD_AND_SAMPLED : NOT_RECORD);
      expect(result.traceState).toBeUndefined();
    });
  });
});
