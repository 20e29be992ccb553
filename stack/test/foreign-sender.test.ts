import { afterAll, beforeAll, expect, it } from 'vitest';
import { builtProgram, type NativeStack, startNativeStack } from '../src/native/index.ts';
import { ACCEPTED, count } from './collector-counts.ts';
import { figures } from './figures.ts';

const TRACES = 500;
const SPANS = 2 * TRACES; // a trace of telemetrygen is a parent and a child
const record = figures('telemetrygen over gRPC, to the name otel-collector');

let stack: NativeStack;
beforeAll(async () => {
  stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'otel-collector'],
    settings: { DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
  });
});
afterAll(() => stack?.stop());

it('a sender that is not ours delivers every trace to both stores', async () => {
  const endpoint = new URL(stack.collector.urlWithin(4317)).host;
  const { code, text } = await stack.run([
    builtProgram('telemetrygen'),
    ...['traces', '--otlp-insecure', '--otlp-endpoint', endpoint],
    ...['--traces', String(TRACES), '--rate', '250', '--service', 'telemetrygen'],
  ]);
  expect(code, text).toBe(0);
  expect(await count(stack.collector, ACCEPTED, { transport: 'grpc' })).toBe(SPANS);
  for (const store of [stack.jaeger, stack.tempo]) {
    await store.waitFor(({ length }) => length >= SPANS, String(SPANS));
    record(
      `${store.name}`,
      `${store.traces().size} of ${TRACES} traces, ${store.spans().length} of ${SPANS} spans`,
    );
    expect(store.traces().size).toBe(TRACES);
    expect(store.spans()).toHaveLength(SPANS);
  }
});
