import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Context, context, propagation, SpanStatusCode, trace } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import {
  get,
  instrumentation,
  ok,
  serve,
  serverSpan,
  servers,
  tracing,
  VOLATILE,
} from './http-server.fixture.ts';
import {
  listen,
  openSocket,
  REMOTE_SPAN_ID,
  REMOTE_TRACE_ID,
  stop,
  TLS_CLIENT,
  TLS_SERVER,
  TRACEPARENT,
  talk,
} from './http-tracing.fixture.ts';
import type { ServerRequest } from './server-request.ts';

describe('a request', () => {
  it('becomes a span that starts a trace, by the stable conventions', async () => {
    const port = await serve(ok);
    await get(port, '/items/42?verbose=1', 'User-Agent: curl/8\r\n');
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(
        port,
        { 'url.path': '/items/42', 'url.query': 'verbose=1', 'user_agent.original': 'curl/8' },
        { parent: null },
      ),
      VOLATILE,
    );
  });

  it('continues the trace of its caller, baggage included', async () => {
    let user: string | undefined;
    const port = await serve((_, response) => {
      user = propagation.getActiveBaggage()?.getEntry('user')?.value;
      response.end();
    });
    await get(port, '/', `traceparent: ${TRACEPARENT}\r\nbaggage: user=u1\r\n`);
    const [span] = await tracing.ended(1);
    const caller = {
      spanContext: () => ({ traceId: REMOTE_TRACE_ID, spanId: REMOTE_SPAN_ID, traceFlags: 1 }),
    };
    assertSpan(span, serverSpan(port, {}, { parent: caller }), VOLATILE);
    expect(user).toBe('u1');
  });

  it.each([
    [200, undefined, SpanStatusCode.UNSET],
    [302, undefined, SpanStatusCode.UNSET],
    [404, undefined, SpanStatusCode.UNSET],
    [500, '500', SpanStatusCode.ERROR],
    [503, '503', SpanStatusCode.ERROR],
  ])('answered %d has error.type %s', async (statusCode, errorType, code) => {
    const port = await serve((_, response) => void response.writeHead(statusCode).end());
    await get(port);
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(
        port,
        { 'http.response.status_code': statusCode, 'error.type': errorType },
        { status: { code } },
      ),
      VOLATILE,
    );
  });

  it('of an unknown method is called HTTP', async () => {
    const port = await serve(ok);
    await talk(port, `PROPFIND / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(
        port,
        { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
        { name: 'HTTP' },
      ),
      VOLATILE,
    );
  });

  it.each<[target: string, attributes: ExpectedSpan['attributes']]>([
    ['/a/b?', { 'url.path': '/a/b' }],
    ['/a?b=?c', { 'url.path': '/a', 'url.query': 'b=?c' }],
    ['//a', { 'url.path': '//a' }],
    ['*', { 'url.path': '*' }],
    ['/o?X-Amz-Signature=abc&a=1', { 'url.path': '/o', 'url.query': 'X-Amz-Signature=REDACTED&a=1' }],
    [
      'http://other.example/a?b',
      { 'url.path': '/a', 'url.query': 'b', 'server.address': 'other.example', 'server.port': 80 },
    ],
    [
      'http://me:pw@other.example:81?b',
      { 'url.path': '/', 'url.query': 'b', 'server.address': 'other.example', 'server.port': 81 },
    ],
  ])('for the target %s', async (target, attributes) => {
    const port = await serve(ok);
    await talk(port, `OPTIONS ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(port, { 'http.request.method': 'OPTIONS', ...attributes }, { name: 'OPTIONS' }),
      VOLATILE,
    );
  });

  it.each<[head: string, attributes: ExpectedSpan['attributes']]>([
    ['HTTP/1.1\r\nHost: [::1]:8080', { 'server.address': '::1', 'server.port': 8080 }],
    ['HTTP/1.1\r\nHost: shop.example', { 'server.address': 'shop.example', 'server.port': 80 }],
    ['HTTP/1.1\r\nHost: ', { 'server.address': undefined, 'server.port': undefined }],
    [
      'HTTP/1.0',
      { 'server.address': undefined, 'server.port': undefined, 'network.protocol.version': '1.0' },
    ],
    [
      'HTTP/1.1\r\nHost: inner\r\nForwarded: for=192.0.2.4;host=shop.example;proto=https',
      {
        'server.address': 'shop.example',
        'server.port': 443,
        'url.scheme': 'https',
        'client.address': '192.0.2.4',
      },
    ],
    [
      'HTTP/1.1\r\nHost: inner:1\r\nX-Forwarded-For: 192.0.2.4, 198.51.100.1',
      { 'server.address': 'inner', 'server.port': 1, 'client.address': '192.0.2.4' },
    ],
  ])('with the head %j', async (head, attributes) => {
    const port = await serve(ok);
    await talk(port, `GET / ${head}\r\nConnection: close\r\n\r\n`);
    const [span] = await tracing.ended(1);
    assertSpan(span, serverSpan(port, attributes), VOLATILE);
  });

  it('over TLS has the scheme https', async () => {
    const server = createHttpsServer(TLS_SERVER, ok);
    servers.push(server);
    const port = await listen(server);
    const sent = httpsRequest({ ...TLS_CLIENT, port }).end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    const [span] = await tracing.ended(1);
    assertSpan(span, serverSpan(port, { 'url.scheme': 'https' }), VOLATILE);
  });

  it('over a Unix socket has no peer', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'uat-'));
    try {
      const server = createServer(ok);
      servers.push(server);
      const socketPath = join(folder, 's');
      await listen(server, socketPath);
      const [response] = (await once(request({ socketPath, agent: false }).end(), 'response')) as [
        IncomingMessage,
      ];
      response.resume();
      const [span] = await tracing.ended(1);
      assertSpan(
        span,
        serverSpan(80, {
          'client.address': undefined,
          'network.peer.address': undefined,
          'network.transport': 'unix',
        }),
      );
    } finally {
      await stop(servers.pop()!);
      await rm(folder, { recursive: true });
    }
  });
});

