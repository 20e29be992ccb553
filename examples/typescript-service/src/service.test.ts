/** The service as a process, with real sockets. Needs the SDK's dist. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { startQdrantStandIn } from '@uat/qdrant-stand-in';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@uat/tracing-sdk/testing';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  becomes,
  closeAll,
  get,
  KEY,
  type Launched,
  launch as launchService,
  opened,
  openQdrant,
  type Running,
  start as startService,
  stop,
  withQdrant,
} from '../test/running-service.ts';

const SERVER = 1;

let receiver: OtlpReceiver;
let metrics: MetricsBackend;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  metrics = await startMetricsBackend();
  opened.push(receiver, metrics);
});
afterEach(closeAll);

const telemetry = () => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: metrics.url,
  OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'none',
});
const launch = (environment: Record<string, string>): Launched =>
  launchService({ ...telemetry(), ...environment });
const start = (environment: Record<string, string> = {}): Promise<Running> =>
  startService({ ...telemetry(), ...environment });

const order = (url: string, items: readonly string[]): Promise<number> =>
  fetch(`${url}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items, card: 'good' }),
  }).then(async (response) => {
    await response.arrayBuffer();
    return response.status;
  });

interface MetricsBackend {
  readonly url: string;
  /** Counts by metric name: of a histogram its measurements, of others their points. */
  readonly received: Map<string, number>;
  readonly services: Set<string>;
  close(): Promise<void>;
}

