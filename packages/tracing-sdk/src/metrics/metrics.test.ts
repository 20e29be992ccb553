/** What `initTracing('…', { metrics: … })` sends, with real requests and a real backend. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { metrics as metricsApi, trace } from '@opentelemetry/api';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { initTracing } from '../init-tracing.ts';
import type { Tracing, TracingOptions } from '../types.ts';
import { type MetricsBackend, startMetricsBackend } from './metrics-backend.fixture.ts';

let backend: MetricsBackend;
let tracing: Tracing;
const closing: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  await tracing?.shutdown();
  for (const close of closing.splice(0)) await close();
});

async function start(options: TracingOptions = {}): Promise<void> {
  backend = await startMetricsBackend();
  closing.push(() => backend.close());
  tracing = initTracing('shop', {
    endpoint: backend.url,
    protocol: 'http/json',
    logLevel: 'none',
    instrumentations: ['auto'],
    metrics: true,
    ...options,
  });
}

async function serve(handler: http.RequestListener): Promise<string> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A URL at which nobody listens any more. */
async function closedPort(): Promise<string> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}/`;
}

const get = (url: string): Promise<void> =>
  new Promise((resolve) => {
    const request = http.get(url, (response) => response.resume().on('end', resolve));
    request.on('error', () => resolve());
  });

describe('HTTP', () => {
  test('durations of server and client by the stable conventions, with the trace of one of them', async () => {
    await start();
    const url = await serve((request, response) => {
      response.statusCode = request.url === '/broken' ? 500 : 200;
      response.end();
    });
    await get(`${url}/orders?token=abc`);
    await get(`${url}/orders`);
    await get(`${url}/broken`);
    await fetch(`${url}/orders`).then((response) => response.text());
    await tracing.flush();

    const server = backend.metric('http.server.request.duration');
    expect(server).toMatchObject({ kind: 'histogram', unit: 's', temporality: 2 });
    expect(server.points.map(({ attributes, count }) => ({ ...attributes, count }))).toEqual([
      {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'http.response.status_code': 200,
        count: 3,
      },
      {
        'http.request.method': 'GET',
        'url.scheme': 'http',
        'network.protocol.version': '1.1',
        'http.response.status_code': 500,
        'error.type': '500',
        count: 1,
      },
    ]);
    expect(server.points[0]?.bounds).toEqual([
      0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
    ]);
    expect(server.points.every(({ sum, count }) => sum > 0 && sum < count * 10)).toBe(true);

    const client = backend.metric('http.client.request.duration');
    const { port } = new URL(url);
    expect(client.points.map(({ attributes, count }) => ({ ...attributes, count }))).toEqual([
      {
        'http.request.method': 'GET',
        'server.address': '127.0.0.1',
        'server.port': Number(port),
        'network.protocol.version': '1.1',
        'http.response.status_code': 200,
        count: 3,
      },
      {
        'http.request.method': 'GET',
        'server.address': '127.0.0.1',
        'server.port': Number(port),
        'network.protocol.version': '1.1',
        'http.response.status_code': 500,
        'error.type': '500',
        count: 1,
      },
    ]);

    const exported = new Set(backend.spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`));
    for (const point of [...server.points, ...client.points]) {
      expect(point.exemplars.length).toBeGreaterThan(0);
      for (const { traceId, spanId } of point.exemplars) expect(exported).toContain(`${traceId}/${spanId}`);
    }
  });

  test('requests whose trace is not kept count as well, probes and failures among them', async () => {
    await start({ sampleRatio: 0 });
    const url = await serve((_, response) => response.end());
    await get(`${url}/orders`);
    await get(`${url}/health`);
    await fetch(`${url}/orders`).then((response) => response.text());
    const nobody = await closedPort();
    await get(nobody);
    await fetch(nobody).catch(() => {});
    await tracing.flush();
    expect(backend.spans).toEqual([]);
    expect(backend.metric('http.server.request.duration').points.map(({ count }) => count)).toEqual([3]);
    const client = backend.metric('http.client.request.duration').points;
    expect(client.map(({ attributes, count }) => [attributes['error.type'], count])).toEqual([
      [undefined, 3],
      ['ECONNREFUSED', 2],
    ]);
    expect(client.flatMap(({ exemplars }) => exemplars)).toEqual([]);
    const started = backend.metric('otel.sdk.span.started').points;
    expect(started.map(({ attributes }) => attributes['otel.span.sampling_result'])).toEqual(['DROP']);
  });

  test('a client that goes away is told by its kind', async () => {
    await start();
    let hangUp = (): void => {};
    const url = await serve(() => hangUp());
    await new Promise<void>((resolve) => {
      const request = http.get(`${url}/slow`);
      request.on('error', () => {});
      request.on('close', resolve);
      hangUp = () => request.destroy();
    });
    await vi.waitFor(async () => {
      await tracing.flush();
      const [point] = backend.metric('http.server.request.duration').points;
      expect(point?.attributes).toMatchObject({ 'error.type': 'aborted' });
      expect(point?.attributes).not.toHaveProperty('http.response.status_code');
    });
  });
});

