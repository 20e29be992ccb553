import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDurationSketch } from './duration-sketch.ts';
import { createWindowedCalls } from './windowed-calls.ts';

test('percentiles are right within 1 %, whatever the durations and weights', () => {
  const entry = fc.tuple(fc.double({ min: 1, max: 1e13, noNaN: true }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (entries, share) => {
        const sketch = createDurationSketch();
        for (const [duration, weight] of entries) sketch.add(duration, weight);
        const rising = entries
          .flatMap(([duration, weight]) => Array<number>(weight).fill(duration))
          .sort((a, b) => a - b);
        const exact = rising[Math.max(0, Math.ceil(share * rising.length * (1 - 1e-9)) - 1)] as number;
        const found = sketch.percentile(share) as number;
        expect(Math.abs(found - exact) / exact).toBeLessThan(0.0101);
      },
    ),
  );
});

test('of nothing there is no percentile; zero stays zero', () => {
  const sketch = createDurationSketch();
  expect(sketch.percentile(0.5)).toBeUndefined();
  sketch.add(0, 1);
  expect(sketch.percentile(0.5)).toBe(0);
});

describe('windows', () => {
  const call = { weight: 1, failed: false, duration: 1e6 };
  const create = () => {
    const clock = { now: 1_000_000 };
    return { clock, calls: createWindowedCalls<{ readonly name: string }>(() => clock.now) };
  };

  test('calls count for what sampling left out', () => {
    const { clock, calls } = create();
    for (let i = 0; i < 10; i++) calls.record({ name: 'a' }, { ...call, weight: 4, failed: i < 5 });
    clock.now += 10_000;
    const [a] = calls.summarize(60_000);
    expect(a).toMatchObject({ labels: { name: 'a' }, calls: 40, failed: 0.5 });
    expect(a?.perSecond).toBeCloseTo(4, 5);
    expect((a?.p95 ?? 0) / 1e6).toBeCloseTo(1, 1);
  });

  test('what is older than the window does not count, what is older than all windows is forgotten', () => {
    const { clock, calls } = create();
    calls.record({ name: 'a' }, call);
    clock.now += 120_000;
    expect(calls.summarize(60_000)).toEqual([]);
    expect(calls.summarize(300_000)).toHaveLength(1);
    clock.now += 20 * 60_000;
    expect(calls.summarize(900_000)).toEqual([]);
  });

  test('server time and rows, where spans tell', () => {
    const { calls } = create();
    calls.record({ name: 'a' }, { ...call, serverDuration: 5e5, rows: 3 });
    calls.record({ name: 'a' }, { ...call, rows: 5, weight: 3 });
    calls.record({ name: 'b' }, call);
    const [a, b] = calls.summarize(60_000);
    expect(a?.rows).toBe(4.5);
    expect((a?.serverP50 ?? 0) / 5e5).toBeCloseTo(1, 1);
    expect(b).toMatchObject({ rows: undefined, serverP50: undefined });
  });

  test('names without end: the first ones are counted, the rest is said', () => {
    const { calls } = create();
    for (let i = 0; i < 2010; i++) calls.record({ name: `${i}` }, call);
    expect(calls.summarize(60_000)).toHaveLength(2000);
    expect(calls.overflow).toBe(10);
  });
});