/** Takes metrics as OTLP in JSON, and keeps the last total of each. */
async function startMetricsBackend(): Promise<MetricsBackend> {
  const received = new Map<string, number>();
  const services = new Set<string>();
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    for (const { resource, scopeMetrics } of JSON.parse(text).resourceMetrics) {
      for (const { key, value } of resource.attributes)
        if (key === 'service.name') services.add(value.stringValue);
      for (const { name, ...data } of scopeMetrics.flatMap(
        (scope: { metrics: unknown[] }) => scope.metrics,
      )) {
        const { dataPoints } = data.histogram ?? data.sum ?? data.gauge;
        const counts = dataPoints.map((point: { count?: string | number }) => Number(point.count ?? 1));
        received.set(
          name,
          counts.reduce((sum: number, count: number) => sum + count, 0),
        );
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/metrics`,
    received,
    services,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const serverSpans = (name: string): readonly ReceivedSpan[] =>
  receiver.spans.filter((span) => span.kind === SERVER && span.name === name);

describe('telemetry', () => {
  test('spans and metrics of orders and searches arrive', async () => {
    const running = await start(withQdrant(await openQdrant()));
    await becomes(running.url, 200);
    expect(await order(running.url, ['A-17', 'FAR-4'])).toBe(200);
    const search = await get(`${running.url}/search/how are secrets masked`);
    expect(search).toMatchObject({ status: 200, body: { length: 3 } });
    const output = await stop(running);

    expect(output).toContain('tracing initialized: service=typescript-service');
    expect(output).not.toMatch(/warning/i);
    const [placed] = serverSpans('POST /orders');
    const stock = serverSpans('GET /stock/:sku');
    expect(stock.map(({ traceId }) => traceId)).toEqual([placed?.traceId, placed?.traceId]);
    const [asked] = serverSpans('GET /search/:question');
    const inQdrant = receiver.spans.find(({ name }) => name === 'query uat-docs');
    expect(inQdrant?.traceId).toBe(asked?.traceId);
    expect(receiver.spans.map(({ name }) => name)).toContain('index documentation');
    expect(new Set(receiver.spans.map(({ resource }) => resource.attributes['service.name']))).toEqual(
      new Set(['typescript-service']),
    );

    expect([...metrics.services]).toEqual(['typescript-service']);
    expect(metrics.received.get('http.server.request.duration')).toBeGreaterThanOrEqual(4);
    expect(metrics.received.get('db.client.operation.duration')).toBeGreaterThanOrEqual(3);
    expect(metrics.received.has('process.uptime')).toBe(true);
    expect(inspect(receiver.spans, { depth: Infinity, maxArrayLength: Infinity }) + output).not.toContain(
      KEY,
    );
  });

  test('health is no trace, and says no more than it must', async () => {
    const running = await start({ ...withQdrant(await openQdrant()), OTEL_SERVICE_NAME: 'shop' });
    await becomes(running.url, 200);
    expect(await get(`${running.url}/health`)).toEqual({ status: 200, body: { status: 'ok' } });
    await stop(running);
    expect(receiver.spans.filter(({ kind }) => kind === SERVER)).toEqual([]);
    expect([...metrics.services]).toEqual(['shop']);
  });

  test('its own traffic is as if from outside: errors, slow ones, no span of the client', async () => {
    const running = await start({ ...withQdrant(await openQdrant()), TRAFFIC_PER_SECOND: '50' });
    await receiver.waitForSpans(
      () =>
        serverSpans('POST /orders').length >= 20 &&
        serverSpans('GET /search/:question').length >= 5 &&
        serverSpans('GET /archive/:question').length >= 1,
      { timeoutMillis: 25_000 },
    );
    await stop(running);
    const orders = serverSpans('POST /orders');
    expect(orders.every(({ parentSpanId }) => (parentSpanId ?? '') === '')).toBe(true);
    const statuses = new Set(orders.map(({ attributes }) => attributes['http.response.status_code']));
    expect([...statuses].map(Number).sort()).toEqual([200, 402, 502]);
    expect(receiver.spans.some(({ attributes }) => attributes['stock.shelf'] === 'basement')).toBe(true);
  });
});

describe('SIGTERM', () => {
  test('answers what is under way, and delivers every span of it', async () => {
    const running = await start({ ...withQdrant(await openQdrant()), OTEL_BSP_SCHEDULE_DELAY: '20' });
    await becomes(running.url, 200);
    const answers = Promise.all(Array.from({ length: 20 }, () => order(running.url, ['FAR-1', 'A-17'])));
    // The first thing that an order does; the slow shelf then takes 450 ms.
    await receiver.waitForSpans(
      () => receiver.spans.filter(({ name }) => name === 'price cart').length === 20,
    );
    expect(serverSpans('POST /orders').length).toBeLessThan(20);
    const output = await stop(running);
    expect(await answers).toEqual(new Array(20).fill(200));
    expect(serverSpans('POST /orders')).toHaveLength(20);
    expect(serverSpans('GET /stock/:sku')).toHaveLength(40);
    expect(metrics.received.get('http.server.request.duration')).toBeGreaterThanOrEqual(60);
    const [, delivered, ended] = /stopped; (\d+) of (\d+) spans delivered/.exec(output) ?? [];
    expect(delivered).toBe(ended);
    expect(Number(delivered)).toBe(receiver.spans.length);
  });

  test('twice, and with a client that keeps its connection: the same', async () => {
    const running = await start({ ...withQdrant(await openQdrant()), TRAFFIC_PER_SECOND: '20' });
    await becomes(running.url, 200);
    const agent = new http.Agent({ keepAlive: true });
    const kept = http.get(`${running.url}/stock/FAR-9`, { agent });
    const answered = once(kept, 'response') as Promise<[http.IncomingMessage]>;
    await receiver.waitForSpans(() => serverSpans('POST /orders').length > 2);
    running.child.kill('SIGTERM');
    expect(await stop(running)).toMatch(/stopped; (\d+) of \1 spans delivered/);
    expect((await answered)[0].statusCode).toBe(200);
    agent.destroy();
  });
});

describe('Qdrant', () => {
  test('away at the start, up, away, and up again without what it had', async () => {
    const first = await startQdrantStandIn({ apiKey: KEY });
    const { port } = first;
    await first.close();
    const running = await start(withQdrant(first));
    const { url } = running;
    await vi.waitFor(async () =>
      expect(await get(`${url}/ready`)).toEqual({
        status: 503,
        body: { error: 'Qdrant does not do what it should: ECONNREFUSED' },
      }),
    );
    expect((await get(`${url}/health`)).status).toBe(200);
    expect((await get(`${url}/search/sampling`)).status).toBe(502);
    expect(await order(url, ['A-17'])).toBe(200);

    const second = await openQdrant(port);
    await becomes(url, 200);
    expect((await get(`${url}/search/sampling`)).status).toBe(200);

    await second.close();
    await becomes(url, 503);
    expect((await get(`${url}/search/sampling`)).status).toBe(502);

    await openQdrant(port);
    await becomes(url, 200);
    expect(await get(`${url}/search/sampling`)).toMatchObject({ status: 200, body: { length: 3 } });
    const output = await stop(running);
    // Not for every attempt.
    expect(output.match(/trying again/g)).toHaveLength(2);
    expect(output.match(/passages of documentation indexed/g)).toHaveLength(2);
  }, 60_000);

  test('with a wrong key: says so, and not the key', async () => {
    const running = await start({ ...withQdrant(await openQdrant()), QDRANT_API_KEY: 'wrong-key-17' });
    await vi.waitFor(async () => {
      const { status, body } = await get(`${running.url}/ready`);
      expect(status).toBe(503);
      expect(body.error).toMatch(/^Qdrant does not do what it should: .*(Unauthorized|Forbidden|api.?key)/i);
    });
    expect(await stop(running)).not.toContain('wrong-key-17');
  });
});

describe('wrong settings', () => {
  test.each([
    [
      { PORT: 'x', TRAFFIC_PER_SECOND: '99' },
      2,
      /^typescript-service: PORT is 'x'; .*\nTRAFFIC_PER_SECOND is '99'; /,
    ],
    [
      { HOST: '203.0.113.7' },
      2,
      /^typescript-service: HOST is '203\.0\.113\.7', which is no address of this machine/m,
    ],
    [
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'smoke' },
      2,
      /^typescript-service: .*OTEL_EXPORTER_OTLP_PROTOCOL.*smoke/ms,
    ],
  ])('%j: a sentence and %i', async (environment, code, sentence) => {
    const outcome = await launch(environment).ended;
    expect(outcome.output).toMatch(sentence);
    expect(outcome.output).not.toContain('    at ');
    expect(outcome.code).toBe(code);
  });

  test('a port that is taken: a sentence and 1', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, output } = await launch({ PORT: String(port) }).ended;
    other.close();
    expect(output).toContain(
      `typescript-service: PORT is ${port}, which another program has taken on 127.0.0.1.`,
    );
    expect(code).toBe(1);
  });
});
