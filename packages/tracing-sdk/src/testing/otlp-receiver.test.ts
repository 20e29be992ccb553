import { EventEmitter, once } from 'node:events';
import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import net from 'node:net';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { afterEach, describe, expect, test } from 'vitest';
import { finishedSpan } from './finished-span.ts';
import { type OtlpReceiver, type OtlpReceiverOptions, startOtlpReceiver } from './otlp-receiver.ts';

const receivers: OtlpReceiver[] = [];
async function start(options?: OtlpReceiverOptions): Promise<OtlpReceiver> {
  const receiver = await startOtlpReceiver(options);
  receivers.push(receiver);
  return receiver;
}
afterEach(async () => {
  await Promise.all(receivers.splice(0).map((receiver) => receiver.close()));
});

const protobuf = (...names: string[]): Uint8Array =>
  ProtobufTraceSerializer.serializeRequest(
    names.map((name) => finishedSpan({ name })) as never,
  ) as Uint8Array;
const json = (...names: string[]): Uint8Array =>
  JsonTraceSerializer.serializeRequest(names.map((name) => finishedSpan({ name })) as never) as Uint8Array;
const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };

interface Answer {
  readonly status: number | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `fetch` would not let us set Host, Origin and broken bodies. */
function post(
  receiver: OtlpReceiver,
  body: Uint8Array | undefined,
  headers: http.OutgoingHttpHeaders = PROTOBUF,
  options: RequestOptions = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      `${receiver.url}/v1/traces`,
      { method: 'POST', agent: false, headers, ...options },
      async (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

const names = (receiver: OtlpReceiver): string[] => receiver.spans.map((span) => span.name);
const partialSuccess = (answer: Answer) =>
  ProtobufTraceSerializer.deserializeResponse(answer.body).partialSuccess;

describe('accepting', () => {
  test.each([
    { what: 'protobuf', body: protobuf('a'), headers: PROTOBUF, answer: '' },
    { what: 'JSON', body: json('a'), headers: JSON_TYPE, answer: '{}' },
    {
      what: 'gzip',
      body: gzipSync(protobuf('a')),
      headers: { ...PROTOBUF, 'content-encoding': 'gzip' },
      answer: '',
    },
    {
      what: 'gzip JSON',
      body: gzipSync(json('a')),
      headers: { ...JSON_TYPE, 'content-encoding': 'GZIP' },
      answer: '{}',
    },
    {
      what: 'deflate',
      body: deflateSync(protobuf('a')),
      headers: { ...PROTOBUF, 'content-encoding': 'deflate' },
      answer: '',
    },
    {
      what: 'identity',
      body: protobuf('a'),
      headers: { ...PROTOBUF, 'content-encoding': 'identity' },
      answer: '',
    },
  ])('$what, answered in the same encoding', async ({ body, headers, answer }) => {
    const receiver = await start();
    const { status, headers: answered, body: content } = await post(receiver, body, headers);
    expect(status).toBe(200);
    expect(answered['content-type']).toBe(headers['content-type'].split(';')[0]);
    expect(content.toString()).toBe(answer);
    expect(names(receiver)).toEqual(['a']);
    expect(receiver.counts).toEqual({ exports: 1, refused: 0, ignored: 0, evictedSpans: 0 });
  });

  test('an export without spans', async () => {
    const receiver = await start();
    expect((await post(receiver, new Uint8Array(0))).status).toBe(200);
    expect(receiver.counts.exports).toBe(1);
  });

  test.each(['/v1/metrics', '/v1/logs'])('%s, and counts it as ignored', async (path) => {
    const receiver = await start();
    const answer = await post(receiver, Buffer.from('anything'), JSON_TYPE, { path });
    expect(answer.status).toBe(200);
    expect(answer.body.toString()).toBe('{}');
    expect(receiver.counts).toMatchObject({ ignored: 1, exports: 0 });
  });

  test('onSpans gets every accepted export, before the answer', async () => {
    const seen: string[][] = [];
    const receiver = await start({ onSpans: (spans) => seen.push(spans.map((span) => span.name)) });
    await post(receiver, protobuf('a', 'b'));
    await post(receiver, protobuf('c'));
    expect(seen).toEqual([['a', 'b'], ['c']]);
  });

  test('a body in many pieces, and two requests on one connection', async () => {
    const receiver = await start();
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (const name of ['a', 'b']) {
      const body = protobuf(name);
      const request = http.request(`${receiver.url}/v1/traces`, { method: 'POST', agent, headers: PROTOBUF });
      for (const byte of body) request.write(Uint8Array.of(byte));
      request.end();
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
      await once(response, 'end');
      expect(response.statusCode).toBe(200);
    }
    agent.destroy();
    expect(names(receiver)).toEqual(['a', 'b']);
  });
});

describe('refusing', () => {
  const zipped = { ...PROTOBUF, 'content-encoding': 'gzip' };
  const big = protobuf('x'.repeat(5000));
  test.each<{
    what: string;
    body?: Uint8Array;
    headers?: http.OutgoingHttpHeaders;
    options?: RequestOptions;
    status: number;
    reason: RegExp;
  }>([
    { what: 'GET', options: { method: 'GET' }, status: 405, reason: /takes POST, not GET/ },
    { what: 'another path', options: { path: '/' }, status: 404, reason: /POST \/v1\/traces/ },
    {
      what: 'another type',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      reason: /got "text\/plain"/,
    },
    { what: 'no type', headers: {}, status: 415, reason: /got none/ },
    {
      what: 'another encoding',
      headers: { ...PROTOBUF, 'content-encoding': 'zstd' },
      status: 415,
      reason: /"zstd"/,
    },
    { what: 'truncated protobuf', body: protobuf('a').subarray(0, 30), status: 400, reason: /past the end/ },
    {
      what: 'broken JSON',
      body: Buffer.from('{'),
      headers: JSON_TYPE,
      status: 400,
      reason: /malformed JSON/,
    },
    { what: 'no gzip', body: protobuf('a'), headers: zipped, status: 400, reason: /not gzip/ },
    {
      what: 'truncated gzip',
      body: gzipSync(big).subarray(0, 40),
      headers: zipped,
      status: 400,
      reason: /not gzip/,
    },
    {
      what: 'raw deflate, which HTTP does not mean by the name',
      body: deflateRawSync(big),
      headers: { ...PROTOBUF, 'content-encoding': 'deflate' },
      status: 400,
      reason: /not deflate/,
    },
    { what: 'a large body', body: big, status: 413, reason: /larger than 4000 bytes/ },
    {
      what: 'a large body of unknown length',
      body: big,
      headers: { ...PROTOBUF, 'transfer-encoding': 'chunked' },
      status: 413,
      reason: /larger than 4000/,
    },
    {
      what: 'a zip bomb',
      body: gzipSync(Buffer.alloc(1_000_000)),
      headers: zipped,
      status: 413,
      reason: /larger than 4000/,
    },
  ])('$what: $status with the reason', async ({ body, headers, options, status, reason }) => {
    const receiver = await start({ maxBodyBytes: 4000 });
    const answer = await post(receiver, body ?? protobuf('a'), headers ?? PROTOBUF, options);
    expect(answer.status).toBe(status);
    if (answer.headers['content-type'] === 'application/json') {
      expect(JSON.parse(answer.body.toString()).message).toMatch(reason);
    } else {
      expect(answer.headers['content-type']).toBe('application/x-protobuf');
      // google.rpc.Status: field 1 a code, field 2 the message.
      expect(answer.body[0]).toBe(8);
      expect(answer.body[2]).toBe(0x12);
      expect(answer.body.toString('latin1')).toMatch(reason);
    }
    expect(receiver.counts).toMatchObject({ refused: 1, exports: 0 });
    expect(receiver.spans).toEqual([]);
    // And it goes on working.
    expect((await post(receiver, protobuf('next'))).status).toBe(200);
  });

  test('says which methods and encodings it takes', async () => {
    const receiver = await start();
    expect((await post(receiver, undefined, {}, { method: 'DELETE' })).headers.allow).toBe('POST');
    const brotli = await post(receiver, protobuf('a'), { ...PROTOBUF, 'content-encoding': 'br' });
    expect(brotli.headers['accept-encoding']).toBe('gzip, deflate');
  });

  test('an upload without end is answered while it goes on', async () => {
    const receiver = await start({ maxBodyBytes: 1000 });
    const request = http.request(`${receiver.url}/v1/traces`, {
      method: 'POST',
      agent: false,
      headers: PROTOBUF,
    });
    request.on('error', () => {});
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    for (let i = 0; i < 20; i++) request.write(Buffer.alloc(1000));
    expect((await answered)[0].statusCode).toBe(413);
    request.destroy();
  });

  test('a client that hangs up in the middle leaves nothing behind', async () => {
    const receiver = await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    socket.write(
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: 100\r\n\r\nabc',
    );
    await once(socket, 'connect');
    socket.destroy();
    await once(socket, 'close');
    await post(receiver, protobuf('next'));
    expect(receiver.counts).toMatchObject({ exports: 1, refused: 0 });
  });
});

describe('foreign names', () => {
  test.each([
    { headers: { host: 'localhost:4318' }, status: 200 },
    { headers: { host: '127.0.0.1' }, status: 200 },
    { headers: { host: '[::1]:4318' }, status: 200 },
    { headers: { host: 'app.localhost' }, status: 200 },
    { headers: { host: 'host.docker.internal:4318' }, status: 200 },
    { headers: { host: 'evil.example' }, status: 403 },
    { headers: { host: '127.0.0.1.evil.example' }, status: 403 },
    { headers: { host: 'localhost.evil.example:4318' }, status: 403 },
    { headers: { host: 'a b' }, status: 403 },
    { headers: { origin: 'http://localhost:3000' }, status: 200 },
    { headers: { origin: 'https://evil.example' }, status: 403 },
    { headers: { origin: 'null' }, status: 403 },
  ])('$headers: $status', async ({ headers, status }) => {
    const receiver = await start({ allowedHosts: ['Host.docker.internal'] });
    const answer = await post(receiver, protobuf('a'), { ...PROTOBUF, ...headers });
    expect(answer.status).toBe(status);
    expect(receiver.spans).toHaveLength(status === 200 ? 1 : 0);
  });

  test('are taken when bound to every address: then other machines are meant to come', async () => {
    const receiver = await start({ host: '0.0.0.0' });
    expect(receiver.url).toBe(`http://127.0.0.1:${receiver.port}`);
    expect((await post(receiver, protobuf('a'), { ...PROTOBUF, host: 'tracing.internal' })).status).toBe(200);
  });
});

describe('respond', () => {
  test('plays an outage with Retry-After; refused spans are not kept', async () => {
    const indexes: number[] = [];
    const receiver = await start({
      respond: ({ index }) => {
        indexes.push(index);
        return index === 0 ? { status: 503, headers: { 'retry-after': '7' }, message: 'full' } : undefined;
      },
    });
    const first = await post(receiver, json('a'), JSON_TYPE);
    expect(first.status).toBe(503);
    expect(first.headers['retry-after']).toBe('7');
    expect(JSON.parse(first.body.toString())).toEqual({ code: 14, message: 'full' });
    expect(receiver.spans).toEqual([]);
    expect((await post(receiver, json('a'), JSON_TYPE)).status).toBe(200);
    expect(names(receiver)).toEqual(['a']);
    expect(indexes).toEqual([0, 1]);
  });

  test('plays a partial success, in both encodings', async () => {
    const receiver = await start({ respond: () => ({ rejectedSpans: 2, message: 'too old' }) });
    expect(partialSuccess(await post(receiver, protobuf('a', 'b', 'c')))).toEqual({
      rejectedSpans: 2,
      errorMessage: 'too old',
    });
    const answer = await post(receiver, json('d', 'e', 'f'), JSON_TYPE);
    expect(JSON.parse(answer.body.toString())).toEqual({
      partialSuccess: { rejectedSpans: '2', errorMessage: 'too old' },
    });
    expect(names(receiver)).toEqual(['a', 'd']);
  });

  test('counts beyond 127 and long messages are encoded right', async () => {
    const message = 'ä'.repeat(300);
    const receiver = await start({ respond: () => ({ rejectedSpans: 70_000, message }) });
    expect(partialSuccess(await post(receiver, protobuf('a')))).toEqual({
      rejectedSpans: 70_000,
      errorMessage: message,
    });
  });

  test('plays a warning: a partial success that rejects nothing', async () => {
    const receiver = await start({ respond: () => ({ message: 'clock is off' }) });
    expect(partialSuccess(await post(receiver, protobuf('a')))?.errorMessage).toBe('clock is off');
    expect(names(receiver)).toEqual(['a']);
  });

  test('cuts the connection', async () => {
    const receiver = await start({ respond: () => ({ cut: true }) });
    await expect(post(receiver, protobuf('a'))).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(receiver.spans).toEqual([]);
  });

  test('delays the answer, and close() does not wait for it', async () => {
    const events = new EventEmitter();
    const arrived = once(events, 'request');
    const receiver = await start({
      respond: () => {
        events.emit('request');
        return { delayMillis: 600_000 };
      },
    });
    const answer = post(receiver, protobuf('a'));
    answer.catch(() => {});
    await arrived;
    await receiver.close();
    await expect(answer).rejects.toThrow(/socket hang up|ECONNRESET/);
    expect(receiver.spans).toEqual([]);
  });

  test('sees what the client sent', async () => {
    const receiver = await start({
      respond: ({ headers, encoding, bodyBytes, spans }) => ({
        message: `${headers['x-tenant']} ${encoding} ${bodyBytes} ${spans.length}`,
      }),
    });
    const body = protobuf('a', 'b');
    const answer = await post(receiver, gzipSync(body), {
      ...PROTOBUF,
      'content-encoding': 'gzip',
      'x-tenant': 't1',
    });
    expect(partialSuccess(answer)?.errorMessage).toBe(`t1 protobuf ${body.byteLength} 2`);
  });

  test('that throws is answered with 500 and its words', async () => {
    const receiver = await start({
      respond: () => {
        throw new Error('the test is wrong');
      },
    });
    const answer = await post(receiver, json('a'), JSON_TYPE);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.body.toString()).message).toBe('the test is wrong');
  });
});

describe('what is kept', () => {
  test('is bounded by maxSpans, the oldest go first', async () => {
    const receiver = await start({ maxSpans: 3 });
    for (const batch of [['a', 'b'], ['c', 'd'], ['e']]) await post(receiver, protobuf(...batch));
    expect(names(receiver)).toEqual(['c', 'd', 'e']);
    expect(receiver.counts.evictedSpans).toBe(2);
  });

  test('is bounded by maxBytes', async () => {
    const size = protobuf('a', 'b').byteLength;
    const receiver = await start({ maxBytes: size * 1.5 });
    for (const batch of [
      ['a', 'b'],
      ['c', 'd'],
    ])
      await post(receiver, protobuf(...batch));
    expect(names(receiver)).toEqual(['b', 'c', 'd']);
  });

  test('can be forgotten', async () => {
    const receiver = await start({ maxSpans: 2 });
    await post(receiver, protobuf('a', 'b'));
    receiver.clear();
    expect(receiver.spans).toEqual([]);
    await post(receiver, protobuf('c', 'd'));
    expect(names(receiver)).toEqual(['c', 'd']);
    expect(receiver.counts.evictedSpans).toBe(0);
  });

  test('is grouped into traces, spans by start', async () => {
    const receiver = await start();
    const span = (trace: string, name: string, start: number) => ({
      traceId: trace.repeat(32),
      spanId: 'b'.repeat(16),
      name,
      startTimeUnixNano: String(start),
    });
    const spans = [span('1', 'late', 9), span('2', 'other', 1), span('1', 'early', 3)];
    await post(
      receiver,
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })),
      JSON_TYPE,
    );
    const traces = receiver.traces().map((trace) => [trace.traceId[0], trace.spans.map((s) => s.name)]);
    expect(traces).toEqual([
      ['1', ['early', 'late']],
      ['2', ['other']],
    ]);
  });
});

