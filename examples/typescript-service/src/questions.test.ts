/** Questions, with stand-ins for the other two services; stack/test/polyglot.test.ts has the real ones. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { type OtlpReceiver, type ReceivedSpan, startOtlpReceiver } from '@uat/tracing-sdk/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startRouterStandIn } from '../test/router-stand-in.ts';
import {
  becomes,
  closeAll,
  get,
  opened,
  openQdrant,
  type Running,
  start,
  stop,
  withQdrant,
} from '../test/running-service.ts';
import { startWebSocketStandIn, type WebSocketStandIn } from '../test/websocket-stand-in.ts';

const UNSET = 0;
const ERROR = 2;
const CLIENT = 2;
/** Nobody listens there any more. */
const closedPort = await freePort();
const NOWHERE = { http: `http://127.0.0.1:${closedPort}`, websocket: `ws://127.0.0.1:${closedPort}/ws` };

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await startOtlpReceiver();
  opened.push(receiver);
});
afterEach(closeAll);

async function open<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const one = await opening;
  opened.push(one);
  return one;
}

const completing = (message: Record<string, unknown>): object => ({
  type: 'completion',
  id: message.id,
  text: `echo: ${message.prompt}`,
  model: 'echo',
  usage: { total_tokens: 3 },
  context: { status: 'found' },
});
const openWebSocket = (answer: Parameters<typeof startWebSocketStandIn>[0] = completing) =>
  open(startWebSocketStandIn(answer));

async function startWith(environment: Record<string, string>): Promise<Running> {
  const running = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_METRICS_EXPORTER: 'none',
    ...environment,
  });
  if (environment.QDRANT_URL !== undefined && environment.QDRANT_URL !== NOWHERE.http)
    await becomes(running.url, 200);
  return running;
}

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const QUESTION = { question: 'how are secrets masked' };

/** The spans of the trace that a server span of that name is in. */
function traceOf(name: string): { root: ReceivedSpan; spans: ReceivedSpan[] } {
  const root = receiver.spans.find((span) => span.name === name);
  if (root === undefined) throw new Error(`no ${name} among ${receiver.spans.map((span) => span.name)}`);
  return { root, spans: receiver.spans.filter(({ traceId }) => traceId === root.traceId) };
}
const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  expect(found, `${name} in ${spans.map((span) => span.name)}`).toHaveLength(1);
  return found[0] as ReceivedSpan;
};
const statusOf = (span: ReceivedSpan): number => span.status?.code ?? UNSET;

