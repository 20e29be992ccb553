/** Alerts on services, their SDK and their Qdrant: traffic by hand and of real apps, causes made and taken away. */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, it } from 'vitest';
import type { NativeService } from '../src/native/native-service.ts';
import type { AppName } from '../src/native/service-network.ts';
import { AlertProof, sideBySide } from './alert-proof.ts';
import { figures } from './figures.ts';
import { sendSpans } from './otlp-traffic.ts';
import { type MetricsPage, startMetricsPage } from './stand-ins/metrics-page.ts';

const record = figures('Alerts on services');
const APP = fileURLToPath(new URL('./dashboard-app.ts', import.meta.url));
const QUERY = '/collections/items/points/query';

let proof: AlertProof;
let shop: NativeService;
let leaking: NativeService;
/** Of a service that is scraped and does not push. */
let page: MetricsPage;
let traffic: Promise<unknown>;
let wanted = true;
const cause = { burning: true, slow: true, slower: false, wide: true, quiet: false };
/** Where one app sends its traces. */
let tracesStatus = 200;
const traces = createServer((request, response) => {
  request.resume();
  response.writeHead(tracesStatus).end();
});

function qdrant(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${proof.stack.qdrant.url(6333)}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'api-key': proof.stack.secrets.qdrantApiKey },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function faults(method: 'PUT' | 'DELETE', rule?: object): Promise<void> {
  const response = await qdrant(method, '/stand-in/faults', rule);
  if (!response.ok) throw new Error(`${method} faults: ${response.status} ${await response.text()}`);
}

async function makeCollection(name: string): Promise<void> {
  await qdrant('PUT', `/collections/${name}`, { vectors: { size: 3, distance: 'Cosine' } });
}

function startApp(
  at: AppName,
  name: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<NativeService> {
  const { stack } = proof;
  return stack.startApp([process.execPath, APP], {
    at,
    healthUrl: 'http://127.0.0.1:8080/health',
    environment: {
      SERVICE: name,
      HOST: stack.network.address(at),
      UAT_TRACING_PRESET: 'collector',
      OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4318),
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      QDRANT_URL: stack.qdrant.urlWithin(6333),
      QDRANT_API_KEY: stack.secrets.qdrantApiKey,
      ...environment,
    },
  });
}

async function repeat(action: (round: number) => Promise<unknown>): Promise<void> {
  // What is away is not asked: the causes are made here.
  for (let round = 0; wanted; round++) await Promise.all([action(round).catch(() => {}), delay(200)]);
}

function spansOfServices(round: number): Promise<unknown> {
  const of = (name: string, spans: Parameters<typeof sendSpans>[1]): Promise<void> =>
    sendSpans(proof.stack.collector.url(4318), spans, { resource: { 'service.name': name } });
  return Promise.all([
    of('burning', [{}, { statusCode: cause.burning ? 2 : 0 }]),
    of('slow', [{ durationMillis: cause.slow ? 20_000 : 20 }]),
    of('slower', [{ durationMillis: cause.slower ? 2000 : 20 }]),
    cause.quiet ? undefined : of('quiet', [{}]),
    cause.wide
      ? of(
          'wide',
          Array.from({ length: 30 }, (_, index) => ({ name: `GET /${round}/${index}` })),
        )
      : undefined,
  ]);
}

const orders = (service: NativeService) => async (round: number) =>
  (
    await fetch(`${service.url(8080)}/order?n=${round}`, { signal: AbortSignal.timeout(20_000) })
  ).arrayBuffer();

beforeAll(async () => {
  proof = new AlertProof(record, {
    lookback: '10s',
    settings: {
      METRICS_FLUSH_INTERVAL: '1s',
      DECISION_WAIT: '2s',
      DECISION_WAIT_AFTER_ROOT: '1s',
      SERIES_LIMIT: '100',
    },
    changePrometheus: (config) => {
      config.addIn(
        ['scrape_configs'],
        config.createNode({ job_name: 'shop', static_configs: [{ targets: [page.target] }] }),
      );
    },
  });
  page = await startMetricsPage(proof.own, [
    { series: 'orders_total', kind: 'counter', good: 1, below: 1, bad: 1 },
  ]);
  await proof.start();
  await new Promise<void>((resolve) => traces.listen(9098, proof.own, resolve));
  await makeCollection('items');
  shop = await startApp('app', 'shop');
  leaking = await startApp('websocket-service', 'leaking', {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://${proof.own}:9098/v1/traces`,
    OTEL_BSP_MAX_QUEUE_SIZE: '20',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '10',
  });
  traffic = Promise.all([
    repeat(spansOfServices),
    // Several at once, and none waits for another: one request is slow on purpose.
    ...Array.from({ length: 4 }, () => repeat(orders(shop))),
    repeat(orders(leaking)),
    repeat(async () => (await qdrant('POST', QUERY, { query: [1, 0, 0] })).arrayBuffer()),
  ]);
  await proof.stack.prometheus.waitFor('service:requests:rate5m{service_name="quiet"}', (rate) => rate > 0);
});
afterAll(async () => {
  wanted = false;
  await proof?.stop();
  await traffic;
  await page?.close();
  traces.close();
  traces.closeAllConnections();
});