describe('waitForSpans', () => {
  test('resolves at once when they are there, and later when they come', async () => {
    const receiver = await start();
    const waiting = receiver.waitForSpans(2);
    await post(receiver, protobuf('a'));
    await post(receiver, protobuf('b'));
    expect((await waiting).map((span) => span.name)).toEqual(['a', 'b']);
    expect(await receiver.waitForSpans(2)).toHaveLength(2);
  });

  test('waits for a predicate', async () => {
    const receiver = await start();
    const waiting = receiver.waitForSpans((spans) => spans.some((span) => span.name === 'b'));
    await post(receiver, protobuf('a'));
    await post(receiver, protobuf('b'));
    expect(await waiting).toHaveLength(2);
  });

  test('gives up saying what came and what was refused', async () => {
    const receiver = await start();
    await post(receiver, protobuf('a'));
    await post(receiver, Buffer.from('{'), JSON_TYPE);
    await expect(receiver.waitForSpans(2, { timeoutMillis: 1 })).rejects.toThrow(
      /waited 1 ms for 2 spans, got 1 \(a\); 1 exports, 1 refused \(last: 400 malformed JSON/,
    );
  });

  test('rejects with what its predicate throws', async () => {
    const receiver = await start();
    const waiting = receiver.waitForSpans(() => {
      throw new Error('wrong predicate');
    });
    await expect(waiting).rejects.toThrow('wrong predicate');
  });

  test('rejects when the receiver closes', async () => {
    const receiver = await start();
    const waiting = receiver.waitForSpans(1);
    waiting.catch(() => {});
    await receiver.close();
    await expect(waiting).rejects.toThrow(/closed while waiting/);
  });
});

describe('listening', () => {
  test('a port that is taken is a clear error', async () => {
    const { port } = await start();
    await expect(startOtlpReceiver({ port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
      message: `the OTLP receiver cannot listen on 127.0.0.1:${port}: something else listens there already; port 0 takes a free one`,
    });
  });

  test('close() frees the port, cuts connections and can be called again', async () => {
    const receiver = await start();
    const socket = net.connect(receiver.port, '127.0.0.1');
    await once(socket, 'connect');
    await Promise.all([receiver.close(), once(socket, 'close')]);
    await receiver.close();
    const again = await start({ port: receiver.port });
    expect(again.port).toBe(receiver.port);
  });
});
