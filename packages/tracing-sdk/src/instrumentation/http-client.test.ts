import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
  request,
} from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { describe, expect, it } from 'vitest';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import { clientSpan, echoHeaders, send, serve, servers, tracer, tracing } from './http-client.fixture.ts';
import { listen, stop, TLS_CLIENT, TLS_SERVER, TRACEPARENT, traceparentOf } from './http-tracing.fixture.ts';

describe('a request', () => {
  it('becomes a span under the active one, and the server is told', async () => {
    const port = await serve(echoHeaders);
    const parent = tracer.startSpan('parent');
    const body = await context.with(trace.setSpan(ROOT_CONTEXT, parent), send, undefined, {
      port,
      path: '/a?b=c',
    });
    const [span] = await tracing.ended(1);
    assertSpan(span, clientSpan(port, { 'url.full': `http://localhost:${port}/a?b=c` }, { parent }));
    expect((JSON.parse(body) as IncomingHttpHeaders).traceparent).toBe(traceparentOf(span));
  });

  it('without an active span starts a trace', async () => {
    const port = await serve(echoHeaders);
    await send({ port, method: 'PROPFIND' });
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(
        port,
        { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
        { name: 'HTTP', parent: null },
      ),
    );
  });

  it.each<[string, RequestOptions, (port: number) => ExpectedSpan['attributes']]>([
    ['with a password', { auth: 'me:pw' }, () => ({})],
    [
      'with a signature',
      { path: '/o?sig=abc' },
      (port) => ({ 'url.full': `http://localhost:${port}/o?sig=REDACTED` }),
    ],
    [
      'to an address',
      { host: '127.0.0.1' },
      (port) => ({ 'url.full': `http://127.0.0.1:${port}/`, 'server.address': '127.0.0.1' }),
    ],
    [
      'with a Host header of its own',
      { headers: { host: 'shop.example' } },
      () => ({ 'url.full': 'http://shop.example/', 'server.address': 'shop.example', 'server.port': 80 }),
    ],
    [
      'with headers as a list',
      { headers: ['Host', 'shop.example:81'] as never },
      () => ({ 'url.full': 'http://shop.example:81/', 'server.address': 'shop.example', 'server.port': 81 }),
    ],
    [
      'to a proxy',
      { path: 'http://me:pw@shop.example/a' },
      () => ({ 'url.full': 'http://shop.example/a', 'server.address': 'shop.example', 'server.port': 80 }),
    ],
  ])('%s', async (_, options, attributes) => {
    const port = await serve(echoHeaders);
    await send({ port, ...options });
    assertSpan((await tracing.ended(1))[0], clientSpan(port, attributes(port)));
  });

  it.each<[string, RequestOptions]>([
    ['as an object', { headers: { traceparent: TRACEPARENT, 'X-Mine': '1' } }],
    ['in another case', { headers: { TraceParent: TRACEPARENT, 'X-Mine': '1' } }],
    ['as a list', { headers: ['Host', 'localhost', 'TraceParent', TRACEPARENT, 'X-Mine', '1'] as never }],
    ['as a list without it', { headers: ['Host', 'localhost', 'X-Mine', '1'] as never }],
    [
      'with Expect, which renders the head at once',
      { headers: { Expect: '100-continue', traceparent: TRACEPARENT, 'X-Mine': '1' } },
    ],
    [
      'with Expect in a list',
      { headers: ['Host', 'localhost', 'Expect', '100-continue', 'X-Mine', '1'] as never },
    ],
  ])('with headers %s carries exactly one traceparent, ours', async (_, options) => {
    let raw: string[] = [];
    const port = await serve(({ rawHeaders }, response) => {
      raw = rawHeaders;
      response.end();
    });
    await send({ port, method: 'PUT', ...options }, (sent) => void sent.write('body'));
    const [span] = await tracing.ended(1);
    const carried = raw.flatMap((name, i) =>
      i % 2 === 0 && name.toLowerCase() === 'traceparent' ? [raw[i + 1]] : [],
    );
    expect(carried).toEqual([traceparentOf(span)]);
    expect(raw[raw.indexOf('X-Mine') + 1]).toBe('1');
  });

  it('of the exporter leaves no trace', async () => {
    const port = await serve(echoHeaders);
    const body = await context.with(suppressTracing(ROOT_CONTEXT), send, undefined, { port });
    expect(JSON.parse(body)).not.toHaveProperty('traceparent');
    await send({ port, path: '/after' });
    const spans = await tracing.ended(1);
    expect(spans.map(({ attributes }) => attributes['url.full'])).toEqual([`http://localhost:${port}/after`]);
  });

  it('over TLS', async () => {
    const server = createHttpsServer(TLS_SERVER, echoHeaders);
    servers.push(server);
    const port = await listen(server);
    const sent = httpsRequest({ ...TLS_CLIENT, port }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assertSpan((await tracing.ended(1))[0], clientSpan(port, { 'url.full': `https://localhost:${port}/` }));
  });

  it('over a Unix socket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'uat-'));
    try {
      const server = createServer(echoHeaders);
      servers.push(server);
      const socketPath = join(folder, 's');
      await listen(server, socketPath);
      await send({ socketPath, path: '/a' });
      assertSpan(
        (await tracing.ended(1))[0],
        clientSpan(0, {
          'url.full': 'http://localhost/a',
          'server.address': socketPath,
          'server.port': undefined,
          'network.peer.address': undefined,
          'network.peer.port': undefined,
          'network.transport': 'unix',
        }),
      );
    } finally {
      await stop(servers.pop()!);
      await rm(folder, { recursive: true });
    }
  });

  it('over IPv6', async ({ skip }) => {
    const server = createServer(echoHeaders).listen(0, '::1');
    const [event] = await Promise.race([
      once(server, 'listening').then(() => ['listening']),
      once(server, 'error'),
    ]);
    if (event !== 'listening') skip('this machine has no IPv6');
    servers.push(server);
    const { port } = server.address() as { port: number };
    await send({ host: '::1', port });
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(port, {
        'url.full': `http://[::1]:${port}/`,
        'server.address': '::1',
        'network.peer.address': '::1',
      }),
    );
  });
});

