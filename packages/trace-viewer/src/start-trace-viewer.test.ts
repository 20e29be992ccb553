import { once } from 'node:events';
import http from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { SpanKind } from '@opentelemetry/api';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, test } from 'vitest';
import { startTraceViewer, type TraceViewer, type TraceViewerOptions } from './start-trace-viewer.ts';
import { toOtlpJson } from './traces/otlp-json.ts';
import { receivedSpan, type SpanParts } from './traces/received-span.fixture.ts';
import type {
  Comparison,
  OperationRow,
  ServiceMapView,
  SpanDetail,
  TraceDetail,
  TraceListing,
} from './wire/api.ts';

const open: TraceViewer[] = [];
afterEach(async () => {
  for (const viewer of open.splice(0)) await viewer.close();
});

async function start(options: TraceViewerOptions = {}): Promise<TraceViewer> {
  const viewer = await startTraceViewer({ port: 0, ...options });
  open.push(viewer);
  return viewer;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const ORDER: readonly SpanParts[] = [
  { id: '1', name: 'POST /orders', kind: 1, ms: 60, failed: true, attributes: { 'http.route': '/orders' } },
  { id: '2', parent: '1', name: 'GET', kind: 2, at: 5, ms: 40, failed: true },
  {
    id: '3',
    parent: '2',
    name: 'GET /stock',
    kind: 1,
    service: 'inventory',
    at: 6,
    ms: 30,
    exception: ['ShelfError', 'gone'],
  },
];

function otlp(parts: readonly SpanParts[]): string {
  return JSON.stringify(toOtlpJson(parts.map(receivedSpan)));
}

async function send(
  viewer: TraceViewer,
  body: BodyInit,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${viewer.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
}

async function get<Data>(viewer: TraceViewer, path: string): Promise<Data> {
  const response = await fetch(`${viewer.url}${path}`);
  expect(response.status, path).toBe(200);
  return (await response.json()) as Data;
}

describe('receives', () => {
  test.each([
    ['protobuf', ProtobufExporter, 'none'],
    ['protobuf, gzip', ProtobufExporter, 'gzip'],
    ['JSON', JsonExporter, 'none'],
    ['JSON, gzip', JsonExporter, 'gzip'],
  ] as const)('the stock exporter in %s', async (_, Exporter, compression) => {
    const viewer = await start();
    const exporter = new Exporter({ url: `${viewer.url}/v1/traces`, compression: compression as never });
    const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
    const span = provider
      .getTracer('shop')
      .startSpan('POST /orders', { kind: SpanKind.SERVER, attributes: { items: 3, tags: ['a', 'b'] } });
    span.addEvent('cart priced', { total: 1.5 });
    span.recordException(new TypeError('no card'));
    span.setStatus({ code: 2, message: 'declined' }).end();
    await provider.forceFlush();
    const { spans } = await viewer.waitForTrace('operation:"POST /orders" status:error items=3');
    expect(spans[0]).toMatchObject({
      name: 'POST /orders',
      kind: SpanKind.SERVER,
      attributes: { items: 3, tags: ['a', 'b'] },
      status: { code: 2, message: 'declined' },
      instrumentationScope: { name: 'shop' },
    });
    expect(spans[0]?.events.map(({ name }) => name)).toEqual(['cart priced', 'exception']);
    await provider.shutdown();
  });

  test('exports of metrics and logs are taken and not kept', async () => {
    const viewer = await start();
    for (const signal of ['metrics', 'logs']) {
      const response = await fetch(`${viewer.url}/v1/${signal}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(response.status).toBe(200);
    }
    expect(viewer.status()).toMatchObject({ ignored: 2, spans: 0, refused: 0 });
  });
});

test('an app in the browser, on another port of this machine, may send spans and read nothing', async () => {
  const viewer = await start();
  const origin = 'http://localhost:3000';
  const asked = await fetch(`${viewer.url}/v1/traces`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, origin]);
  expect(asked.headers.get('access-control-allow-headers')).toBe('content-type');
  const sent = await send(viewer, otlp(ORDER), { origin });
  expect([sent.status, sent.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
  const read = await fetch(`${viewer.url}/api/traces`, { headers: { origin } });
  expect(read.headers.get('access-control-allow-origin')).toBeNull();
  const foreign = await fetch(`${viewer.url}/v1/traces`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example' },
  });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

describe('refuses, says why and stores nothing', () => {
  const json = { 'content-type': 'application/json' };
  test.each<[string, number, string, BodyInit, Record<string, string>]>([
    ['text that is no JSON', 400, 'malformed JSON', 'hello', json],
    ['JSON that is no OTLP', 400, 'resourceSpans must be an array', '{"resourceSpans": 3}', json],
    ['a trace id that is none', 400, 'traceId', otlp(ORDER).replaceAll(TRACE, 'xyz'), json],
    ['cut protobuf', 400, '', new Uint8Array([0x0a, 0x7f, 1]), { 'content-type': 'application/x-protobuf' }],
    ['broken gzip', 400, 'the body is not gzip', 'not gzip', { ...json, 'content-encoding': 'gzip' }],
    [
      'an unknown encoding',
      415,
      'is not known; use gzip, deflate or none',
      'x',
      { ...json, 'content-encoding': 'br' },
    ],
    ['another content type', 415, 'Content-Type must be', 'x', { 'content-type': 'text/plain' }],
    ['a body that is too large', 413, 'larger than 20000 bytes', 'x'.repeat(20_001), json],
    [
      'a bomb',
      413,
      'larger than 20000 bytes',
      gzipSync('x'.repeat(1_000_000)),
      { ...json, 'content-encoding': 'gzip' },
    ],
    ['a page of another site', 403, 'Origin', otlp(ORDER), { ...json, origin: 'https://evil.example' }],
  ])('%s: %i', async (_, status, message, body, headers) => {
    const viewer = await start({ maxBodyBytes: 20_000 });
    const response = await send(viewer, body, headers);
    expect(response.status).toBe(status);
    expect(await response.text()).toContain(message);
    expect(viewer.status()).toMatchObject({ spans: 0, refused: 1 });
    expect(viewer.status().lastRefusal).toContain(String(status));
    // It goes on.
    expect((await send(viewer, otlp(ORDER).slice(0, 19_000))).status).toBe(200);
    expect(viewer.status().spans).toBe(3);
  });

  test.each(['/', '/api/traces', '/v1/traces', '/api/live'])(
    'a name that is not this machine, on %s (DNS rebinding)',
    async (path) => {
      const viewer = await start();
      const request = http.get(`${viewer.url}${path}`, { headers: { host: 'evil.example' } });
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      expect(response.statusCode).toBe(403);
      request.destroy();
    },
  );

  test('a name that was allowed is none of these', async () => {
    const viewer = await start({ allowedHosts: ['host.docker.internal'] });
    const request = http.get(viewer.url, { headers: { host: 'host.docker.internal:4318' } });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(response.statusCode).toBe(200);
    request.destroy();
  });

  test('the page of another local server', async () => {
    const viewer = await start();
    for (const headers of [{ 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'cross-site' }]) {
      expect((await fetch(`${viewer.url}/api/status`, { headers })).status).toBe(403);
    }
    const form = await fetch(`${viewer.url}/api/clear`, { method: 'POST', body: 'x' });
    expect(form.status).toBe(415);
  });

  test('one connection too many: nothing crashes, and the page says so', async () => {
    const viewer = await start({ maxConnections: 1 });
    const first = connect(viewer.port, '127.0.0.1');
    await once(first, 'connect');
    const second = connect(viewer.port, '127.0.0.1');
    second.on('error', () => {});
    await once(second, 'close');
    expect(viewer.status()).toMatchObject({ refused: 1, lastRefusal: 'too many connections: 1 are open' });
    first.end();
    await once(first, 'close');
    expect((await send(viewer, otlp(ORDER))).status).toBe(200);
  });

  test('what is not HTTP', async () => {
    const viewer = await start();
    const socket = connect(viewer.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.resume();
    socket.end('\x16\x03\x01 this is TLS\r\n\r\n');
    await once(socket, 'close');
    expect((await send(viewer, otlp(ORDER))).status).toBe(200);
  });
});

describe('answers the page', () => {
  test('the list, found by what is searched for', async () => {
    const viewer = await start();
    await send(viewer, otlp(ORDER));
    await send(
      viewer,
      otlp([
        {
          id: '9',
          name: 'GET /search',
          kind: 1,
          service: 'search',
          ms: 5,
          at: 1000,
          traceId: 'b'.repeat(32),
        },
      ]),
    );
    const names = async (query: string): Promise<string[]> =>
      (await get<TraceListing>(viewer, `/api/traces?${query}`)).rows.map(({ operation }) => operation);
    expect(await names('')).toEqual(['GET /search', 'POST /orders']);
    expect(await names('sort=oldest')).toEqual(['POST /orders', 'GET /search']);
    expect(await names('sort=longest')).toEqual(['POST /orders', 'GET /search']);
    expect(await names('q=shelferror')).toEqual(['POST /orders']);
    expect(await names('q=-status:error')).toEqual(['GET /search']);
    expect(await names('upTo=1')).toEqual(['POST /orders']);
    expect(await names('limit=1&offset=1')).toEqual(['POST /orders']);
    const { rows, matched, total } = await get<TraceListing>(viewer, '/api/traces?q=service:inventory');
    expect({ matched, total }).toEqual({ matched: 1, total: 2 });
    expect(rows[0]).toMatchObject({
      spans: 3,
      failedSpans: 3,
      duration: 60e6,
      services: [
        ['checkout', 2],
        ['inventory', 1],
      ],
    });
  });

  test('a trace, a span, its search, its copies', async () => {
    const viewer = await start();
    await send(viewer, otlp(ORDER));
    const detail = await get<TraceDetail>(viewer, `/api/traces/${TRACE}`);
    expect(detail.spans.map(({ name }) => name)).toEqual(['POST /orders', 'GET', 'GET /stock']);
    expect(detail.firstFailure).toBe(2);
    const span = await get<SpanDetail>(viewer, `/api/traces/${TRACE}/spans/0000000000000003`);
    expect(span.events[0]?.attributes).toContainEqual({
      key: 'exception.message',
      value: 'gone',
      type: 'string',
    });
    expect(await get(viewer, `/api/traces/${TRACE}/matches?q=shelferror`)).toEqual(['0000000000000003']);
    expect(await get(viewer, `/api/traces/${TRACE}/otlp.json`)).toEqual(JSON.parse(otlp(ORDER)));
    const text = await (await fetch(`${viewer.url}/api/traces/${TRACE}/waterfall.txt`)).text();
    expect(text).toContain('ShelfError: gone');
  });

  test('a span that ends before it starts took no time, and says why', async () => {
    const viewer = await start();
    await send(viewer, otlp([{ id: '1', ms: -5, kind: 1 }]));
    const { rows, points } = await get<TraceListing>(viewer, '/api/traces');
    expect([rows[0]?.duration, points[0]?.duration]).toEqual([0, 0]);
    expect((await get<TraceDetail>(viewer, `/api/traces/${TRACE}`)).spans[0]?.duration).toBe(0);
    expect(await get<SpanDetail>(viewer, `/api/traces/${TRACE}/spans/0000000000000001`)).toMatchObject({
      duration: 0,
      endsBeforeStart: 5e6,
    });
    expect((await get<TraceListing>(viewer, '/api/traces?q=duration:>=0ms')).matched).toBe(1);
  });

  test('figures weighted by ot=th, the map and databases', async () => {
    const viewer = await start({ quietMillis: 1 });
    const parts: SpanParts[] = ORDER.map((part) => ({ ...part, traceState: 'ot=th:c' }));
    await send(
      viewer,
      otlp([
        ...parts,
        {
          id: '4',
          parent: '1',
          name: 'query docs',
          kind: 2,
          ms: 8,
          attributes: {
            'db.system.name': 'qdrant',
            'db.operation.name': 'query',
            'db.collection.name': 'docs',
            'qdrant.server.duration': 0.002,
            'db.response.returned_rows': 7,
          },
        },
      ]),
    );
    const rows = await get<OperationRow[]>(viewer, '/api/operations?window=1');
    expect(rows.map(({ labels, calls, failed }) => [labels.operation, calls, failed])).toEqual([
      ['POST /orders', 4, 1],
      ['GET /stock', 4, 1],
    ]);
    const [query] = await get<Record<string, unknown>[]>(viewer, '/api/databases');
    expect(query).toMatchObject({
      labels: { system: 'qdrant', operation: 'query', collection: 'docs', service: 'checkout' },
      calls: 1,
      rows: 7,
    });
    expect(Number(query?.serverP50) / 2e6).toBeCloseTo(1, 1);
    viewer.finishAll();
    const { edges, nodes } = await get<ServiceMapView>(viewer, '/api/map');
    expect(edges.map(({ labels, calls }) => [labels.from, labels.to, labels.toKind, calls]).sort()).toEqual([
      ['checkout', 'inventory', 'service', 4],
      ['checkout', 'qdrant', 'database', 1],
    ]);
    expect(nodes.map(({ name }) => name).sort()).toEqual(['checkout', 'inventory', 'qdrant']);
  });

  test('two traces laid over each other', async () => {
    const viewer = await start();
    await send(viewer, otlp(ORDER));
    await send(viewer, otlp(ORDER.map((part) => ({ ...part, traceId: 'b'.repeat(32) }))));
    const { rows } = await get<Comparison>(viewer, `/api/compare/${TRACE}/${'b'.repeat(32)}`);
    expect(rows).toHaveLength(3);
  });

  test.each([
    ['/api/traces?q=status:bad', 400, "status is error, ok or unset; got 'bad'"],
    ['/api/traces?sort=up', 400, 'sort must be one of newest, oldest, longest, shortest, spans; got "up"'],
    ['/api/traces?limit=0', 400, 'limit must be a whole number from 1 to 500; got "0"'],
    ['/api/traces?offset=-1', 400, 'offset must be a whole number from 0 to 1000000000; got "-1"'],
    ['/api/operations?window=7', 400, 'window must be one of 1, 5, 15; got "7"'],
    ['/api/traces/aa', 404, 'trace aa is not here: it has not come, or had to make room for newer ones'],
    ['/api/compare/aa/bb', 404, 'trace aa is not here: it has not come, or had to make room for newer ones'],
    ['/api/nothing', 404, 'there is no GET /api/nothing'],
    ['/nothing', 404, 'there is no /nothing; the page is at /'],
    ['/assets/../package.json', 404, 'there is no /package.json; the page is at /'],
    ['//evil.example/', 404, 'there is no //evil.example/; the page is at /'],
  ])('%s: %i', async (path, status, message) => {
    const viewer = await start();
    const request = http.get({ host: '127.0.0.1', port: viewer.port, path });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let body = '';
    for await (const chunk of response) body += String(chunk);
    expect([response.statusCode, JSON.parse(body)]).toEqual([status, { message }]);
  });

  test.each(['/', '/trace/abc', '/services', '/assets/page.js', '/api/status', '/api/nothing'])(
    '%s: nothing from elsewhere, nothing inline',
    async (path) => {
      const viewer = await start();
      const { headers } = await fetch(`${viewer.url}${path}`);
      expect(headers.get('content-security-policy')).toContain(
        "default-src 'none'; script-src 'self'; style-src 'self'",
      );
      expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*|data:|https?:/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  test('live: a change is told', async () => {
    const viewer = await start();
    const response = await fetch(`${viewer.url}/api/live`);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let text = '';
    const until = async (wanted: string): Promise<void> => {
      while (!text.includes(wanted)) text += Buffer.from((await reader.read()).value ?? []).toString();
    };
    await until('"spans":0');
    await send(viewer, otlp(ORDER));
    await until('"spans":3');
    await viewer.close();
    expect((await reader.read().catch(() => ({ done: true }))).done).toBe(true);
  });

  test('a file: one document, lines, and what is neither', async () => {
    const viewer = await start();
    const post = async (body: string): Promise<[number, unknown]> => {
      const response = await fetch(`${viewer.url}/api/import`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return [response.status, await response.json()];
    };
    const other = otlp(ORDER.map((part) => ({ ...part, traceId: 'b'.repeat(32) })));
    expect(await post(JSON.stringify(JSON.parse(otlp(ORDER)), null, 2))).toEqual([
      200,
      { spans: 3, traces: 1, traceId: TRACE },
    ]);
    expect(await post(`${otlp(ORDER)}\n${other}\n`)).toMatchObject([200, { spans: 6, traces: 2 }]);
    expect(await post(`${otlp(ORDER)}\n{"resourceSpans":7}`)).toEqual([
      400,
      { message: 'line 2: resourceSpans must be an array, got 7' },
    ]);
    expect(await post('')).toMatchObject([400, { message: expect.stringContaining('the file is empty') }]);
    expect(await post('{}')).toMatchObject([
      400,
      { message: expect.stringContaining('the file has no spans') },
    ]);
    // Looked at, not counted.
    expect(await get(viewer, '/api/operations')).toEqual([]);
    expect((await get<TraceListing>(viewer, '/api/traces?q=from:file')).matched).toBe(2);
  });
});

test('memory is bounded, and the status says what went', async () => {
  const viewer = await start({ maxSpans: 30 });
  for (let i = 0; i < 20; i++) {
    await send(viewer, otlp(ORDER.map((part) => ({ ...part, traceId: i.toString(16).padStart(32, 'c') }))));
  }
  expect(viewer.status()).toMatchObject({
    spans: 30,
    traces: 10,
    evictedTraces: 10,
    evictedSpans: 30,
    receivedSpans: 60,
  });
});

test('waitForTrace: also one that is there; in time, or an error that says what came', async () => {
  const viewer = await start();
  const waiting = viewer.waitForTrace('service:inventory status:error');
  await send(viewer, otlp(ORDER));
  expect((await waiting).spans).toHaveLength(3);
  expect((await viewer.waitForTrace('service:inventory')).traceId).toBe(TRACE);
  await expect(viewer.waitForTrace('service:nobody', { timeoutMillis: 20 })).rejects.toThrow(
    "no trace matched 'service:nobody' in 20 ms; 1 traces with 3 spans came",
  );
  await expect(viewer.waitForTrace('status:bad')).rejects.toThrow("status is error, ok or unset; got 'bad'");
  const given = viewer.waitForTrace('service:nobody');
  const outcome = expect(given).rejects.toThrow('was given up');
  await viewer.close();
  await outcome;
});

test('a port that is taken: says so', async () => {
  const viewer = await start();
  await expect(startTraceViewer({ port: viewer.port })).rejects.toMatchObject({
    code: 'EADDRINUSE',
    message: `the trace viewer cannot listen on 127.0.0.1:${viewer.port}: something else listens there already; port 0 takes a free one`,
  });
});
