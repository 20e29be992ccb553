/** What the three services answer, and what their spans say, when something of it all is away, and to clients that mean no good. */
import net from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredSpan } from '../src/native/index.ts';
import { figures } from './figures.ts';
import {
  CLIENT,
  ERROR,
  type ExampleName,
  examplesMissing,
  isQdrant,
  newTrace,
  onlySpan,
  PORTS,
  type PolyglotStack,
  postJson,
  QUESTION,
  SERVER,
  serviceOf,
  startPolyglotStack,
  statusOf,
} from './polyglot-stack.ts';

const record = figures('Faults of the three services');
const NAMES = Object.keys(PORTS) as ExampleName[];

describe.skipIf(examplesMissing)('three services', () => {
  let polyglot: PolyglotStack;
  beforeAll(async () => {
    polyglot = await startPolyglotStack();
  });
  afterAll(() => polyglot?.stop());

  const ask = (traceparent: string, via = 'websocket') =>
    postJson(polyglot.url('typescript-service', `/api/ask?via=${via}`), QUESTION, { traceparent });
  const ofTrace = (spans: readonly StoredSpan[], id: string) => spans.filter(({ traceId }) => traceId === id);

  /** The spans of a trace, once the wanted ones are there. */
  async function trace(
    id: string,
    ...wanted: ((span: StoredSpan) => boolean)[]
  ): Promise<readonly StoredSpan[]> {
    const spans = await polyglot.stack.jaeger.waitFor(
      (all) => wanted.every((is) => ofTrace(all, id).some(is)),
      `all that is wanted of ${id}: ${ofTrace(polyglot.stack.jaeger.spans(), id).map((span) => `${serviceOf(span)} ${span.name}`)}`,
    );
    return ofTrace(spans, id);
  }
  const root = ({ name }: StoredSpan): boolean => name === 'POST /api/ask';
  const of =
    (name: ExampleName, kind: number) =>
    (span: StoredSpan): boolean =>
      serviceOf(span) === name && span.kind === kind;

  it('the router is away: 503 with the reason, failed spans in Go and TypeScript; back: answered', async () => {
    const { services } = polyglot;
    const end = await services['llm-router'].stop('SIGTERM');
    expect(end.code, end.text).toBe(0);
    const { traceId, traceparent } = newTrace();
    const answer = await ask(traceparent);
    expect(answer.status).toBe(503);
    expect(answer.body.error).toContain('router_unavailable');
    const direct = newTrace();
    expect(await ask(direct.traceparent, 'http')).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('is not reachable (ECONNREFUSED)') },
    });

    const spans = await trace(traceId, root, of('websocket-service', CLIENT));
    for (const is of [root, ({ name }: StoredSpan) => name === 'complete', of('websocket-service', CLIENT)])
      expect(statusOf(onlySpan(spans, is))).toBe(ERROR);
    const message = spans.find(
      ({ spanId }) => spanId === onlySpan(spans, of('websocket-service', CLIENT)).parentSpanId,
    );
    expect(statusOf(message as StoredSpan)).toBe(ERROR);

    await polyglot.start('llm-router');
    expect((await ask(newTrace().traceparent)).status).toBe(200);
  });

  it('the WebSocket service is away: 503 with the reason; the other way works', async () => {
    await polyglot.services['websocket-service'].stop('SIGTERM');
    const { traceId, traceparent } = newTrace();
    expect(await ask(traceparent)).toMatchObject({
      status: 503,
      body: { error: expect.stringContaining('is not reachable') },
    });
    expect((await ask(newTrace().traceparent, 'http')).status).toBe(200);
    const spans = await trace(traceId, root, ({ name }) => name === 'complete');
    expect(statusOf(onlySpan(spans, root))).toBe(ERROR);
    await polyglot.start('websocket-service');
    expect((await ask(newTrace().traceparent)).status).toBe(200);
  });

  it('Qdrant is away: answered without context, by failed spans of both protocols; back: with it again', async () => {
    await polyglot.stack.qdrant.stop('SIGKILL');
    const { traceId, traceparent } = newTrace();
    expect(await ask(traceparent)).toMatchObject({
      status: 200,
      body: {
        related: [],
        qdrant: { status: 'unavailable' },
        context: { status: 'unavailable' },
        stored: false,
      },
    });
    const inQdrant = (name: ExampleName) => (span: StoredSpan) => serviceOf(span) === name && isQdrant(span);
    const spans = await trace(traceId, root, inQdrant('llm-router'), inQdrant('typescript-service'));
    for (const span of spans.filter(isQdrant)) expect(statusOf(span), span.name).toBe(ERROR);
    // The request itself has not failed, in any service.
    for (const name of NAMES)
      for (const span of spans.filter(of(name, SERVER))) expect(statusOf(span), span.name).not.toBe(ERROR);

    await polyglot.stack.qdrant.start();
    await expect
      .poll(async () => (await ask(newTrace().traceparent)).body, { timeout: 30_000, interval: 500 })
      .toMatchObject({ qdrant: { status: 'ok' }, context: { status: 'found' }, stored: true });
  });

  it('the provider of a model is away: the router says so, and serves its own model as before', async () => {
    const providers = [
      { name: 'away', base_url: 'http://127.0.0.1:1/v1', models: ['remote'], max_retries: 1 },
    ];
    const router = await polyglot.startAnother('llm-router', {
      ROUTER_PROVIDERS: JSON.stringify({ providers }),
    });
    const complete = (model: string, traceparent: string) =>
      postJson(
        `${router.url(PORTS['llm-router'])}/v1/completions`,
        { model, prompt: 'Hello' },
        { traceparent },
      );
    const { traceId, traceparent } = newTrace();
    const refused = await complete('remote', traceparent);
    expect([502, 503]).toContain(refused.status);
    expect(refused.body).toMatchObject({
      error: { message: expect.any(String), type: expect.any(String) },
    });
    expect((await complete('echo', newTrace().traceparent)).status).toBe(200);
    const spans = await trace(traceId, of('llm-router', SERVER), of('llm-router', CLIENT));
    expect(statusOf(onlySpan(spans, of('llm-router', SERVER)))).toBe(ERROR);
    const calls = spans.filter((span) => span.kind === CLIENT && !isQdrant(span));
    expect(calls.length).toBeGreaterThan(0);
    for (const call of calls) expect(statusOf(call), call.name).toBe(ERROR);
    const end = await router.stop('SIGTERM');
    expect(end.code, end.text).toBe(0);
  });

  it('the Collector is away, and back before and after SIGTERM: not a span is lost', async () => {
    const { collector, jaeger, tempo } = polyglot.stack;
    await collector.stop('SIGTERM');
    const asked = Array.from({ length: 40 }, newTrace);
    for (const { traceparent } of asked) expect((await ask(traceparent)).status).toBe(200);
    await collector.start();
    // Some more, which nobody has sent when the signal comes.
    const last = Array.from({ length: 20 }, newTrace);
    const answers = await Promise.all(last.map(({ traceparent }) => ask(traceparent)));
    expect(answers.map(({ status }) => status)).toEqual(new Array(20).fill(200));
    for (const name of ['typescript-service', 'websocket-service', 'llm-router'] as const) {
      const end = await polyglot.services[name].stop('SIGTERM');
      expect(end.code, `${name}: ${end.text.slice(-500)}`).toBe(0);
    }
    // As in polyglot.test.ts: five of TypeScript, the handshake, its end, the message and its call in Go, three in Rust.
    const SPANS_A_QUESTION = 12;
    const ids = new Set([...asked, ...last].map(({ traceId }) => traceId));
    const wanted = ids.size * SPANS_A_QUESTION;
    for (const store of [jaeger, tempo]) {
      const mine = () => store.spans().filter(({ traceId }) => ids.has(traceId));
      await store.waitFor(() => mine().length >= wanted, `${wanted} of them`, 60_000).catch(() => {});
      const unique = new Set(mine().map(({ traceId, spanId }) => traceId + spanId)).size;
      record(
        `Collector away for ${asked.length} of ${ids.size} questions: ${store.name}`,
        `${unique} of ${wanted} spans`,
      );
      const counts = Map.groupBy(mine(), (span) => `${serviceOf(span)} ${span.name}`);
      expect(unique, [...counts].map(([name, { length }]) => `${name}: ${length}`).join('\n')).toBe(wanted);
    }
    for (const name of ['llm-router', 'websocket-service', 'typescript-service'] as const)
      await polyglot.start(name);
  });

  describe('who means no good', () => {
    let alive: () => Promise<void>;
    beforeEach(() => {
      alive = async () => expect((await ask(newTrace().traceparent)).status).toBe(200);
    });

    it.each([
      '00-00000000000000000000000000000000-00f067aa0ba902b7-01',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01',
      'ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01',
      '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more',
      'x'.repeat(5000),
    ])('a malformed traceparent begins a trace of its own: %s', async (traceparent) => {
      const completion = await fetch(polyglot.url('llm-router', '/v1/completions'), {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent },
        body: JSON.stringify({ prompt: 'Hello world', max_tokens: 50 }),
      });
      expect(completion.status).toBe(200);
      const traceId = completion.headers.get('x-trace-id');
      expect(traceId).toMatch(/^(?!0+$)[0-9a-f]{32}$/);
      expect(traceId).not.toBe('4bf92f3577b34da6a3ce929d0e0e4736');
      const asked = await ask(traceparent);
      expect(asked.status).toBe(200);
      expect(asked.body.trace_id).not.toBe('4bf92f3577b34da6a3ce929d0e0e4736');
      const message = await overWebSocket({ type: 'complete', id: 'a', prompt: 'Hello', traceparent });
      expect(message).toMatchObject({ type: 'completion', id: 'a' });
      expect(message?.traceparent).not.toContain('4bf92f3577b34da6a3ce929d0e0e4736');
    });

    it.each([
      ['typescript-service', '/api/ask', { question: 'x'.repeat(2 * 1024 * 1024) }],
      ['llm-router', '/v1/completions', { prompt: 'x'.repeat(2 * 1024 * 1024) }],
    ] as const)('%s refuses a body that is too large, and goes on', async (name, path, body) => {
      // Not fetch: a server may close as soon as it has seen enough.
      const text = JSON.stringify(body);
      const answered = await raw(
        name,
        `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`,
      );
      expect(answered).toMatch(/^HTTP\/1\.1 413 /);
      await alive();
    });

    it('a message that is too large is refused', async () => {
      const refused = await overWebSocket({ type: 'complete', id: 'a', prompt: 'x'.repeat(100_000) });
      // Either way it says so: by a message, or by the code of the close (RFC 6455, 7.4.1).
      expect(refused).toMatchObject(
        refused?.type === 'error' ? { code: 'too_large' } : { type: 'closed', code: 1009 },
      );
      await alive();
    });

    it.each([
      ['no JSON', 'hello'],
      ['no type', '{}'],
      ['an unknown type', '{"type":"delete","id":"a"}'],
      ['no prompt', '{"type":"complete","id":"a"}'],
      ['a prompt that is no text', '{"type":"complete","id":"a","prompt":7}'],
      ['an id that is too long', JSON.stringify({ type: 'complete', id: 'a'.repeat(129), prompt: 'x' })],
    ])('a message with %s is answered bad_message', async (_, text) => {
      expect(await overWebSocket(text)).toMatchObject({ type: 'error', code: 'bad_message' });
    });

    it('a page from somewhere else is refused', async () => {
      const answered = await raw('websocket-service', upgrade('Origin: http://evil.example\r\n'), {
        until: /\r\n\r\n/,
      });
      expect(answered).toMatch(/^HTTP\/1\.1 403 /);
    });

    it.each([
      ['headers', 'typescript-service'],
      ['headers', 'llm-router'],
      ['headers', 'websocket-service'],
      ['a body', 'typescript-service'],
      ['a body', 'llm-router'],
    ] as const)('%s that never end (slow loris): %s lets go within 30 s', async (part, name) => {
      const path = name === 'llm-router' ? '/v1/completions' : '/api/ask';
      const head = `POST ${path} HTTP/1.1\r\nhost: x\r\n`;
      const begun =
        part === 'headers' ? head : `${head}content-type: application/json\r\ncontent-length: 1000\r\n\r\n{`;
      const started = performance.now();
      const answered = await raw(name, begun, { trickle: part === 'headers' ? 'x-a: b\r\n' : ' ' });
      const seconds = (performance.now() - started) / 1000;
      expect(seconds).toBeLessThan(30);
      expect(answered).toMatch(/^(HTTP\/1\.1 (408|400) |$)/);
      record(`slow ${part}: ${name} lets go after`, `${seconds.toFixed(1)} s`);
      await alive();
    });

    it.each([
      ['not masked', Buffer.from([0x81, 0x02, 0x7b, 0x7d])],
      ['of a reserved kind', Buffer.from([0x83, 0x80, 0, 0, 0, 0])],
      ['with a reserved bit', Buffer.from([0xf1, 0x80, 0, 0, 0, 0])],
      ['a control frame of 126 bytes', Buffer.concat([Buffer.from([0x89, 0xfe, 0, 126]), Buffer.alloc(130)])],
      ['a continuation of nothing', Buffer.from([0x80, 0x80, 0, 0, 0, 0])],
      ['of 2^63 bytes', Buffer.from([0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])],
      ['binary', Buffer.from([0x82, 0x82, 0, 0, 0, 0, 0x7b, 0x7d])],
    ])('a frame that is %s ends the connection, or is answered bad_message', async (_, frame) => {
      const answered = await raw('websocket-service', Buffer.concat([Buffer.from(upgrade()), frame]), {
        // The first bytes after the upgrade.
        until: /\r\n\r\n./s,
      });
      expect(answered).toMatch(/^HTTP\/1\.1 101 /);
      const [, after = ''] = answered.split('\r\n\r\n');
      // Closed, with or without a reason, or told what is wrong.
      expect(after === '' || after.charCodeAt(0) === 0x88 || after.includes('bad_message'), after).toBe(true);
      await alive();
    });
  });

  const upgrade = (more = ''): string =>
    `GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${more}\r\n`;

  /** @returns the first message, or `{type: 'closed', code}` */
  function overWebSocket(message: object | string): Promise<Record<string, unknown>> {
    return new Promise((resolve) => {
      const socket = new WebSocket(polyglot.url('websocket-service', '/ws').replace(/^http/, 'ws'));
      socket.addEventListener('open', () =>
        socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
      );
      socket.addEventListener('message', ({ data }) => {
        resolve(JSON.parse(String(data)));
        socket.close(1000);
      });
      socket.addEventListener('close', ({ code }) => resolve({ type: 'closed', code }));
      socket.addEventListener('error', () => {});
    });
  }

  /**
   * Sends bytes as they are.
   *
   * @param trickle what is sent every second afterwards
   * @param until ends the connection as soon as this has come
   * @returns what came until the server has closed, at most for 40 s
   */
  function raw(
    name: ExampleName,
    bytes: string | Buffer,
    { trickle, until }: { trickle?: string; until?: RegExp } = {},
  ): Promise<string> {
    const socket = net.connect(PORTS[name], polyglot.stack.network.address(name));
    return new Promise((resolve) => {
      let answered = '';
      const dripping = trickle === undefined ? undefined : setInterval(() => socket.write(trickle), 1000);
      const timer = setTimeout(() => socket.destroy(), 40_000);
      socket.on('data', (chunk) => {
        answered += chunk.toString('latin1');
        if (until?.test(answered)) socket.destroy();
      });
      // A server that closes while more is sent resets the connection.
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(dripping);
        clearTimeout(timer);
        resolve(answered);
      });
      socket.write(bytes);
    });
  }
});
