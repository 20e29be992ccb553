import { once } from 'node:events';
import { createServer as createTcpServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { assertSpan } from '../testing/assert-span.ts';
import {
  clientSpan,
  ERROR,
  echoHeaders,
  NEVER_SENT,
  NO_ANSWER,
  serve,
  servers,
  tracing,
} from './fetch.fixture.ts';
import { stop } from './http-tracing.fixture.ts';

describe('a failure', () => {
  it('nobody listens', async () => {
    const origin = await serve(echoHeaders);
    await stop(servers.pop()!);
    await expect(fetch(origin)).rejects.toThrow('fetch failed');
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(origin, { ...NEVER_SENT, 'error.type': 'ECONNREFUSED' }, ERROR),
    );
  });

  it('aborted before the answer', async () => {
    const aborter = new AbortController();
    const origin = await serve(() => aborter.abort());
    await expect(fetch(origin, { signal: aborter.signal })).rejects.toThrow('aborted');
    const spans = await tracing.ended(1);
    assertSpan(spans[0], clientSpan(origin, { ...NO_ANSWER, 'error.type': 'AbortError' }, ERROR));
  });

  it('timed out', async () => {
    const aborter = new AbortController();
    // What AbortSignal.timeout() does, at a moment that is known.
    const origin = await serve(() => aborter.abort(new DOMException('late', 'TimeoutError')));
    await expect(fetch(origin, { signal: aborter.signal })).rejects.toThrow('late');
    assertSpan(
      (await tracing.ended(1))[0],
      clientSpan(origin, { ...NO_ANSWER, 'error.type': 'TimeoutError' }, ERROR),
    );
  });

  it('aborted in the middle of the answer', async () => {
    const origin = await serve((_, response) => void response.write('part'));
    const aborter = new AbortController();
    const response = await fetch(origin, { signal: aborter.signal });
    aborter.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    const spans = await tracing.ended(1);
    assertSpan(spans[0], clientSpan(origin, { 'error.type': 'AbortError' }, ERROR));
    expect(spans).toHaveLength(1);
  });

  it('connection cut in the middle of the answer', async () => {
    const origin = await serve(
      (_, response) =>
        void response.writeHead(200, { 'content-length': 10 }).write('part', () => response.destroy()),
    );
    const response = await fetch(origin);
    await expect(response.text()).rejects.toThrow('terminated');
    assertSpan((await tracing.ended(1))[0], clientSpan(origin, { 'error.type': 'UND_ERR_SOCKET' }, ERROR));
  });

  it('an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-x\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
    server.close();
    expect((await tracing.ended(1))[0]?.attributes['error.type']).toMatch(/^(HPE_|HTTPParserError)/);
  });

  it('a name that does not resolve', async () => {
    await expect(fetch('http://nowhere.invalid:81/')).rejects.toThrow('fetch failed');
    const [span] = await tracing.ended(1);
    // EAI_AGAIN: a machine without a name server.
    expect(span?.attributes['error.type']).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    assertSpan(
      span,
      clientSpan('http://nowhere.invalid:81', { ...NEVER_SENT, 'server.address': 'nowhere.invalid' }, ERROR),
      { volatile: ['error.type'] },
    );
  });
});

describe('a body', () => {
  it('that is streamed is sent as it is', async () => {
    const origin = await serve((incoming, response) => void incoming.pipe(response));
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(Buffer.from('part'));
        controller.close();
      },
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    expect(await (await fetch(origin, init)).text()).toBe('part');
    const spans = await tracing.ended(1);
    assertSpan(spans[0], clientSpan(origin, { 'http.request.method': 'POST' }, { name: 'POST' }));
    expect(spans).toHaveLength(1);
  });

  it('that fails while it is streamed ends the span with its error', async () => {
    const origin = await serve((incoming) => void incoming.resume());
    const body = new ReadableStream<Uint8Array>({
      pull: () => Promise.reject(Object.assign(new Error('no disk'), { code: 'ENOSPC' })),
    });
    const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, duplex: 'half' };
    await expect(fetch(origin, init)).rejects.toThrow();
    const spans = await tracing.ended(1);
    expect(spans.map(({ status, attributes }) => [status, attributes['error.type']])).toEqual([
      [ERROR.status, expect.any(String)],
    ]);
  });

  it('that nobody reads ends the span when it has arrived', async () => {
    const origin = await serve(echoHeaders);
    await fetch(origin);
    assertSpan((await tracing.ended(1))[0], clientSpan(origin));
  });

  it('that the app gives up ends the span then', async () => {
    const origin = await serve((_, response) => void response.write('part'));
    const response = await fetch(origin);
    expect(tracing.spans()).toEqual([]);
    await response.body!.cancel();
    assertSpan((await tracing.ended(1))[0], clientSpan(origin, { 'error.type': 'AbortError' }, ERROR));
  });
});