test('the runtime, the process and our own health', async () => {
  await start({ instrumentations: [] });
  for (let i = 0; i < 5; i++) tracing.tracer.startSpan('work').end();
  await tracing.flush();
  await tracing.flush();
  const value = (name: string): number => backend.metric(name).points[0]?.value as number;
  expect(value('process.uptime')).toBeCloseTo(process.uptime(), -1);
  expect(backend.metric('process.uptime')).toMatchObject({ kind: 'gauge', unit: 's' });
  expect(value('process.memory.usage')).toBeGreaterThan(1e7);
  expect(backend.metric('process.cpu.time').points.map(({ attributes }) => attributes['cpu.mode'])).toEqual([
    'user',
    'system',
  ]);
  expect(value('nodejs.eventloop.utilization')).toBeGreaterThan(0);
  expect(value('nodejs.eventloop.time')).toBeGreaterThan(0);
  const heap = backend.metric('v8js.memory.heap.used');
  expect(heap.points.map(({ attributes }) => attributes['v8js.heap.space.name'])).toContain('old_space');
  expect(value('otel.sdk.span.started')).toBe(5);
  expect(value('otel.sdk.exporter.span.exported')).toBe(5);
  expect(value('otel.sdk.processor.span.processed')).toBe(5);
  expect(value('otel.sdk.processor.span.queue.size')).toBe(0);
  expect(value('otel.sdk.processor.span.queue.capacity')).toBe(32_768);
  expect(backend.resource()).toMatchObject({ 'service.name': 'shop', 'telemetry.sdk.language': 'nodejs' });
});

test('event loop delay and garbage collection are seen', async () => {
  await start();
  await vi.waitFor(
    async () => {
      await tracing.flush();
      try {
        const all = backend.exports.flat();
        expect(all.filter(({ name }) => name === 'v8js.gc.duration')).not.toEqual([]);
        const delays = all.filter(({ name }) => name === 'nodejs.eventloop.delay.max');
        expect(Math.max(...delays.flatMap(({ points }) => points.map(({ value }) => value)))).toBeGreaterThan(
          0.04,
        );
      } finally {
        // Seen at the next look: the loop has to turn before it knows that it was held up.
        const until = performance.now() + 60;
        while (performance.now() < until) JSON.stringify(Array.from({ length: 1000 }, (_, i) => ({ i })));
      }
    },
    { timeout: 30_000 },
  );
});

test('spans that are dropped are told by reason', async () => {
  await start({ instrumentations: [], batch: { maxQueueSize: 2, scheduledDelayMillis: 60_000 } });
  for (let i = 0; i < 5; i++) tracing.tracer.startSpan('work').end();
  await tracing.flush();
  await tracing.flush();
  const processed = backend.metric('otel.sdk.processor.span.processed').points;
  expect(processed.map(({ attributes, value }) => [attributes['error.type'], value])).toEqual([
    [undefined, 2],
    ['queue_full', 3],
  ]);
});