const ofService = (alertname: string, service_name: string) => ({ alertname, service_name });

it('services, spans and the SDK', { timeout: 280_000 }, async () => {
  await sideBySide(
    proof.provoke(
      ['ServiceErrorBudgetBurnFast', 'ServiceErrorBudgetBurnSteady', 'ServiceErrorBudgetBurnSlow'].map(
        (name) => ofService(name, 'burning'),
      ),
      'fail: half of the spans of a service',
      undefined,
      async () => {
        await proof.inhibited(ofService('ServiceErrorBudgetBurnSlow', 'burning'), 'the faster ones');
        cause.burning = false;
      },
    ),
    proof.provoke(
      [ofService('ServiceSlow', 'slow')],
      'slow: requests of 20 s',
      undefined,
      () => (cause.slow = false),
    ),
    proof.provoke(
      [ofService('ServiceSlowerThanUsual', 'slower')],
      'slow: from 20 ms to 2 s',
      async () => {
        const usual =
          'avg_over_time(service:duration_seconds:quantile_rate5m{quantile="0.95",service_name="slower"}[10s] offset 28s)';
        await proof.stack.prometheus.waitFor(usual, (seconds) => seconds > 0);
        cause.slower = true;
      },
      () => (cause.slower = false),
    ),
    proof.provoke(
      ['SpanMetricsOverLimit'],
      'fill: SERIES_LIMIT of 100',
      undefined,
      () => (cause.wide = false),
    ),
    proof.provoke(
      [ofService('ServiceWithoutTraffic', 'quiet')],
      'kill: a service sends no more',
      () => (cause.quiet = true),
      () => (cause.quiet = false),
    ),
    proof.provoke(
      ['SdkDroppingSpans', 'SdkQueueNearlyFull'].map((name) => ofService(name, 'leaking')),
      'fail: an app with room for 20 spans, whose endpoint answers 503',
      () => (tracesStatus = 503),
      () => (tracesStatus = 200),
    ),
    (async () => {
      await proof.provoke(
        ['QdrantRateLimited'],
        'fail: Qdrant answers 429',
        () => faults('PUT', { path: QUERY, answer: { status: 429 } }),
        () => faults('DELETE'),
      );
      await proof.provoke(
        ['QdrantRestErrors', { alertname: 'QdrantClientErrors', db_collection_name: 'items' }],
        'fail: Qdrant answers 503',
        () => faults('PUT', { path: QUERY, answer: { status: 503 } }),
        async () => {
          await proof.inhibited(
            { alertname: 'QdrantClientErrors', db_collection_name: 'items' },
            'QdrantRestErrors',
          );
          await faults('DELETE');
        },
      );
      await proof.provoke(
        ['QdrantRestSearchSlow', { alertname: 'QdrantClientSearchSlow', db_collection_name: 'items' }],
        'slow: Qdrant waits 2 s',
        () => faults('PUT', { path: QUERY, delayMs: 2000 }),
        async () => {
          await proof.inhibited('QdrantClientSearchSlow', 'QdrantRestSearchSlow');
          await faults('DELETE');
        },
      );
    })(),
  );
});

it('programs killed; one cause pages once', { timeout: 280_000 }, async () => {
  await sideBySide(
    proof.provoke(
      ['QdrantDown'],
      'kill',
      () => proof.stack.qdrant.stop('SIGKILL'),
      async () => {
        await proof.inhibited({ alertname: 'QdrantClientErrors', db_collection_name: 'items' }, 'QdrantDown');
        await proof.stack.qdrant.start();
        await makeCollection('items');
      },
    ),
    proof.provoke(
      [ofService('ServiceStoppedReporting', 'leaking')],
      'kill an app that pushes its metrics',
      () => leaking.stop('SIGKILL'),
      () => leaking.start(),
    ),
  );
  await proof.provoke(
    [{ alertname: 'ServiceDown', job: 'shop' }],
    'kill a service that is scraped',
    () => page.close(),
    () => page.open(),
  );
  await proof.provoke(
    [],
    'kill the collector',
    () => proof.stack.collector.stop('SIGKILL'),
    async () => {
      await proof.inhibited('ServiceWithoutTraffic', 'CollectorDown');
      await proof.inhibited('ServiceStoppedReporting', 'CollectorDown');
      await proof.stack.collector.start();
    },
  );
  proof.expectProven('services');
});