describe('a response', () => {
  it.each([
    [204, undefined, SpanStatusCode.UNSET],
    [301, undefined, SpanStatusCode.UNSET],
    [404, '404', SpanStatusCode.ERROR],
    [500, '500', SpanStatusCode.ERROR],
  ])('%d has error.type %s', async (statusCode, errorType, code) => {
    const port = await serve((_, response) => void response.writeHead(statusCode).end());
    await send({ port });
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(
        port,
        { 'http.response.status_code': statusCode, 'error.type': errorType },
        { status: { code } },
      ),
    );
  });

  it('is over when it has been read, not before', async () => {
    const finish = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      response.write('first');
      void finish.promise.then(() => response.end('last'));
    });
    const [response] = (await once(request({ port, agent: false }).end(), 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(tracing.spans()).toEqual([]);
    finish.resolve();
    response.resume();
    assertSpan((await tracing.ended(1))[0], clientSpan(port));
  });

  it('that nobody listens for is over when it has arrived', async () => {
    const port = await serve(echoHeaders);
    await once(request({ port, agent: false }).end(), 'close');
    assertSpan((await tracing.ended(1))[0], clientSpan(port));
  });

  it('that nobody reads is over when the app gives it up', async () => {
    const port = await serve(echoHeaders);
    const [response] = (await once(request({ port, agent: false }).end(), 'response')) as [IncomingMessage];
    await new Promise((resolve) => setImmediate(resolve));
    expect(tracing.spans()).toEqual([]);
    response.destroy();
    const spans = await tracing.ended(1);
    expect(spans[0]?.attributes['http.response.status_code']).toBe(200);
    expect(spans).toHaveLength(1);
  });

  it('is one span each on a connection that is kept, and leaves no listener on it', async () => {
    const port = await serve(echoHeaders);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const listeners: number[] = [];
    for (const path of ['/1', '/2', '/3']) {
      await send({ port, path, agent }, (sent) =>
        sent.on('socket', (socket) => listeners.push(socket.listenerCount('close'))),
      );
    }
    agent.destroy();
    const spans = await tracing.ended(3);
    for (const [i, span] of spans.entries()) {
      assertSpan(
        span,
        clientSpan(port, { 'url.full': `http://localhost:${port}/${i + 1}` }, { parent: null }),
      );
    }
    expect(listeners[2]).toBe(listeners[1]);
  });

  it('after informational ones counts alone', async () => {
    const port = await serve((_, response) =>
      response.writeEarlyHints({ link: '</a>; rel=preload' }, () => response.writeHead(201).end()),
    );
    await send({ port });
    assertSpan((await tracing.ended(1))[0], clientSpan(port, { 'http.response.status_code': 201 }));
  });

  it('that switches protocols, or opens a tunnel, ends the span with its head', async () => {
    const port = await serve(echoHeaders);
    servers[0]!.on('upgrade', (_, socket) =>
      socket.end('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    servers[0]!.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    const upgrade = request({ port, agent: false, headers: { connection: 'upgrade', upgrade: 'x' } }).end();
    await once(upgrade, 'upgrade');
    const tunnel = request({ port, agent: false, method: 'CONNECT', path: 'shop.example:443' }).end();
    await once(tunnel, 'connect');
    const [first, second] = await tracing.ended(2);
    assertSpan(first, clientSpan(port, { 'http.response.status_code': 101 }));
    assertSpan(
      second,
      clientSpan(
        port,
        { 'url.full': `http://localhost:${port}`, 'http.request.method': 'CONNECT' },
        { name: 'CONNECT' },
      ),
    );
  });
});