describe('POST /api/ask', () => {
  test('over the WebSocket: one trace, the context in the message and in the upgrade request', async () => {
    const websocket = await openWebSocket();
    const running = await startWith({ ...withQdrant(await openQdrant()), WEBSOCKET_URL: websocket.url });
    const answer = await post(`${running.url}/api/ask`, QUESTION);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        via: 'websocket',
        answer: 'echo: how are secrets masked',
        model: 'echo',
        related: { length: 3 },
        qdrant: { status: 'ok' },
        context: { status: 'found' },
        stored: true,
      },
    });
    await stop(running);
    const { root, spans } = traceOf('POST /api/ask');
    expect(answer.body.trace_id).toBe(root.traceId);
    const call = named(spans, 'complete');
    expect(call).toMatchObject({ kind: CLIENT, parentSpanId: root.spanId });
    expect(call.attributes).toMatchObject({
      'network.protocol.name': 'websocket',
      'server.address': '127.0.0.1',
      'url.path': '/ws',
    });
    const traceparent = `00-${root.traceId}-${call.spanId}-01`;
    expect(websocket.messages).toMatchObject([
      { type: 'complete', prompt: QUESTION.question, max_tokens: 200, traceparent, tracestate: 'ot=th:0' },
    ]);
    expect(websocket.upgrades).toMatchObject([{ traceparent, tracestate: 'ot=th:0' }]);
    for (const name of ['query uat-docs', 'upsert uat-answers'])
      expect(named(spans, name).parentSpanId, name).toBe(root.spanId);
    // No span of the upgrade, which never ends as a request does; none of making the collection, which happens once.
    expect(spans.map(({ name }) => name).sort()).toEqual([
      'POST /api/ask',
      'complete',
      'embed question',
      'query uat-docs',
      'upsert uat-answers',
    ]);
    expect(spans.filter((span) => statusOf(span) === ERROR)).toEqual([]);
  });

  test('over HTTP: the span of fetch is the parent of the router', async () => {
    const router = await open(startRouterStandIn());
    const running = await startWith({ ...withQdrant(await openQdrant()), ROUTER_URL: router.url });
    const answer = await post(`${running.url}/api/ask?via=http`, QUESTION);
    expect(answer).toMatchObject({
      status: 200,
      body: { via: 'http', answer: 'echo: how are secrets masked' },
    });
    await stop(running);
    const { root, spans } = traceOf('POST /api/ask');
    const call = spans.find(({ attributes }) => String(attributes['url.full']).endsWith('/v1/completions'));
    expect(call).toMatchObject({ kind: CLIENT, parentSpanId: root.spanId });
    expect(router.requests).toMatchObject([
      {
        headers: { traceparent: `00-${root.traceId}-${call?.spanId}-01`, tracestate: 'ot=th:0' },
        body: { prompt: QUESTION.question, max_tokens: 200 },
      },
    ]);
  });

  test('a collection that has gone is made again', async () => {
    const websocket = await openWebSocket();
    const qdrant = await openQdrant();
    const running = await startWith({ ...withQdrant(qdrant), WEBSOCKET_URL: websocket.url });
    expect((await post(`${running.url}/api/ask`, QUESTION)).body.stored).toBe(true);
    await fetch(`${qdrant.url}/collections/uat-answers`, {
      method: 'DELETE',
      headers: { 'api-key': 'a-key-of-the-test' },
    });
    expect((await post(`${running.url}/api/ask`, QUESTION)).body.stored).toBe(true);
  });

  test('without Qdrant it is answered, without passages, and not stored', async () => {
    const websocket = await openWebSocket();
    const running = await startWith({ QDRANT_URL: NOWHERE.http, WEBSOCKET_URL: websocket.url });
    expect(await post(`${running.url}/api/ask`, QUESTION)).toMatchObject({
      status: 200,
      body: {
        related: [],
        qdrant: { status: 'unavailable', reason: 'ECONNREFUSED' },
        answer: 'echo: how are secrets masked',
        stored: false,
        reason: 'ECONNREFUSED',
      },
    });
    await stop(running);
    const { root, spans } = traceOf('POST /api/ask');
    expect(statusOf(root)).toBe(UNSET);
    expect(statusOf(named(spans, 'query uat-docs'))).toBe(ERROR);
  });
});

