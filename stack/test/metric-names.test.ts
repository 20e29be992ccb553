import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type NativeService, type NativeStack, startNativeStack } from '../src/native/index.ts';
import { figures } from './figures.ts';

const APP = fileURLToPath(new URL('shop-app.ts', import.meta.url));
const RULES = fileURLToPath(new URL('../../dashboards/generated/prometheus/names.yml', import.meta.url));
const POINTS = 5;
const record = figures('Metric names in Prometheus, with traffic from the SDK and Qdrant stood in for');

/** What people type. */
const NAMES = [
  'http_requests_total',
  'http_request_duration_seconds',
  'process_uptime_seconds',
  'traces_received_total',
  'traces_exported_total',
  'otelcol_processor_accepted_spans',
  'otelcol_processor_dropped_spans',
  'qdrant_collections_total',
  'qdrant_points_total',
  'qdrant_search_latency_seconds',
];

/** What the SDK sends with `metrics: true`, and the collector makes of spans. */
const SENT_NAMES = [
  'http_server_request_duration_seconds_count',
  'http_server_request_duration_seconds_bucket',
  'process_uptime_seconds',
  'nodejs_eventloop_utilization_ratio',
  'otel_sdk_span_started_total',
  'traces_span_metrics_calls_total',
  'traces_span_metrics_duration_milliseconds_bucket',
];

let stack: NativeStack;
let app: NativeService;
let requests = 0;

async function makeRequests(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await (await fetch(`${app.url(8080)}/order?n=${n}`)).arrayBuffer();
    requests++;
  }
  await search();
}

async function qdrant(method: string, path: string, body?: object): Promise<void> {
  const response = await fetch(`${stack.qdrant.url(6333)}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'api-key': stack.secrets.qdrantApiKey },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

async function allRules(): Promise<Rule[]> {
  const { groups } = (await stack.prometheus.api('rules')) as { groups: { rules: Rule[] }[] };
  return groups.flatMap((group) => group.rules);
}

const search = (): Promise<void> =>
  qdrant('POST', '/collections/items/points/query', { query: [1, 0, 0], limit: 3 });

describe.skipIf(!existsSync(RULES))(
  'with the recording rules (skipped where dashboards/generated is not made)',
  () => {
    beforeAll(async () => {
      stack = await startNativeStack({
        settings: { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
      });
      await qdrant('PUT', '/collections/items', { vectors: { size: 3, distance: 'Cosine' } });
      const points = Array.from({ length: POINTS }, (_, id) => ({ id, vector: [1, id, 0] }));
      await qdrant('PUT', '/collections/items/points?wait=true', { points });
      app = await stack.startApp([process.execPath, APP], {
        environment: {
          UAT_TRACING_PRESET: 'collector',
          OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4318),
          OTEL_METRICS_EXPORTER: 'otlp',
          OTEL_METRIC_EXPORT_INTERVAL: '1000',
          HOST: stack.network.address('app'),
        },
        healthUrl: 'http://127.0.0.1:8080/health',
      });
    });
    afterAll(() => stack?.stop());

    it.each([...NAMES, ...SENT_NAMES.filter((name) => !NAMES.includes(name))])('%s answers', async (name) => {
      const deadline = performance.now() + 60_000;
      let samples = await stack.prometheus.query(name);
      // Quantiles need a rate, and a rate needs counters that grow.
      while (samples.length === 0 && performance.now() < deadline) {
        await makeRequests(20);
        samples = await stack.prometheus.query(name);
      }
      record(name, samples.length === 0 ? 'absent' : `${samples.length} series`);
      expect(samples.length).toBeGreaterThan(0);
      for (const { value } of samples) expect(value).not.toBeNaN();
    });

    it('the numbers are the true ones', async () => {
      await makeRequests(20);
      const served = 'sum(http_requests_total{service_name="shop",http_request_method="GET"})';
      expect(await stack.prometheus.waitFor(served, (total) => total >= requests)).toBe(requests);
      expect(await stack.prometheus.total('sum(qdrant_points_total)')).toBe(POINTS);
      expect(await stack.prometheus.total('sum(qdrant_collections_total)')).toBe(1);
      expect(await stack.prometheus.total('sum(otelcol_processor_dropped_spans)')).toBe(0);
      record('requests made, and counted by http_requests_total', requests);
    });

    it('what runs is scraped, the rules are healthy, and Prometheus knows its Alertmanager', async () => {
      for (const job of ['otel-collector', 'jaeger', 'prometheus', 'alertmanager', 'qdrant']) {
        await stack.prometheus.waitFor(`up{job="${job}"}`, (up) => up === 1);
      }
      let rules = await allRules();
      // Groups are evaluated at moments of their own, spread over their interval, which is a minute for some.
      for (
        const deadline = performance.now() + 120_000;
        performance.now() < deadline;
        rules = await allRules()
      ) {
        if (rules.every(({ health }) => health !== 'unknown')) break;
        await delay(200);
      }
      record(
        'rules that were evaluated',
        `${rules.length}, ${rules.filter(({ health }) => health === 'ok').length} without an error`,
      );
      expect(rules.length).toBeGreaterThan(0);
      expect(rules.filter(({ health }) => health !== 'ok')).toEqual([]);
      const { activeAlertmanagers } = (await stack.prometheus.api('alertmanagers')) as {
        activeAlertmanagers: unknown[];
      };
      expect(activeAlertmanagers).toHaveLength(1);
    });
  },
);
