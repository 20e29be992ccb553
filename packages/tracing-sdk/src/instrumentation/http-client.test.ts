import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  type Server,
} from 'node:http';
import { createServer as createHttpsServer, request as httpsRequest } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  context,
  DiagLogLevel,
  diag,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import { createHttpClientInstrumentation } from './http-client.ts';
import {
  listen,
  startTestTracing,
  stop,
  TLS_CLIENT,
  TLS_SERVER,
  TRACEPARENT,
  traceparentOf,
} from './http-tracing.fixture.ts';

const tracing = startTestTracing();
const { tracer } = tracing;
const instrumentation = createHttpClientInstrumentation({ tracer });

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

const echoHeaders: RequestListener = ({ headers }, response) => void response.end(JSON.stringify(headers));

async function send(options: RequestOptions, write?: (sent: ClientRequest) => void): Promise<string> {
  const sent = request({ agent: false, ...options });
  write?.(sent);
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return body;
}

/** What an exchange with an answer has. */
function clientSpan(
  port: number,
  attributes: ExpectedSpan['attributes'] = {},
  more: Partial<ExpectedSpan> = {},
): ExpectedSpan {
  return {
    name: 'GET',
    kind: SpanKind.CLIENT,
    ...more,
    attributes: {
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `http://localhost:${port}/`,
      'server.address': 'localhost',
      'server.port': port,
      'network.peer.address': '127.0.0.1',
      'network.peer.port': port,
      'network.protocol.version': '1.1',
      ...attributes,
    },
  };
}

const NO_ANSWER = {
  'http.response.status_code': undefined,
  'network.peer.address': undefined,
  'network.peer.port': undefined,
  'network.protocol.version': undefined,
};
const ERROR = { status: { code: SpanStatusCode.ERROR } };

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

describe('a failure', () => {
  /** Sends and waits until nothing more can come of it. */
  async function fail(
    options: RequestOptions,
    act: (sent: ClientRequest, response?: IncomingMessage) => void = () => {},
  ): Promise<void> {
    const sent = request({ agent: false, ...options });
    sent.on('error', () => {});
    sent.on('response', (response) => {
      response.on('error', () => {}).resume();
      act(sent, response);
    });
    act(sent);
    sent.end();
    // Not `once`, which takes the error for its own.
    await new Promise((resolve) => sent.on('close', resolve));
  }

  it.each<[string, RequestOptions, RequestListener, Parameters<typeof fail>[1], ExpectedSpan['attributes']]>([
    [
      'connection cut before the answer',
      {},
      ({ socket }) => void socket.destroy(),
      undefined,
      { ...NO_ANSWER, 'error.type': 'ECONNRESET' },
    ],
    [
      'connection cut in the middle of the answer',
      {},
      (_, response) =>
        void response.writeHead(200, { 'content-length': 10 }).write('part', () => response.destroy()),
      undefined,
      { 'error.type': 'ECONNRESET' },
    ],
    [
      'time-out of the app’s',
      { timeout: 20 },
      () => {},
      (sent, response) =>
        void (
          response ??
          sent.on('timeout', () => sent.destroy(Object.assign(new Error('late'), { code: 'ETIMEDOUT' })))
        ),
      { ...NO_ANSWER, 'error.type': 'ETIMEDOUT' },
    ],
    [
      'aborted by its signal',
      { signal: AbortSignal.timeout(20) },
      () => {},
      undefined,
      { ...NO_ANSWER, 'error.type': 'ABORT_ERR' },
    ],
    [
      'destroyed before it was sent',
      {},
      () => {},
      (sent) => void sent.destroy(),
      { ...NO_ANSWER, 'error.type': 'ECONNRESET' },
    ],
    [
      'destroyed when the answer has begun',
      {},
      (_, response) => void response.write('part'),
      (_, response) => void response?.destroy(),
      { 'error.type': 'aborted' },
    ],
    [
      'destroyed with an error of the app’s',
      {},
      (_, response) => void response.write('part'),
      (_, response) => void response?.destroy(new RangeError('no')),
      { 'error.type': 'RangeError' },
    ],
  ])('%s', async (_, options, listener, act, attributes) => {
    const port = await serve(listener);
    await fail({ port, ...options }, act);
    const spans = await tracing.ended(1);
    assertSpan(spans[0], clientSpan(port, attributes, ERROR));
    expect(spans).toHaveLength(1);
  });

  it('nobody listens', async () => {
    const port = await serve(echoHeaders);
    await stop(servers.pop()!);
    await fail({ port, host: '127.0.0.1' });
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(
        port,
        {
          ...NO_ANSWER,
          'error.type': 'ECONNREFUSED',
          'server.address': '127.0.0.1',
          'url.full': `http://127.0.0.1:${port}/`,
        },
        ERROR,
      ),
    );
  });

  it('an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-x\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await fail({ port });
    server.close();
    const [span] = await tracing.ended(1);
    expect(span?.attributes['error.type']).toMatch(/^HPE_/);
  });
});

