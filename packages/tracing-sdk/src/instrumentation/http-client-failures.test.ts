import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
} from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { describe, expect, it } from 'vitest';
import { assertSpan, type ExpectedSpan } from '../testing/assert-span.ts';
import {
  clientSpan,
  ERROR,
  echoHeaders,
  instrumentation,
  NO_ANSWER,
  send,
  serve,
  servers,
  tracer,
  tracing,
} from './http-client.fixture.ts';
import { createHttpClientInstrumentation } from './http-client.ts';
import { stop } from './http-tracing.fixture.ts';

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

  it('a name that does not resolve', async () => {
    const notFound = Object.assign(new Error('no such host'), { code: 'ENOTFOUND' });
    await fail({ host: 'nowhere.invalid', port: 81, lookup: (_, __, done) => done(notFound, '', 0) });
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(
        81,
        {
          ...NO_ANSWER,
          'error.type': 'ENOTFOUND',
          'server.address': 'nowhere.invalid',
          'url.full': 'http://nowhere.invalid:81/',
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
      expect(tracing.complaints.splice(0)).toEqual([
        [
          expect.stringContaining('The http instrumentation failed'),
          expect.objectContaining({ message: 'a broken span' }),
        ],
      ]);
    } finally {
      broken.disable();
      instrumentation.enable();
    }
  });
});