describe('what cannot be asked', () => {
  const unreachable = { ROUTER_URL: NOWHERE.http, WEBSOCKET_URL: NOWHERE.websocket };
  test.each([
    ['http', 503, `the LLM router at ${NOWHERE.http} is not reachable (ECONNREFUSED)`],
    ['websocket', 503, `the WebSocket service at ${NOWHERE.websocket} is not reachable`],
  ])('nobody there, via=%s: %i with the reason, and spans that have failed', async (via, status, reason) => {
    const running = await startWith({ ...withQdrant(await openQdrant()), ...unreachable });
    expect(await post(`${running.url}/api/ask?via=${via}`, QUESTION)).toEqual({
      status,
      body: { error: reason },
    });
    expect((await get(`${running.url}/api/services`)).body).toEqual({
      services: [
        { name: 'llm-router', status: 'down', reason: 'ECONNREFUSED' },
        { name: 'websocket-service', status: 'down', reason: 'ECONNREFUSED' },
      ],
    });
    await stop(running);
    const { root, spans } = traceOf('POST /api/ask');
    expect(statusOf(root)).toBe(ERROR);
    const call = spans.find(
      ({ kind, attributes }) => kind === CLIENT && attributes['db.system.name'] === undefined,
    ) as ReceivedSpan;
    expect(statusOf(call)).toBe(ERROR);
    expect(call.parentSpanId).toBe(root.spanId);
    // What pages ask all the time is no trace.
    expect(receiver.spans.filter(({ name }) => name.includes('/api/services'))).toEqual([]);
  });

  const saying = (code: string) => ({ type: 'error', id: 'x', code, message: 'for a reason' });
  test.each<[string, Parameters<typeof startWebSocketStandIn>[0], number, string]>([
    ['busy', () => saying('busy'), 503, 'has answered busy: for a reason'],
    ['without a router', () => saying('router_unavailable'), 503, 'router_unavailable'],
    ['too slow', () => saying('timeout'), 504, 'timeout'],
    ['refused', () => saying('router_refused'), 502, 'router_refused'],
    ['of a code nobody knows', () => saying('toString'), 502, 'toString'],
    ['closing', () => 'close', 503, 'has closed the connection without an answer (1011)'],
    ['not JSON', () => '<b>', 502, 'something else than a completion'],
    ['somebody else’s', (m) => ({ ...completing(m), id: 'other' }), 502, 'something else than a completion'],
    ['without text', (m) => ({ ...completing(m), text: 7 }), 502, 'but with no completion'],
  ])('a WebSocket service that is %s', async (_, answer, status, reason) => {
    const websocket = await openWebSocket(answer);
    const running = await startWith({ WEBSOCKET_URL: websocket.url, QDRANT_URL: NOWHERE.http });
    const answered = await post(`${running.url}/api/ask`, QUESTION);
    expect(answered).toEqual({ status, body: { error: expect.stringContaining(reason) } });
    await stop(running);
    const call = named(traceOf('POST /api/ask').spans, 'complete');
    expect(statusOf(call)).toBe(ERROR);
    expect(call.attributes['error.type']).toBe(String(status));
  });

  test.each([
    [429, { error: { message: 'slowly' } }, 503, 'the LLM router has answered 429: slowly'],
    [503, { error: { message: 'no' } }, 503, 'has answered 503: no'],
    [504, 'late', 504, 'has answered 504: without a reason'],
    [400, { error: { message: 'wrong' } }, 502, 'has answered 400: wrong'],
    [200, { choices: [] }, 502, 'but with no completion'],
    [200, 'text', 502, 'but with no completion'],
  ])('a router that answers %i %j', async (given, body, status, reason) => {
    const router = await open(
      startRouterStandIn((_, response) => void response.writeHead(given).end(JSON.stringify(body))),
    );
    const running = await startWith({ ROUTER_URL: router.url, QDRANT_URL: NOWHERE.http });
    expect(await post(`${running.url}/api/ask?via=http`, QUESTION)).toEqual({
      status,
      body: { error: expect.stringContaining(reason) },
    });
  });
});

describe('step by step, as the page does it', () => {
  test('question, answer: one trace, whose context is handed on', async () => {
    const running = await startWith(withQdrant(await openQdrant()));
    const { status, body } = await post(`${running.url}/api/questions`, QUESTION);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { related: { length: 3 }, websocket: 'ws://127.0.0.1:8080/ws', tracestate: 'ot=th:0' },
    });
    const { traceparent, tracestate } = body as { traceparent: string; tracestate: string };
    const answer = { ...QUESTION, answer: 'by a mask', model: 'echo' };
    expect(await post(`${running.url}/api/answers`, answer, { traceparent, tracestate })).toMatchObject({
      status: 200,
      body: { stored: true },
    });
    await stop(running);
    const { root, spans } = traceOf('POST /api/questions');
    expect(traceparent).toBe(`00-${root.traceId}-${root.spanId}-01`);
    const stored = named(spans, 'POST /api/answers');
    expect(stored.parentSpanId).toBe(root.spanId);
    expect(named(spans, 'upsert uat-answers').parentSpanId).toBe(stored.spanId);
  });

  test('an answer that Qdrant does not take: 503 with the reason', async () => {
    const running = await startWith({ QDRANT_URL: NOWHERE.http });
    const answer = { ...QUESTION, answer: 'by a mask', model: 'echo' };
    expect(await post(`${running.url}/api/answers`, answer)).toEqual({
      status: 503,
      body: { error: 'the answer is not stored, because of Qdrant: ECONNREFUSED' },
    });
    await stop(running);
    expect(statusOf(traceOf('POST /api/answers').root)).toBe(ERROR);
  });

  test('a malformed traceparent begins a trace of its own', async () => {
    const running = await startWith({ QDRANT_URL: NOWHERE.http });
    const traceparent = '00-00000000000000000000000000000000-0000000000000000-01';
    expect((await post(`${running.url}/api/questions`, QUESTION, { traceparent })).status).toBe(200);
    await stop(running);
    const { root } = traceOf('POST /api/questions');
    expect(root.parentSpanId ?? '').toBe('');
    expect(root.traceId).not.toMatch(/^0+$/);
  });
});

