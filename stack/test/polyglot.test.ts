/** One request through TypeScript, Go, Rust and Qdrant, with the variables of the compose file, at the end of the Collector. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoredSpan } from '../src/native/index.ts';
import { figures } from './figures.ts';
import {
  CLIENT,
  ERROR,
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

const record = figures('One trace through three languages');

describe.skipIf(examplesMissing)('three services', () => {
  let polyglot: PolyglotStack;
  beforeAll(async () => {
    polyglot = await startPolyglotStack();
  });
  afterAll(() => polyglot?.stop());

  /** The trace in both stores, once it is the same there and has what is wanted. */
  async function storedTrace(
    traceId: string,
    isWhole: (spans: readonly StoredSpan[]) => boolean,
  ): Promise<readonly StoredSpan[]> {
    const { jaeger, tempo } = polyglot.stack;
    const of = (spans: readonly StoredSpan[]) => spans.filter((span) => span.traceId === traceId);
    for (const store of [jaeger, tempo])
      await store.waitFor((spans) => isWhole(of(spans)), `trace ${traceId}`);
    const [inJaeger, inTempo] = [jaeger, tempo].map((store) => of(store.spans()));
    const ids = (spans: readonly StoredSpan[] = []) => spans.map(({ spanId }) => spanId).sort();
    expect(ids(inTempo)).toEqual(ids(inJaeger));
    expect(new Set(ids(inJaeger)).size).toBe(inJaeger?.length);
    return inJaeger as readonly StoredSpan[];
  }

  /** The spans below one, by what they are. */
  class Tree {
    readonly spans: readonly StoredSpan[];

    constructor(spans: readonly StoredSpan[]) {
      this.spans = spans;
    }

    one(what: string, is: (span: StoredSpan) => boolean): StoredSpan {
      return onlySpan(this.spans, is, what);
    }

    parentOf(child: StoredSpan): StoredSpan | undefined {
      return this.spans.find(({ spanId }) => spanId === child.parentSpanId);
    }

    isBelow(child: StoredSpan, ancestor: StoredSpan): boolean {
      for (let at = this.parentOf(child); at !== undefined; at = this.parentOf(at))
        if (at.spanId === ancestor.spanId) return true;
      return false;
    }
  }

  const hasAll = (spans: readonly StoredSpan[]): boolean =>
    spans.some((span) => serviceOf(span) === 'llm-router' && isQdrant(span)) &&
    spans.some((span) => serviceOf(span) === 'websocket-service') &&
    spans.some(({ name }) => name === 'upsert uat-answers');
  /** What is found in Qdrant's headers, by protocol. */
  const contexts = async (traceId: string) => {
    const requests = (await polyglot.qdrantRequests()).filter(({ headers }) =>
      headers.traceparent?.includes(traceId),
    );
    const spanIds = (grpc: boolean) =>
      requests
        .filter(({ url }) => url.startsWith('/qdrant.') === grpc)
        .map(({ headers }) => headers.traceparent?.split('-')[2] as string);
    return { rest: spanIds(false), grpc: spanIds(true) };
  };

  it('over the WebSocket: one trace id, every parent right, both protocols of Qdrant', async () => {
    const { traceId, spanId, traceparent } = newTrace();
    const answer = await postJson(polyglot.url('typescript-service', '/api/ask'), QUESTION, { traceparent });
    expect(answer).toMatchObject({
      status: 200,
      body: { via: 'websocket', model: 'echo', related: { length: 3 }, stored: true, trace_id: traceId },
    });
    const spans = await storedTrace(
      traceId,
      (found) =>
        hasAll(found) && found.some((span) => span.name === 'POST /api/ask' && span.parentSpanId === spanId),
    );
    const tree = new Tree(spans);
    const ask = tree.one('the request', ({ name }) => name === 'POST /api/ask');
    expect(ask).toMatchObject({ kind: SERVER, parentSpanId: spanId });
    const call = tree.one('the call', ({ name }) => name === 'complete');
    expect(call).toMatchObject({ kind: CLIENT, parentSpanId: ask.spanId });

    const ofGo = spans.filter((span) => serviceOf(span) === 'websocket-service');
    const toRouter = tree.one(
      'Go’s call of the router',
      (span) => ofGo.includes(span) && span.kind === CLIENT,
    );
    const message = tree.parentOf(toRouter) as StoredSpan;
    expect(serviceOf(message)).toBe('websocket-service');
    expect(message.parentSpanId).toBe(call.spanId);
    // The connection was made for this request, so its span is in the trace too, and the message is linked to it.
    const linked = message.links?.map((link) => link.spanId) ?? [];
    const handshake = tree.one(
      'the handshake',
      (span) => linked.includes(span.spanId) && ofGo.includes(span),
    );
    expect(handshake.parentSpanId).toBe(call.spanId);

    const completion = tree.one(
      'Rust’s request',
      (span) => serviceOf(span) === 'llm-router' && span.kind === SERVER,
    );
    expect(completion.parentSpanId).toBe(toRouter.spanId);
    const search = tree.one('Rust’s search', (span) => serviceOf(span) === 'llm-router' && isQdrant(span));
    expect(tree.isBelow(search, completion)).toBe(true);

    const ofTypeScript = spans.filter((span) => serviceOf(span) === 'typescript-service' && isQdrant(span));
    expect(ofTypeScript.map(({ name }) => name).sort()).toEqual(['query uat-docs', 'upsert uat-answers']);
    for (const span of ofTypeScript) expect(span.parentSpanId, span.name).toBe(ask.spanId);
    // Every parent is there, but for the caller's.
    const missing = spans.filter((span) => span.parentSpanId !== spanId && tree.parentOf(span) === undefined);
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(spans.filter((span) => statusOf(span) === ERROR)).toEqual([]);

    const received = await contexts(traceId);
    expect(received.rest.sort()).toEqual(ofTypeScript.map((span) => span.spanId).sort());
    expect(received.grpc).toEqual([search.spanId]);
    record('spans of one question over the WebSocket', spans.length);
    for (const name of Object.keys(PORTS))
      record(`  of them of ${name}`, spans.filter((span) => serviceOf(span) === name).length);
  });

  it('over HTTP: TypeScript is the parent of Rust', async () => {
    const { traceId, traceparent } = newTrace();
    const url = polyglot.url('typescript-service', '/api/ask?via=http');
    expect((await postJson(url, QUESTION, { traceparent })).status).toBe(200);
    const tree = new Tree(
      await storedTrace(
        traceId,
        (spans) =>
          spans.some((span) => serviceOf(span) === 'llm-router' && isQdrant(span)) &&
          spans.some(({ name }) => name === 'POST /api/ask'),
      ),
    );
    const completion = tree.one(
      'Rust’s request',
      (span) => serviceOf(span) === 'llm-router' && span.kind === SERVER,
    );
    const caller = tree.parentOf(completion) as StoredSpan;
    expect(serviceOf(caller)).toBe('typescript-service');
    expect(tree.parentOf(caller)?.name).toBe('POST /api/ask');
  });

  it('step by step, as the page does it: one trace id', async () => {
    const question = await postJson(polyglot.url('typescript-service', '/api/questions'), QUESTION);
    const { traceparent, tracestate } = question.body as { traceparent: string; tracestate: string };
    const [, traceId, spanId] = traceparent.split('-') as [string, string, string];
    const completion = await complete({ prompt: QUESTION.question, traceparent, tracestate });
    expect(completion).toMatchObject({ type: 'completion', model: 'echo' });
    const { text, model } = completion as { text: string; model: string };
    const stored = await postJson(
      polyglot.url('typescript-service', '/api/answers'),
      { ...QUESTION, answer: text, model },
      { traceparent, tracestate },
    );
    expect(stored).toMatchObject({ status: 200, body: { stored: true } });
    const tree = new Tree(await storedTrace(traceId, hasAll));
    expect(tree.one('the question', ({ name }) => name === 'POST /api/questions').spanId).toBe(spanId);
    expect(tree.one('the answer', ({ name }) => name === 'POST /api/answers').parentSpanId).toBe(spanId);
    const toRouter = tree.one(
      'Go’s call',
      (span) => serviceOf(span) === 'websocket-service' && span.kind === CLIENT,
    );
    expect(tree.parentOf(toRouter)?.parentSpanId).toBe(spanId);
    // What the message says of itself is where the answer came from.
    expect(completion.traceparent).toBe(`00-${traceId}-${tree.parentOf(toRouter)?.spanId}-01`);
  });

  /** As a page of the TypeScript service does it. */
  function complete(message: object): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const url = polyglot.url('websocket-service', '/ws').replace(/^http/, 'ws');
      const socket = new WebSocket(url, { headers: { origin: 'http://localhost:8000' } });
      socket.addEventListener('open', () =>
        socket.send(JSON.stringify({ type: 'complete', id: 'a', max_tokens: 50, ...message })),
      );
      socket.addEventListener('message', ({ data }) => {
        resolve(JSON.parse(String(data)));
        socket.close(1000);
      });
      socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)));
      socket.addEventListener('error', () => {});
    });
  }

  describe('the commands of the description, as written', () => {
    const COMMANDS = {
      'llm-router': `curl -X POST http://localhost:8001/v1/completions \\
  -H "Content-Type: application/json" \\
  -H "traceparent: 00-$(openssl rand -hex 16)-$(openssl rand -hex 8)-01" \\
  -d '{"prompt": "Hello world", "max_tokens": 50}'`,
      'websocket-service': `curl http://localhost:8080/health \\
  -H "traceparent: 00-$(openssl rand -hex 16)-$(openssl rand -hex 8)-01"`,
    } as const;

    it.each(Object.entries(COMMANDS))(
      '%s: it answers, and the trace is that of the header',
      async (name, command) => {
        const service = name as keyof typeof COMMANDS;
        expect(readFileSync(new URL('../README.md', import.meta.url), 'utf8')).toContain(command);
        const before = new Set(polyglot.stack.jaeger.spans().map(({ spanId }) => spanId));
        // `localhost` is the machine where the port is published; here it is the service's own network. The ids that
        // openssl makes are seen by `set -x`, which writes the finished command.
        const here = polyglot.stack.network.address(service);
        const script = `set -x\n${command.replace('localhost', here)}`;
        const { code, text } = await polyglot.stack.run(['bash', '-c', script], { at: service });
        expect(code, text).toBe(0);
        const [, traceId, parent] = /traceparent: 00-([0-9a-f]{32})-([0-9a-f]{16})-01/.exec(text) ?? [];
        if (service === 'llm-router') expect(text).toMatch(/"object": ?"text_completion"/);
        const spans = await polyglot.stack.jaeger.waitFor(
          (all) => all.some((span) => span.traceId === traceId && span.parentSpanId === parent),
          `a span of ${traceId} below ${parent}`,
        );
        const first = spans.find((span) => span.traceId === traceId && span.parentSpanId === parent);
        expect(before.has(first?.spanId ?? '')).toBe(false);
        expect(serviceOf(first as StoredSpan)).toBe(service);
        expect(first?.kind).toBe(SERVER);
      },
    );
  });

  it('says with what it traces', () => {
    for (const name of ['llm-router', 'websocket-service'] as const)
      expect(polyglot.services[name].log()).toContain('tracing initialized');
    // Go's memory has a limit, below the container's 256 MiB.
    expect(polyglot.services['websocket-service'].log()).toContain(`"memory_limit":${200 * 2 ** 20}`);
  });
});
