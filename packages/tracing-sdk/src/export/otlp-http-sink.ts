import type http from 'node:http';
import type { Socket } from 'node:net';
import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { BatchSink, SendOutcome } from './batch-sink.ts';
import { deliverInChild } from './exit-courier.ts';
import { httpOutcome } from './http-outcome.ts';
import type { OtlpEncoding } from './otlp-encoding.ts';

/** What we read of an answer: a partial success or an error text. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** Fastest level: telemetry repeats itself, so it is within a fifth of the best ratio at a fraction of the time. */
const GZIP_LEVEL = 1;
/** Below this, gzip costs more than it saves. */
const GZIP_MIN_BYTES = 1024;

export interface OtlpHttpSinkOptions<Items> {
  /** Full URL, without credentials. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly encoding: OtlpEncoding<Items>;
  readonly compression: 'gzip' | 'none';
  /** One attempt, milliseconds. */
  readonly timeoutMillis: number;
  readonly maxConcurrentExports: number;
  /** PEM texts. */
  readonly tls: { readonly ca?: string; readonly key?: string; readonly cert?: string };
}

interface Body {
  bytes: Uint8Array;
  encoded: 'gzip' | undefined;
  /** Whether gzip has been tried. */
  settled: boolean;
}

/** OTLP/HTTP over `node:http`: keep-alive connections that do not hold the process, requests that are not traced. */
export function createOtlpHttpSink<Items>(options: OtlpHttpSinkOptions<Items>): BatchSink<Body, Items> {
  const url = new URL(options.url);
  const secure = url.protocol === 'https:';
  // Loaded at the first export: they take 17 ms that an app's start need not wait for.
  let transport: typeof http | undefined;
  let agent: http.Agent | undefined;
  const connect = (): typeof http => {
    transport ??= process.getBuiltinModule(secure ? 'node:https' : 'node:http') as typeof http;
    agent ??= new transport.Agent({
      keepAlive: true,
      maxSockets: options.maxConcurrentExports,
      ...(secure ? options.tls : {}),
    });
    return transport;
  };
  const untraced = suppressTracing(ROOT_CONTEXT);
  const headers = { ...options.headers, 'content-type': options.encoding.contentType };

  const attempt = (body: Body): Promise<SendOutcome> =>
    new Promise((resolve) => {
      let request: http.ClientRequest;
      const fail = (error: NodeJS.ErrnoException): void => resolve(connectionOutcome(error));
      // A deadline for the whole attempt; socket time-outs start anew with every byte.
      const timer = setTimeout(() => {
        resolve({ kind: 'retry', reason: `no answer within ${options.timeoutMillis} ms` });
        request?.destroy();
      }, options.timeoutMillis);
      timer.unref();
      try {
        request = connect().request(
          url,
          {
            method: 'POST',
            agent,
            headers: {
              ...headers,
              'content-length': body.bytes.byteLength,
              ...(body.encoded === undefined ? {} : { 'content-encoding': body.encoded }),
            },
          },
          (response) => {
            readAnswer(
              response,
              (answer) => {
                clearTimeout(timer);
                resolve(
                  httpOutcome(
                    response.statusCode ?? 0,
                    response.headers['retry-after'],
                    answer,
                    options.encoding.decodePartialSuccess,
                    response.headers['content-type'],
                  ),
                );
              },
              fail,
            );
          },
        );
      } catch (error) {
        clearTimeout(timer);
        fail(error as NodeJS.ErrnoException);
        return;
      }
      request.on('error', (error: NodeJS.ErrnoException) => {
        clearTimeout(timer);
        // A kept connection that the backend had closed meanwhile: no failure, the next connection will do.
        if (request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE'))
          resolve(attempt(body));
        else fail(error);
      });
      // Exports must not hold a process that has nothing else to do; the exit handlers wait for them instead.
      request.on('socket', (socket: Socket) => socket.unref());
      request.end(body.bytes);
    });

  return {
    description: `${options.url} (${options.encoding.contentType === 'application/json' ? 'http/json' : 'http/protobuf'}${options.compression === 'gzip' ? ', gzip' : ''})`,
    encode(items) {
      const bytes = options.encoding.encode(items);
      const settled = options.compression === 'none' || bytes.byteLength < GZIP_MIN_BYTES;
      return { payload: { bytes, encoded: undefined, settled }, bytes: bytes.byteLength };
    },
    async send(body) {
      if (!body.settled) {
        // Kept compressed from then on: while a backend is down, the queue is a tenth of the size.
        const zipped = await compress(body.bytes);
        body.settled = true;
        if (zipped !== undefined) {
          body.bytes = zipped;
          body.encoded = 'gzip';
        }
      }
      return context.with(untraced, attempt, undefined, body);
    },
    sendAtExit(bodies, timeoutMillis) {
      return deliverInChild(
        {
          url: options.url,
          headers,
          tls: options.tls,
          bodies: bodies.map((body) => ({ bytes: body.bytes, encoded: body.encoded })),
        },
        timeoutMillis,
      );
    },
    async shutdown() {
      agent?.destroy();
    },
  };
}

function compress(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const { gzip } = process.getBuiltinModule('node:zlib');
    gzip(bytes, { level: GZIP_LEVEL }, (error, zipped) => resolve(error === null ? zipped : undefined));
  });
}

function readAnswer(
  response: http.IncomingMessage,
  done: (answer: Buffer) => void,
  fail: (error: NodeJS.ErrnoException) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    if (size < MAX_ANSWER_BYTES) chunks.push(chunk);
    size += chunk.byteLength;
  });
  response.on('end', () => done(Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES)));
  response.on('error', fail);
}

/** Nobody listens there, or the name does not exist: waiting a second will not help a process that is ending. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
]);

function connectionOutcome(error: NodeJS.ErrnoException): SendOutcome {
  // Happy Eyeballs wraps the attempts; its own message is empty.
  const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
  const code = first.code ?? '';
  const reason = first.message === '' ? code : first.message;
  return { kind: 'retry', reason, unreachable: UNREACHABLE.has(code) };
}