describe('what is refused', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startWith({ QDRANT_URL: NOWHERE.http });
  });

  test.each([
    ['/api/questions', {}, 400, `'question' must be a text that is not empty, as in {"question":"…"}`],
    ['/api/questions', [], 400, "'question' must be"],
    ['/api/questions', null, 400, "'question' must be"],
    ['/api/questions', { question: 7 }, 400, "'question' must be"],
    ['/api/questions', { question: ' ' }, 400, "'question' must be"],
    [
      '/api/questions',
      { question: 'x'.repeat(2001) },
      400,
      "'question' has 2001 characters; it may have at most 2000",
    ],
    ['/api/questions', { question: 'x'.repeat(70_000) }, 413, 'at most 65536 bytes'],
    ['/api/answers', { question: 'a', answer: 'b' }, 400, "'model' must be"],
    ['/api/ask?via=pigeon', QUESTION, 400, "via is 'pigeon'; it must be one of http, websocket"],
    ['/api/ask?via=toString', QUESTION, 400, "via is 'toString'"],
    ['/api/ask', {}, 400, "'question' must be"],
  ])('%s %j', async (path, body, status, reason) => {
    expect(await post(running.url + path, body)).toEqual({
      status,
      body: { error: expect.stringContaining(reason) },
    });
  });

  test('what another page may send unasked', async () => {
    const response = await fetch(`${running.url}/api/ask`, {
      method: 'POST',
      body: JSON.stringify(QUESTION),
    });
    expect(response.status).toBe(415);
    expect(await response.text()).toContain('content-type: application/json');
  });

  test.each([
    ['headers', 'POST /api/ask HTTP/1.1\r\nhost: x\r\n'],
    [
      'a body',
      'POST /api/ask HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{',
    ],
  ])('%s that never end: 408, and the connection is let go', async (_, begun) => {
    const socket = net.connect(Number(new URL(running.url).port), '127.0.0.1');
    socket.write(begun);
    let answered = '';
    for await (const chunk of socket) answered += chunk;
    expect(answered).toMatch(/^HTTP\/1\.1 408 /);
    expect((await get(`${running.url}/health`)).status).toBe(200);
  });
});

describe('time', () => {
  test('a WebSocket service that says nothing, and SIGTERM: the request is cut after 10 s, its spans arrive', async () => {
    const asked = Promise.withResolvers<void>();
    const websocket: WebSocketStandIn = await openWebSocket(() => void asked.resolve());
    const running = await startWith({ WEBSOCKET_URL: websocket.url, QDRANT_URL: NOWHERE.http });
    const cut = expect(post(`${running.url}/api/ask`, QUESTION)).rejects.toThrow('fetch failed');
    await asked.promise;
    const output = await stop(running);
    await cut;
    expect(output).toContain('1 requests had no answer after 10 s and were cut');
  });

  test.each(['http', 'websocket'] as const)('via %s, no answer in time: 504', async (via) => {
    // A server that takes connections and says nothing.
    const mute = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => mute.once('listening', resolve));
    const { port } = mute.address() as AddressInfo;
    const { completeOverHttp } = await import('./completion-over-http.ts');
    const { completeOverWebSocket } = await import('./completion-over-websocket.ts');
    const asking =
      via === 'http'
        ? completeOverHttp(`http://127.0.0.1:${port}`, 'x', 200)
        : completeOverWebSocket(`ws://127.0.0.1:${port}/ws`, 'x', 200);
    await expect(asking).rejects.toMatchObject({
      status: 504,
      message: expect.stringContaining('has not answered within 200 ms'),
    });
    mute.close();
  });
});

describe('the page', () => {
  test('is served with a policy that lets its own script speak to that WebSocket, and nothing else', async () => {
    const running = await startWith({
      QDRANT_URL: NOWHERE.http,
      PUBLIC_WEBSOCKET_URL: 'wss://ws.example/ws',
    });
    for (const [path, type] of [
      ['/', 'text/html'],
      ['/page.js', 'text/javascript'],
      ['/page.css', 'text/css'],
    ] as const) {
      const { status, headers } = await fetch(running.url + path);
      expect([status, headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
        200,
        `${type}; charset=utf-8`,
        'nosniff',
      ]);
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' wss://ws.example; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      );
    }
  });
});