describe('the context', () => {
  it('in everything that comes back is the caller’s, also for a request that waited for a connection', async () => {
    const port = await serve(echoHeaders);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const seen: [number, Set<unknown>][] = [];
    await Promise.all(
      [0, 1, 2].map((i) => {
        const caller = ROOT_CONTEXT.setValue(Symbol.for('caller'), i);
        const contexts = new Set<unknown>();
        seen.push([i, contexts]);
        const note = (): void => void contexts.add(context.active().getValue(Symbol.for('caller')));
        return context.with(caller, async () => {
          const sent = request({ port, agent }, (response) => {
            note();
            response.on('data', note).on('end', note).on('close', note);
          });
          sent.on('socket', note).on('finish', note).on('close', note).end();
          await once(sent, 'close');
          note();
        });
      }),
    );
    agent.destroy();
    expect(seen).toEqual([0, 1, 2].map((i) => [i, new Set([i])]));
    expect(await tracing.ended(3)).toHaveLength(3);
  });
});

describe('switching', () => {
  it('off and on, twice as well, makes one span a request or none', async () => {
    const port = await serve(echoHeaders);
    instrumentation.enable();
    await send({ port, path: '/on' });
    instrumentation.disable();
    instrumentation.disable();
    expect(JSON.parse(await send({ port, path: '/off' }))).not.toHaveProperty('traceparent');
    instrumentation.enable();
    await send({ port, path: '/on-again' });
    const spans = await tracing.ended(2);
    expect(spans.map(({ attributes }) => String(attributes['url.full']).split('/').pop())).toEqual([
      'on',
      'on-again',
    ]);
  });

  it('off in the middle of a request still ends its span', async () => {
    const port = await serve(echoHeaders);
    const sent = request({ port, agent: false }).end();
    instrumentation.disable();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    const [span] = await tracing.ended(1);
    instrumentation.enable();
    assertSpan(span, clientSpan(port, NO_ANSWER));
  });
});

describe('failures of ours', () => {
  it('do not reach the app, and are said once', async () => {
    const error = vi.fn();
    diag.setLogger(
      { error, warn() {}, info() {}, debug() {}, verbose() {} },
      { logLevel: DiagLogLevel.ERROR },
    );
    instrumentation.disable();
    const span = tracer.startSpan('x');
    span.end = () => {
      throw new Error('a broken span');
    };
    const broken = createHttpClientInstrumentation({ tracer: { ...tracer, startSpan: () => span } as never });
    broken.enable();
    try {
      const port = await serve(echoHeaders);
      await send({ port });
      await send({ port });
      expect(error.mock.calls).toEqual([
        [
          expect.stringContaining('The http instrumentation failed'),
          expect.objectContaining({ message: 'a broken span' }),
        ],
      ]);
    } finally {
      broken.disable();
      instrumentation.enable();
      diag.disable();
    }
  });
});
