import { afterEach, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { type NativeStack, type NativeStackOptions, startNativeStack } from '../src/native/index.ts';
import { decidedAndSent, SENT, waitForCount } from './collector-counts.ts';
import { figures } from './figures.ts';
import { SPANS_A_TRACE, sendLoad } from './load.ts';

const TRACES = 12_800;
const SPANS = TRACES * SPANS_A_TRACE;
const record = figures(`Throughput, ${SPANS} spans as fast as they are taken`);

/** Receives and exports, with the queue that exporters have by themselves: what any collector costs. */
const BARE = `
extensions:
  health_check: {endpoint: "0.0.0.0:13133", path: /health}
receivers:
  otlp: {protocols: {http: {endpoint: "0.0.0.0:4318"}}}
exporters:
  otlp_grpc/jaeger: {endpoint: "jaeger:4317", compression: none, tls: {insecure: true}, sending_queue: {block_on_overflow: true, batch: {}}}
service:
  extensions: [health_check]
  telemetry:
    metrics:
      readers: [{pull: {exporter: {prometheus: {host: 0.0.0.0, port: 8888, without_type_suffix: false, without_units: false}}}}]
  pipelines:
    traces: {receivers: [otlp], exporters: [otlp_grpc/jaeger]}
`;

let stack: NativeStack | undefined;
afterEach(async () => {
  await stack?.stop();
  stack = undefined;
});

interface Cost {
  readonly spansASecond: number;
  readonly cpuMicrosASpan: number;
  readonly peakMemory: number;
}

async function measure(
  options: NativeStackOptions,
  sentToAll: (it: NativeStack) => Promise<unknown>,
  traces = TRACES,
): Promise<Cost> {
  stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'prometheus', 'otel-collector'],
    keepSpans: false,
    ...options,
  });
  const { collector } = stack;
  await sendLoad(collector.url(4318), 640); // connections made, code paths warm
  const cpu = collector.cpuSeconds();
  const started = performance.now();
  await sendLoad(collector.url(4318), traces, { patienceMillis: 120_000 });
  const seconds = (performance.now() - started) / 1000;
  await sentToAll(stack); // what is still inside costs as well
  const cost = {
    spansASecond: (traces * SPANS_A_TRACE) / seconds,
    cpuMicrosASpan: ((collector.cpuSeconds() - cpu) / (traces * SPANS_A_TRACE)) * 1e6,
    peakMemory: collector.peakMemory(),
  };
  await stack.stop();
  stack = undefined;
  return cost;
}

it('what the full pipeline costs, against one that receives and exports', async () => {
  const total = TRACES + 640;
  const bare = await measure({ collectorConfig: BARE }, ({ collector }) =>
    waitForCount(collector, SENT, (sent) => sent >= total * SPANS_A_TRACE),
  );
  const settings = { DECISION_WAIT: '3s', DECISION_WAIT_AFTER_ROOT: '1s' };
  const full = await measure({ settings }, ({ collector }) =>
    decidedAndSent(collector, total, SPANS_A_TRACE),
  );
  for (const [name, cost] of Object.entries({ bare, full })) {
    record(`${name}: taken`, `${Math.round(cost.spansASecond)} spans/s`);
    record(`${name}: processor time`, `${Math.round(cost.cpuMicrosASpan)} us a span`);
    record(`${name}: peak memory`, `${Math.round(cost.peakMemory)} MiB of 512`);
  }
  record('full / bare: processor time', full.cpuMicrosASpan / bare.cpuMicrosASpan);
  record('bare / full: spans taken', bare.spansASecond / full.spansASecond);
  // Not the speed, which is this machine's; the memory limit is the shipped one.
  expect(full.peakMemory).toBeLessThan(512);
});

/** The shipped configuration but for one thing. */
const CHANGES: Record<string, (config: Document) => void> = {
  'as shipped': () => {},
  'without redaction': withoutRedaction,
  'without queue on disk': withoutDisk,
  'without both': (config) => {
    withoutRedaction(config);
    withoutDisk(config);
  },
  // Deprecated, and so not shipped: what the queue on disk would cost with whole batches.
  'with the batch processor after tail_sampling': (config) => {
    config.setIn(['processors', 'batch'], {
      timeout: '200ms',
      send_batch_size: 2048,
      send_batch_max_size: 8192,
    });
    config.setIn(['service', 'pipelines', 'traces/sampled', 'processors'], ['tail_sampling', 'batch']);
  },
};

function withoutRedaction(config: Document): void {
  config.setIn(['service', 'pipelines', 'traces/in', 'processors'], ['memory_limiter']);
}

function withoutDisk(config: Document): void {
  // The other exporter's is an alias of this one.
  config.deleteIn(['exporters', 'otlp_grpc/jaeger', 'sending_queue', 'storage']);
}

it.each(Object.entries(CHANGES))('where the time goes: %s', async (what, changeCollector) => {
  const traces = 3840;
  const settings = { DECISION_WAIT: '3s', DECISION_WAIT_AFTER_ROOT: '1s' };
  const cost = await measure(
    { settings, changeCollector },
    ({ collector }) => decidedAndSent(collector, traces + 640, SPANS_A_TRACE),
    traces,
  );
  record(`${what}: processor time`, `${Math.round(cost.cpuMicrosASpan)} us a span`);
});
