import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { ReadableSpan } from '../otel-contract.ts';
import { finishedSpan } from '../testing/finished-span.ts';
import type { SendOutcome } from './batch-sink.ts';
import { createOtlpHttpSink, type OtlpHttpSinkOptions } from './otlp-http-sink.ts';
import { jsonEncoding, protobufEncoding } from './otlp-trace-encoding.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Got {
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly url: string | undefined;
}

/** A backend that answers as told, and what it got. */
async function backend(answer: http.RequestListener): Promise<{ url: string; got: Got[] }> {
  const got: Got[] = [];
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    got.push({ headers: request.headers, body: Buffer.concat(chunks), url: request.url });
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`, got };
}

function sink(url: string, options: Partial<OtlpHttpSinkOptions<readonly ReadableSpan[]>> = {}) {
  const created = createOtlpHttpSink({
    url,
    headers: {},
    encoding: protobufEncoding,
    compression: 'gzip',
    timeoutMillis: 5_000,
    maxConcurrentExports: 4,
    tls: {},
    ...options,
  });
  closing.push(() => created.shutdown());
  return created;
}

const spans = (count: number) =>
  Array.from({ length: count }, (_, index) => finishedSpan({ name: `span ${index}` }));

describe('what is sent', () => {
  test.each([
    { encoding: protobufEncoding, type: 'application/x-protobuf' },
    { encoding: jsonEncoding, type: 'application/json' },
  ])('$type, gzipped, with the configured headers', async ({ encoding, type }) => {
    const { url, got } = await backend((_, response) => response.end());
    const to = sink(url, { encoding, headers: { authorization: 'Bearer abc' } });
    const { payload, bytes } = to.encode(spans(50));
    expect(await to.send(payload)).toEqual({ kind: 'delivered', rejected: 0 });
    expect(got[0]).toMatchObject({
      url: '/v1/traces',
      headers: { 'content-type': type, 'content-encoding': 'gzip', authorization: 'Bearer abc' },
    });
    expect(gunzipSync(got[0]?.body as Buffer)).toHaveLength(bytes);
  });

  test('compression none, and small bodies, go as they are', async () => {
    const { url, got } = await backend((_, response) => response.end());
    const plain = sink(url, { compression: 'none' });
    await plain.send(plain.encode(spans(50)).payload);
    const small = sink(url);
    await small.send(small.encode(spans(1)).payload);
    expect(got.map(({ headers }) => headers['content-encoding'])).toEqual([undefined, undefined]);
  });

  test('connections are kept and used again', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await backend((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const to = sink(url);
    for (let i = 0; i < 5; i++) await to.send(to.encode(spans(1)).payload);
    expect(ports.size).toBe(1);
  });
});

test('a kept connection that the backend has closed meanwhile is no failure', async () => {
  let requests = 0;
  const { url, got } = await backend((request, response) => {
    // Answers the first request of each connection and cuts the connection at the second.
    requests++;
    if (requests === 2) request.socket.resetAndDestroy();
    else response.end();
  });
  const to = sink(url);
  for (let i = 0; i < 2; i++) {
    expect(await to.send(to.encode(spans(1)).payload)).toEqual({ kind: 'delivered', rejected: 0 });
  }
  expect(got).toHaveLength(3);
});

describe('what the answer means', () => {
  const answers: { name: string; answer: http.RequestListener; outcome: Partial<SendOutcome> | object }[] = [
    { name: '200', answer: (_, r) => r.end(), outcome: { kind: 'delivered', rejected: 0 } },
    {
      name: '202 with words',
      answer: (_, r) => r.writeHead(202).end('ok'),
      outcome: { kind: 'delivered', rejected: 0 },
    },
    {
      name: '200 with a web page',
      answer: (_, r) =>
        r.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<h1>Login</h1>'),
      outcome: {
        kind: 'refused',
        reason: 'HTTP 200 with a web page, so no OTLP receiver; check the endpoint',
      },
    },
    {
      name: 'partial success',
      // ExportTraceServiceResponse{partial_success{rejected_spans=3, error_message="old"}}
      answer: (_, r) => r.end(Buffer.from([0x0a, 7, 0x08, 3, 0x12, 3, ...Buffer.from('old')])),
      outcome: { kind: 'delivered', rejected: 3, message: 'old' },
    },
    {
      name: '429 with Retry-After',
      answer: (_, r) => r.writeHead(429, { 'retry-after': '7' }).end('slow down'),
      outcome: { kind: 'retry', reason: 'HTTP 429 slow down', retryAfterMillis: 7000 },
    },
    ...[408, 502, 503, 504].map((status) => ({
      name: String(status),
      answer: ((_, r) => r.writeHead(status).end()) as http.RequestListener,
      outcome: { kind: 'retry', reason: `HTTP ${status}` },
    })),
    {
      name: '400',
      answer: (_, r) => r.writeHead(400).end('bad\r\nthing'),
      outcome: { kind: 'refused', reason: 'HTTP 400 bad thing' },
    },
    {
      name: '404 of something that is no receiver',
      answer: (_, r) => r.writeHead(404).end(),
      outcome: { kind: 'refused', reason: expect.stringContaining('4318') },
    },
    {
      name: 'a redirect, which is not followed',
      answer: (_, r) => r.writeHead(302, { location: 'http://elsewhere.invalid' }).end(),
      outcome: { kind: 'refused', reason: expect.stringContaining('redirects are not followed') },
    },
    {
      name: 'a binary error body',
      answer: (_, r) => r.writeHead(500).end(Buffer.from([0, 1, 2, 255])),
      outcome: { kind: 'refused', reason: 'HTTP 500' },
    },
    {
      name: 'a cut connection',
      answer: (request) => request.socket.destroy(),
      outcome: { kind: 'retry', reason: 'socket hang up' },
    },
    {
      name: 'a connection cut in the middle of the answer',
      answer: (request, r) => {
        r.writeHead(200, { 'content-length': '100' });
        r.write('half', () => request.socket.destroy());
      },
      outcome: { kind: 'retry' },
    },
  ];
  test.each(answers)('$name', async ({ answer, outcome }) => {
    const { url } = await backend(answer);
    const to = sink(url);
    expect(await to.send(to.encode(spans(1)).payload)).toMatchObject(outcome);
  });

  test('no answer within the time-out', async () => {
    const { url } = await backend(() => {});
    const to = sink(url, { timeoutMillis: 30 });
    expect(await to.send(to.encode(spans(1)).payload)).toEqual({
      kind: 'retry',
      reason: 'no answer within 30 ms',
    });
  });

  test('nobody listens', async () => {
    const to = sink('http://127.0.0.1:1/v1/traces');
    expect(await to.send(to.encode(spans(1)).payload)).toMatchObject({
      kind: 'retry',
      unreachable: true,
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('an endless answer is not kept', async () => {
    const { url } = await backend((_, response) => {
      response.writeHead(400);
      response.end('x'.repeat(5_000_000));
    });
    const to = sink(url);
    const outcome = await to.send(to.encode(spans(1)).payload);
    expect((outcome as { reason: string }).reason.length).toBeLessThan(300);
  });
});

test('a batch is delivered without an event loop, compressed or not', async () => {
  const { url, got } = await remoteBackend();
  const to = sink(url, { headers: { authorization: 'Bearer abc' } });
  const payloads = [to.encode(spans(2)).payload, to.encode(spans(100)).payload];
  expect(to.sendAtExit?.(payloads, 5_000)).toMatchObject({ delivered: [true, true] });
  expect(await got()).toEqual([
    { authorization: 'Bearer abc', encoding: null },
    { authorization: 'Bearer abc', encoding: null },
  ]);
});

test('without an event loop, a web page is no delivery', async () => {
  const { url } = await remoteBackend();
  const to = sink(new URL('/login', url).href);
  expect(to.sendAtExit?.([to.encode(spans(1)).payload], 5_000)).toEqual({
    delivered: [false],
    reason: 'HTTP 200 with a web page, so no OTLP receiver',
  });
});

test('without an event loop and without a backend, the loss is reported', () => {
  const to = sink('http://127.0.0.1:1/v1/traces');
  expect(to.sendAtExit?.([to.encode(spans(1)).payload], 5_000)).toEqual({
    delivered: [false],
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

/** A backend in a process of its own: this one is blocked while the courier runs. */
async function remoteBackend(): Promise<{ url: string; got: () => Promise<object[]> }> {
  const { spawn } = await import('node:child_process');
  const child = spawn(process.execPath, [
    '-e',
    `const got = []; const http = require('node:http');
     const server = http.createServer((q, r) => {
       if (q.method === 'GET') return r.end(JSON.stringify(got));
       q.resume().on('end', () => { got.push({ authorization: q.headers.authorization, encoding: q.headers['content-encoding'] ?? null }); if (q.url === '/login') r.setHeader('content-type', 'text/html'); r.end(); });
     }).listen(0, '127.0.0.1', () => console.log(server.address().port));`,
  ]);
  closing.push(() => void child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${line.toString().trim()}/v1/traces`;
  return { url, got: async () => (await fetch(url)).json() as Promise<object[]> };
}
