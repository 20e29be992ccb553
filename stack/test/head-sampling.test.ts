import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type NativeStack, startNativeStack } from '../src/native/index.ts';
import { count, SENT } from './collector-counts.ts';
import { figures } from './figures.ts';

const RATIO = 0.1;
const REQUESTS = 4000;
const CONCURRENCY = 40;
const record = figures(`Head sampling, ${RATIO * 100} % of ${REQUESTS} requests`);
const APP = fileURLToPath(new URL('shop-app.ts', import.meta.url));

let attempts = 0;
let stack: NativeStack;
beforeAll(async () => {
  stack = await startNativeStack({
    services: ['jaeger', 'tempo', 'prometheus', 'otel-collector'],
    settings: { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
  });
});
afterAll(() => stack?.stop());

async function request(app: string): Promise<void> {
  let next = 1;
  const worker = async (): Promise<void> => {
    while (next <= REQUESTS) await (await fetch(`${app}/order?n=${next++}`)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

// Three sigma leave one run in 370 outside, for each of three figures: a second try makes that one in 100,000.
it('request, error and slow counts in Prometheus are those of all requests', { retry: 1 }, async () => {
  const service = `shop-${++attempts}`;
  const SERVER_SPANS = `service_name="${service}",span_kind="SPAN_KIND_SERVER",http_request_method="GET"`;
  const app = await stack.startApp([process.execPath, APP], {
    environment: {
      SERVICE: service,
      UAT_TRACING_PRESET: 'production',
      OTEL_TRACES_SAMPLER_ARG: String(RATIO),
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4318),
      HOST: stack.network.address('app'),
    },
    healthUrl: 'http://127.0.0.1:8080/health',
  });
  await request(app.url(8080));
  const ended = await app.stop('SIGTERM'); // delivers what is left
  expect(ended.signal ?? ended.code, app.lastLines()).toBe('SIGTERM');

  const spans = await count(stack.collector, 'otelcol_receiver_accepted_spans_total');
  await stack.jaeger.waitFor(({ length }) => length === spans, `the ${spans} that the collector took`);
  expect(await count(stack.collector, SENT, { exporter: 'otlp_grpc/tempo' })).toBe(spans);
  const kept = stack.jaeger
    .spans()
    .filter(({ resource }) => resource.attributes?.some(({ value }) => value.stringValue === service));
  const query = (selector: string): Promise<number> =>
    stack.prometheus.total(`sum(${selector})`).then((value) => value ?? 0);
  // Every kept span stands for ten, exactly: no sampling noise in this one.
  const calls = await stack.prometheus.waitFor(
    `sum(traces_span_metrics_calls_total{${SERVER_SPANS}})`,
    (value) => Math.abs(value - kept.length / RATIO) < 1,
  );
  const errors = await query(
    `traces_span_metrics_calls_total{${SERVER_SPANS},status_code="STATUS_CODE_ERROR"}`,
  );
  const all = await query(`traces_span_metrics_duration_milliseconds_count{${SERVER_SPANS}}`);
  const fast = await query(
    `traces_span_metrics_duration_milliseconds_bucket{${SERVER_SPANS},le=~"100([.]0)?"}`,
  );
  record('spans that were kept', kept.length);
  const judge = (what: string, measured: number, truth: number): void => {
    const sigma = Math.sqrt(truth * RATIO * (1 - RATIO)) / RATIO;
    record(
      what,
      `${Math.round(measured)} measured, ${truth} true, ${((measured - truth) / sigma).toFixed(2)} sigma`,
    );
    expect(Math.abs(measured - truth), what).toBeLessThanOrEqual(3 * sigma);
  };
  judge('requests', calls, REQUESTS);
  judge('errors', errors, REQUESTS / 20);
  judge('slower than 100 ms', all - fast, REQUESTS / 4);
  expect(all).toBeCloseTo(calls, 0);
});
