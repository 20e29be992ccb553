import { execFile } from 'node:child_process';
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
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import {
  context,
  DiagLogLevel,
  diag,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPropagator } from '../settings/propagator.ts';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import { createHttpServerInstrumentation } from './http-server.ts';
import {
  listen,
  openSocket,
  REMOTE_SPAN_ID,
  REMOTE_TRACE_ID,
  startTestTracing,
  stop,
  TLS_CLIENT,
  TLS_SERVER,
  TRACEPARENT,
  talk,
  UNSAMPLED_TRACEPARENT,
} from './http-tracing.fixture.ts';
import type { ServerRequest } from './server-request.ts';

const tracing = startTestTracing();
const { tracer, enterContext } = tracing;
const instrumentation = createHttpServerInstrumentation({ tracer, enterContext });

beforeAll(() => instrumentation.enable());
afterAll(() => instrumentation.disable());
beforeEach(() => tracing.clear());

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
});

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  servers.push(server);
  return listen(server);
}

const ok: RequestListener = (_, response) => void response.end('ok');

/** One GET on a connection of its own. */
const get = (port: number, path = '/', headers = ''): Promise<string> =>
  talk(port, `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n${headers}\r\n`);

const VOLATILE = { volatile: ['network.peer.port'] };

function serverSpan(
  port: number,
  attributes: ExpectedSpan['attributes'] = {},
  more: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  return {
    name: 'GET',
    kind: SpanKind.SERVER,
    ...more,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'url.path': '/',
      'server.address': 'localhost',
      'server.port': port,
      'client.address': '127.0.0.1',
      'network.peer.address': '127.0.0.1',
      'network.protocol.version': '1.1',
      ...attributes,
    },
  };
}

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
    const bare = await serve((_, response) => void response.end());
    instrumentation.disable();
    const plain = await new Promise<number>((resolve) => {
      servers[0]!.once('request', ({ socket }) => resolve(socket.listenerCount('close')));
      void get(bare);
    });
    instrumentation.enable();
    const port = await serve(({ socket }, response) => {
      listeners.push(socket.listenerCount('close'));
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

describe('the context', () => {
  const activeSpanId = (): string | undefined => trace.getActiveSpan()?.spanContext().spanId;

  it('is the request’s in the handler, after awaits, in timers, and in the events of request and response', async () => {
    const seen: Record<string, string | undefined> = {};
    const note = (where: string) => () => {
      seen[where] = activeSpanId();
    };
    const closed = Promise.withResolvers<void>();
    const port = await serve(async (incoming, response) => {
      note('handler')();
      incoming
        .on('data', note('data'))
        .on('end', note('end'))
        .on('end', () => response.end());
      response
        .on('finish', note('finish'))
        .on('close', note('close'))
        .on('close', () => closed.resolve());
      setImmediate(note('timer'));
      await null;
      note('await')();
    });
    const socket = await openSocket(port);
    socket.write(`POST / HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 6\r\n\r\nabc`);
    await once(servers[0]!, 'request');
    // The rest of the body is an event of the connection's own, long after the handler has returned.
    setImmediate(() => socket.write('def'));
    await closed.promise;
    socket.destroy();
    const [span] = await tracing.ended(1);
    const id = span!.spanContext().spanId;
    expect(seen).toEqual({ handler: id, data: id, end: id, finish: id, close: id, timer: id, await: id });
  });

  it('is the request’s in the close event of an abort', async () => {
    const closed = Promise.withResolvers<string | undefined>();
    const arrived = Promise.withResolvers<void>();
    const port = await serve((_, response) => {
      response.on('close', () => closed.resolve(activeSpanId()));
      arrived.resolve();
    });
    const socket = await openSocket(port);
    socket.write(`GET / HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
    await arrived.promise;
    socket.destroy();
    const id = await closed.promise;
    expect((await tracing.ended(1))[0]!.spanContext().spanId).toBe(id);
  });

  it('of a request that is not sampled keeps its children from being sampled, also late ones', async () => {
    const flags: (number | undefined)[] = [];
    const port = await serve((incoming, response) => {
      const child = (): void => {
        const span = tracer.startSpan('child');
        flags.push(span.spanContext().traceFlags);
        span.end();
      };
      child();
      incoming.resume().on('end', () => {
        child();
        response.end();
      });
    });
    const socket = await openSocket(port);
    socket.write(
      `POST / HTTP/1.1\r\nHost: localhost:${port}\r\ntraceparent: ${UNSAMPLED_TRACEPARENT}\r\nContent-Length: 1\r\n\r\n`,
    );
    await once(servers[0]!, 'request');
    setImmediate(() => socket.write('x'));
    await once(socket, 'data');
    socket.destroy();
    await get(port, '/', 'Content-Length: 0\r\n');
    const spans = await tracing.ended(3);
    expect(flags).toEqual([0, 0, 1, 1]);
    expect(spans.map(({ name }) => name).toSorted()).toEqual(['GET', 'child', 'child']);
  });

  it('of the code that drives a server in its own process is left alone', async () => {
    const outer = trace.setSpan(ROOT_CONTEXT, tracer.startSpan('outer'));
    const port = await serve(ok);
    await context.with(outer, async () => {
      await get(port);
      expect(context.active()).toBe(outer);
    });
    expect(context.active()).toBe(ROOT_CONTEXT);
  });

  it('lets go of request and response when the span has ended', async () => {
    let entered: ServerRequest | undefined;
    const port = await serve((_, response) => {
      entered = context.active() as ServerRequest;
      response.end();
    });
    await get(port);
    await tracing.ended(1);
    expect(entered).toMatchObject({ request: undefined, response: undefined, next: undefined });
  });
});

describe('http.route', () => {
  const routed = async (listener: RequestListener): Promise<[string | undefined, unknown]> => {
    const port = await serve(listener);
    await get(port, '/users/42');
    const [span] = await tracing.ended(1);
    return [span?.name, span?.attributes['http.route']];
  };

  it.each<[string, RequestListener, [string, string | undefined]]>([
    ['is not made up', ok, ['GET', undefined]],
    [
      'comes from Express',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/:id' }, baseUrl: '/users', originalUrl: incoming.url });
        response.end();
      },
      ['GET /users/:id', '/users/:id'],
    ],
    [
      'comes from an instrumentation package, by the RPC metadata',
      (_, response) => {
        getRPCMetadata(context.active())!.route = '/users/:name';
        response.end();
      },
      ['GET /users/:name', '/users/:name'],
    ],
    [
      'that somebody has set stays',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/*' } });
        trace.getActiveSpan()!.setAttribute('http.route', '/users/{id}');
        response.end();
      },
      ['GET /users/{id}', '/users/{id}'],
    ],
    [
      'leaves a name that somebody has given',
      (incoming, response) => {
        Object.assign(incoming, { route: { path: '/users/:id' } });
        trace.getActiveSpan()!.updateName('show user');
        response.end();
      },
      ['show user', '/users/:id'],
    ],
  ])('%s', async (_, listener, expected) => {
    expect(await routed(listener)).toEqual(expected);
  });

  it('comes from Fastify’s own diagnostics channel', async () => {
    const { tracingChannel } = await import('node:diagnostics_channel');
    const { start } = tracingChannel('fastify.request.handler');
    expect(
      await routed((incoming, response) => {
        start.publish({ request: { raw: incoming }, reply: { raw: response }, route: { url: '/users/:id' } });
        response.end();
      }),
    ).toEqual(['GET /users/:id', '/users/:id']);
  });
});

describe('what the app has said about a failure stays', () => {
  it('status and error.type', async () => {
    const port = await serve((_, response) => {
      const span = trace.getActiveSpan()!;
      span.setAttribute('error.type', 'OutOfStock');
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'nothing left' });
      response.writeHead(500).end();
    });
    await get(port);
    const [span] = await tracing.ended(1);
    assertSpan(
      span,
      serverSpan(
        port,
        { 'http.response.status_code': 500, 'error.type': 'OutOfStock' },
        { status: { code: SpanStatusCode.ERROR, message: 'nothing left' } },
      ),
      VOLATILE,
    );
  });
});

describe('propagation', () => {
  afterEach(() => {
    propagation.disable();
    propagation.setGlobalPropagator(createPropagator(['tracecontext', 'baggage']));
    instrumentation.disable();
    instrumentation.enable();
  });

  const use = (propagator: Parameters<typeof propagation.setGlobalPropagator>[0]): void => {
    propagation.disable();
    propagation.setGlobalPropagator(propagator);
    instrumentation.disable();
    instrumentation.enable();
  };

  it('asks the propagator only when there is something to read', async () => {
    const extract = vi.fn((given) => given);
    use({ inject() {}, extract, fields: () => ['X-Trace'] });
    const port = await serve(ok);
    await get(port, '/', 'traceparent: x\r\n');
    expect(extract).not.toHaveBeenCalled();
    await get(port, '/', 'x-trace: 1\r\n');
    expect(extract).toHaveBeenCalledTimes(1);
  });

  it('asks a propagator that names no headers at every request', async () => {
    const extract = vi.fn((given) => given);
    use({ inject() {}, extract, fields: () => [] });
    await get(await serve(ok));
    expect(extract).toHaveBeenCalledTimes(1);
  });

  it.each(['b3', 'b3multi'] as const)('%s reads both forms', async (name) => {
    use(createPropagator([name]));
    const port = await serve(ok);
    await get(port, '/', `b3: ${REMOTE_TRACE_ID}-${REMOTE_SPAN_ID}-1\r\n`);
    await get(
      port,
      '/',
      `X-B3-TraceId: ${REMOTE_TRACE_ID}\r\nX-B3-SpanId: ${REMOTE_SPAN_ID}\r\nX-B3-Sampled: 1\r\n`,
    );
    const spans = await tracing.ended(2);
    expect(spans.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual([
      REMOTE_SPAN_ID,
      REMOTE_SPAN_ID,
    ]);
  });
});

describe('switching', () => {
  it('off and on, twice as well, makes one span a request or none', async () => {
    const port = await serve(ok);
    instrumentation.enable();
    await get(port, '/on');
    instrumentation.disable();
    instrumentation.disable();
    await get(port, '/off');
    instrumentation.enable();
    await get(port, '/on-again');
    const spans = await tracing.ended(2);
    expect(spans.map(({ attributes }) => attributes['url.path'])).toEqual(['/on', '/on-again']);
  });

  it('off in the middle of a request still ends its span, as what it was', async () => {
    const port = await serve((_, response) => {
      instrumentation.disable();
      response.end();
    });
    await get(port);
    const [span] = await tracing.ended(1);
    instrumentation.enable();
    assertSpan(span, serverSpan(port), VOLATILE);
  });

  it('takes a redactor of the caller’s for the query', async () => {
    instrumentation.disable();
    const own = createHttpServerInstrumentation({
      tracer,
      enterContext,
      redactUrl: (query) => query.replace('pin=1234', 'pin=*'),
    });
    own.enable();
    const port = await serve(ok);
    await get(port, '/?pin=1234&sig=a');
    own.disable();
    instrumentation.enable();
    const [span] = await tracing.ended(1);
    expect(span?.attributes['url.query']).toBe('pin=*&sig=a');
  });
});

describe('a handler that throws', () => {
  it('fails as it would without us; its span ends with the connection', async () => {
    const program = fileURLToPath(new URL('throwing-server.fixture.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, ['--experimental-strip-types', program]);
    expect(JSON.parse(stdout)).toEqual({ uncaught: ['boom'], name: 'GET', errorType: 'aborted' });
  });
});

describe('failures of ours', () => {
  it('reach neither the app nor the client, and are said once', async () => {
    const error = vi.fn();
    diag.setLogger(
      { error, warn() {}, info() {}, debug() {}, verbose() {} },
      { logLevel: DiagLogLevel.ERROR },
    );
    instrumentation.disable();
    const broken = createHttpServerInstrumentation({
      tracer: {
        ...tracer,
        startSpan() {
          throw new Error('a broken tracer');
        },
      } as never,
      enterContext,
    });
    broken.enable();
    try {
      const port = await serve(ok);
      expect(await get(port)).toContain(' 200 ');
      expect(await get(port)).toContain(' 200 ');
      expect(error.mock.calls).toEqual([
        [
          expect.stringContaining('The http instrumentation failed'),
          expect.objectContaining({ message: 'a broken tracer' }),
        ],
      ]);
    } finally {
      broken.disable();
      instrumentation.enable();
      diag.disable();
    }
  });
});
