import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NativeStack, startNativeStack } from '../src/native/index.ts';
import { count, decidedAndSent, SENT } from './collector-counts.ts';
import { figures } from './figures.ts';
import { fixedTraceIds, type RawSpan, sendSpans } from './otlp-traffic.ts';
import { withinThreeSigma } from './stores.ts';

const BASELINE_PERCENT = 10;
const ORDINARY = 4000;
const record = figures(`Tail sampling, BASELINE_PERCENT=${BASELINE_PERCENT}`);

let stack: NativeStack;
beforeAll(async () => {
  stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'otel-collector'],
    settings: {
      BASELINE_PERCENT: String(BASELINE_PERCENT),
      DECISION_WAIT: '2s',
      DECISION_WAIT_AFTER_ROOT: '1s',
    },
  });
});
afterAll(() => stack?.stop());

/** Two spans a trace, and what makes it special stands in the child where that can be: a head sampler could not see it. */
const KINDS: Record<string, { count: number; root?: RawSpan; child?: RawSpan }> = {
  error: { count: 200, child: { statusCode: 2, statusMessage: 'card declined' } },
  slow: { count: 200, root: { durationMillis: 2500 } },
  forced: { count: 200, child: { attributes: { 'sampling.force': true } } },
  'error in a probe route': { count: 50, root: { attributes: { 'url.path': '/health' }, statusCode: 2 } },
  ordinary: { count: ORDINARY },
  'slow, but below the limit': { count: 1000, root: { durationMillis: 1900 } },
};

it('keeps every error, slow and forced trace whole in both stores, and of the others a tenth', async () => {
  const sent: Record<string, string[]> = {};
  for (const [kind, { count, root, child }] of Object.entries(KINDS)) {
    sent[kind] = fixedTraceIds(kind, count);
    for (let from = 0; from < count; from += 250) {
      const part = sent[kind].slice(from, from + 250);
      // The halves of a trace come in requests of their own, as from two services.
      await sendSpans(
        stack.collector.url(4318),
        part.map((traceId) => ({ traceId, parentSpanId: '00f067aa0ba902b7', name: 'child', ...child })),
      );
      await sendSpans(
        stack.collector.url(4318),
        part.map((traceId) => ({ traceId, ...root })),
      );
    }
  }
  const traces = Object.values(KINDS).reduce((total, { count }) => total + count, 0);
  await decidedAndSent(stack.collector, traces, 2);
  // A store has answered, and writes a moment later.
  const arriving = await count(stack.collector, SENT, { exporter: 'otlp_grpc/jaeger' });
  for (const store of [stack.jaeger, stack.tempo])
    await store.waitFor(({ length }) => length >= arriving, `${arriving}`);

  const probability = BASELINE_PERCENT / 100;
  for (const store of [stack.jaeger, stack.tempo]) {
    const traces = store.traces();
    for (const [kind, ids] of Object.entries(sent)) {
      const kept = ids.filter((id) => traces.has(id));
      const whole = kept.filter((id) => new Set(traces.get(id)!.map(({ spanId }) => spanId)).size === 2);
      record(`${store.name}: ${kind}`, `${kept.length} of ${ids.length} kept, ${whole.length} whole`);
      expect(whole.length, `${kind}: whole traces in ${store.name}`).toBe(kept.length);
      if (/ordinary|below/.test(kind))
        expect(withinThreeSigma(kept.length, ids.length, probability), `${kind}: ${kept.length}`).toBe(true);
      else expect(kept.length, `${kind} in ${store.name}`).toBe(ids.length);
    }
  }
});

it('keeps the same ordinary traces in both stores', () => {
  expect([...stack.jaeger.traces().keys()].sort()).toEqual([...stack.tempo.traces().keys()].sort());
});