describe("the app's own measurements", () => {
  test('reach the backend through the API, with exemplars and without secrets', async () => {
    await start();
    const meter = metricsApi.getMeter('app');
    meter.createCounter('orders').add(3, { payment: 'card', password: 'hunter2' });
    const size = meter.createHistogram('basket', { advice: { explicitBucketBoundaries: [1, 10] } });
    tracing.tracer.startActiveSpan('checkout', (span) => {
      size.record(5);
      size.record(7);
      size.record(1);
      span.end();
    });
    size.record(100);
    await tracing.flush();
    expect(backend.metric('orders').points[0]).toMatchObject({
      value: 3,
      attributes: { payment: 'card', password: '[REDACTED]' },
    });
    const [basket] = backend.metric('basket').points;
    expect(basket).toMatchObject({ count: 4, sum: 113, bounds: [1, 10] });
    // One a bucket, the last; none for what was measured outside of a trace.
    expect(basket?.exemplars.map(({ asDouble }) => asDouble)).toEqual([1, 7]);
    const checkout = backend.spans.find(({ name }) => name === 'checkout');
    expect(basket?.exemplars[0]).toMatchObject({ traceId: checkout?.traceId, spanId: checkout?.spanId });
    await tracing.flush();
    expect(backend.metric('basket').points[0]).toMatchObject({ count: 4, exemplars: [] });
  });

  test.each([
    ['always_on', 4],
    ['always_off', 0],
  ] as const)('exemplars %s', async (exemplars, expected) => {
    await start({ sampleRatio: 0, metrics: { exemplars } });
    const size = metricsApi.getMeter('app').createHistogram('basket', {
      advice: { explicitBucketBoundaries: [1, 2, 3] },
    });
    for (const value of [1, 2, 3, 4]) size.record(value);
    await tracing.flush();
    expect(backend.metric('basket').points[0]?.exemplars).toHaveLength(expected);
  });

  test.each([
    ['cumulative', [2, 5], 2],
    ['delta', [2, 3], 1],
  ] as const)('%s', async (temporality, sums, code) => {
    await start({ metrics: { temporality } });
    const orders = metricsApi.getMeter('app').createCounter('orders');
    for (const count of [2, 3]) {
      orders.add(count);
      await tracing.flush();
    }
    const told = backend.exports.flat().filter(({ name }) => name === 'orders');
    expect(told.map(({ points }) => points[0]?.value)).toEqual(sums);
    expect(told.map((metric) => metric.temporality)).toEqual([code, code]);
  });

  test('after shutdown they go nowhere, and nothing throws', async () => {
    await start();
    const counter = metricsApi.getMeter('app').createCounter('orders');
    counter.add(1);
    await tracing.shutdown();
    const { length } = backend.exports;
    counter.add(1);
    metricsApi.getMeter('late').createCounter('late').add(1);
    expect(backend.exports).toHaveLength(length);
    expect(backend.metric('orders').points[0]?.value).toBe(1);
  });
});

describe('the export', () => {
  test('comes by itself at the interval', async () => {
    await start({ metrics: { intervalMillis: 100 } });
    await backend.waitForExports(3);
  });

  test('while the backend fails it is said once; the totals come when it is back', async () => {
    const said: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
    try {
      await start({ logLevel: 'warn', metrics: { intervalMillis: 100 } });
      const orders = metricsApi.getMeter('app').createCounter('orders');
      backend.answer(400, 'no such tenant');
      orders.add(1);
      await vi.waitFor(() => expect(said.join('')).toContain('no such tenant'));
      orders.add(1);
      await tracing.flush();
      backend.answer(200);
      await backend.waitForExports(1);
      await vi.waitFor(() => expect(said.join('')).toContain('again'));
      expect(backend.metric('orders').points[0]?.value).toBe(2);
    } finally {
      vi.restoreAllMocks();
    }
    const lines = said.map((line) =>
      line.replaceAll(/http\S+ \(\S+ gzip\)/g, 'URL').replaceAll(/\d+ s/g, 'N s'),
    );
    expect(lines).toEqual([
      '[uat-tracing] warning: cannot deliver metrics to URL: HTTP 400 no such tenant; the totals are kept and go out with the next export, the app goes on\n',
      '[uat-tracing] warning: delivering metrics to URL again after N s\n',
    ]);
  });

  test('a request of ours is neither traced nor measured', async () => {
    await start();
    await tracing.flush();
    await tracing.flush();
    expect(backend.exports.flat().map(({ name }) => name)).not.toContain('http.client.request.duration');
  });

  test('without the option nothing is measured, and the API stays as it was', async () => {
    await start({ metrics: false });
    metricsApi.getMeter('app').createCounter('orders').add(1);
    trace.getTracer('app').startSpan('work').end();
    await tracing.flush();
    expect(backend.spans).toHaveLength(1);
    expect(backend.exports).toEqual([]);
    expect(tracing.describe()).toMatch(/metrics +off +option metrics/);
  });
});