describe('connections', () => {
  it('serve several requests, with one close listener of ours', async () => {
    const listeners: number[] = [];
    const contexts: Context[] = [];
    const bare = await serve((_, response) => void response.end());
    instrumentation.disable();
    const plain = await new Promise<number>((resolve) => {
      servers[0]!.once('request', ({ socket }) => resolve(socket.listenerCount('close')));
      void get(bare);
    });
    instrumentation.enable();
    const port = await serve(({ socket }, response) => {
      listeners.push(socket.listenerCount('close'));
      contexts.push(context.active());
      response.end();
    });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let i = 0; i < 3; i++) {
      const [response] = (await once(request({ port, agent, path: `/${i}` }).end(), 'response')) as [
        IncomingMessage,
      ];
      await once(response.resume(), 'end');
    }
    agent.destroy();
    const spans = await tracing.ended(3);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/0', '/1', '/2']);
    expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(3);
    expect(listeners).toEqual([plain + 1, plain + 1, plain + 1]);
    // Nothing of a request stays with the connection.
    expect(contexts.map((entered) => (entered as ServerRequest).next)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('with pipelined requests keep them apart, in any order of answers', async () => {
    const responses: ServerResponse[] = [];
    const seen: (string | undefined)[] = [];
    const arrived = Promise.withResolvers<void>();
    const port = await serve(async (_, response) => {
      responses.push(response);
      if (responses.length === 3) arrived.resolve();
      await arrived.promise;
      seen.push(trace.getActiveSpan()?.spanContext().spanId);
    });
    const answer = talk(
      port,
      ['/a', '/b', '/c']
        .map(
          (path) =>
            `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${path === '/c' ? 'Connection: close\r\n' : ''}\r\n`,
        )
        .join(''),
    );
    await arrived.promise;
    responses[1]!.end('b');
    responses[2]!.end('c');
    responses[0]!.end('a');
    await answer;
    const spans = await tracing.ended(3);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/a', '/b', '/c']);
    expect(spans.map((span) => span.spanContext().spanId)).toEqual(seen);
    for (const span of spans) expect(span.attributes['http.response.status_code']).toBe(200);
  });

  it('cut by the client end every request under way on them, once', async () => {
    const arrived = Promise.withResolvers<void>();
    let open = 0;
    const port = await serve((incoming, response) => {
      if (incoming.url === '/done') response.end();
      else if (++open === 2) arrived.resolve();
    });
    const socket = await openSocket(port);
    socket.write(
      ['/done', '/a', '/b'].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`).join(''),
    );
    await arrived.promise;
    await tracing.ended(1);
    socket.destroy();
    const [done, a, b] = await tracing.ended(3);
    assertSpan(done, serverSpan(port, { 'url.path': '/done' }), VOLATILE);
    const aborted = { 'http.response.status_code': undefined, 'error.type': 'aborted' };
    const status = { code: SpanStatusCode.ERROR };
    assertSpan(a, serverSpan(port, { 'url.path': '/a', ...aborted }, { status }), VOLATILE);
    assertSpan(b, serverSpan(port, { 'url.path': '/b', ...aborted }, { status }), VOLATILE);
  });
});

describe('a response', () => {
  it.each<[string, RequestListener, ExpectedSpan['attributes']]>([
    [
      'cut by the client after its head',
      (_, response) => void response.write('part'),
      { 'error.type': 'aborted' },
    ],
    [
      'destroyed by the handler',
      (_, response) => void response.destroy(),
      { 'http.response.status_code': undefined, 'error.type': 'destroyed' },
    ],
    [
      'destroyed with an error',
      (_, response) =>
        void response.on('error', () => {}).destroy(Object.assign(new Error('no disk'), { code: 'ENOSPC' })),
      { 'http.response.status_code': undefined, 'error.type': 'ENOSPC' },
    ],
    [
      'destroyed with an error after its head',
      (_, response) =>
        void response.on('error', () => {}).write('part', () => response.destroy(new RangeError('no'))),
      { 'error.type': 'RangeError' },
    ],
  ])('%s', async (_, listener, attributes) => {
    const port = await serve(listener);
    const socket = await openSocket(port);
    socket.once('data', () => socket.destroy());
    socket.write(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    const [span] = await tracing.ended(1);
    assertSpan(span, serverSpan(port, attributes, { status: { code: SpanStatusCode.ERROR } }), VOLATILE);
  });

  it('still ends well while the server closes, and badly when its connections are closed', async () => {
    const arrived: ServerResponse[] = [];
    const both = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      if (arrived.push(response) === 2) both.resolve();
    });
    const good = get(port, '/good');
    const bad = get(port, '/bad');
    await both.promise;
    const [server] = servers.splice(0) as [Server];
    const closed = once(server, 'close');
    server.close();
    arrived.find(({ req }) => req.url === '/good')!.end();
    await good;
    assertSpan((await tracing.ended(1))[0], serverSpan(port, { 'url.path': '/good' }), VOLATILE);
    server.closeAllConnections();
    await Promise.all([bad, closed]);
    assertSpan(
      (await tracing.ended(2))[1],
      serverSpan(
        port,
        { 'url.path': '/bad', 'http.response.status_code': undefined, 'error.type': 'destroyed' },
        { status: { code: SpanStatusCode.ERROR } },
      ),
      VOLATILE,
    );
  });

  it.each<[string, string, RequestListener, ExpectedSpan['attributes'], string]>([
    ['to HEAD', 'HEAD / HTTP/1.1', ok, { 'http.request.method': 'HEAD' }, 'HEAD'],
    [
      'after early hints',
      'GET / HTTP/1.1',
      (_, response) => response.writeEarlyHints({ link: '</a.css>; rel=preload' }, () => response.end()),
      {},
      'GET',
    ],
    [
      'to an expectation that Node meets',
      'PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 0',
      ok,
      { 'http.request.method': 'PUT' },
      'PUT',
    ],
    [
      'to an expectation that Node does not know',
      'GET / HTTP/1.1\r\nExpect: miracles',
      ok,
      { 'http.response.status_code': 417 },
      'GET',
    ],
  ])('%s', async (_, head, listener, attributes, name) => {
    const port = await serve(listener);
    await talk(port, `${head}\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`);
    const spans = await tracing.ended(1);
    assertSpan(spans[0], serverSpan(port, attributes, { name }), VOLATILE);
    expect(spans).toHaveLength(1);
  });

  it('to an expectation that the app meets', async () => {
    const port = await serve(ok);
    servers[0]!.on('checkContinue', (_, response: ServerResponse) => {
      response.writeContinue();
      response.writeHead(201).end();
    });
    await get(port, '/', 'Expect: 100-continue\r\n');
    assertSpan((await tracing.ended(1))[0], serverSpan(port, { 'http.response.status_code': 201 }), VOLATILE);
  });
});

describe('what Node publishes nothing about', () => {
  it('upgrades, CONNECT and requests that do not parse: no span, and nothing breaks', async () => {
    const port = await serve(ok);
    servers[0]!.on('upgrade', (_, socket) => socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n'));
    servers[0]!.on('connect', (_, socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    expect(await get(port, '/', 'Connection: upgrade\r\nUpgrade: websocket\r\n')).toContain(' 101 ');
    expect(await talk(port, 'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example\r\n\r\n')).toContain(' 200 ');
    expect(await talk(port, 'NONSENSE\r\n\r\n')).toContain(' 400 ');
    await get(port, '/after');
    const spans = await tracing.ended(1);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/after']);
  });
});
