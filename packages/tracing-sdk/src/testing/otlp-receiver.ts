import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { HttpProblem } from './http-problem.ts';
import { foreignRequestProblem, isLoopback } from './local-request.ts';
import { CONTENT_TYPES, encodeExportResponse, encodeStatus } from './otlp-answer.ts';
import {
  decodeTraces,
  MalformedOtlpError,
  type OtlpBodyEncoding,
  OtlpTooLargeError,
} from './otlp-decoder.ts';
import type { ReceivedSpan } from './received-span.ts';
import { readRequestBody } from './request-body.ts';
import { createSpanStore, type ReceivedTrace, type SpanPredicate } from './span-store.ts';

export interface OtlpReceiverOptions {
  /** Default: 0, a free one. */
  readonly port?: number;
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Names besides this machine's own that requests to a loopback receiver may use, e.g. `host.docker.internal`. */
  readonly allowedHosts?: readonly string[];
  /** Called with the spans of every request that is accepted, before the answer goes out. */
  readonly onSpans?: (spans: readonly ReceivedSpan[]) => void;
  /** Plays a backend in trouble. Called for every decoded trace export; undefined stands for 200. */
  readonly respond?: (
    request: ReceivedRequest,
  ) => ReceiverAnswer | undefined | Promise<ReceiverAnswer | undefined>;
  /** Spans kept; the oldest go first. Default: 100,000. */
  readonly maxSpans?: number;
  /** Decoded bytes kept; the oldest spans go first. Default: 256 MiB. */
  readonly maxBytes?: number;
  /** Bytes of one body, as sent and decompressed. Default: 64 MiB. */
  readonly maxBodyBytes?: number;
}

/** A trace export as `respond` sees it. */
export interface ReceivedRequest {
  /** 0 for the first trace export, 1 for the second, … */
  readonly index: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly encoding: OtlpBodyEncoding;
  /** Decompressed. */
  readonly bodyBytes: number;
  readonly spans: readonly ReceivedSpan[];
}

export interface ReceiverAnswer {
  /** Default: 200. The spans of a request are kept only with a status of 200 to 299. */
  readonly status?: number;
  /** For instance `{ 'retry-after': '1' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds before the answer. Nothing is kept of a client that hangs up before. */
  readonly delayMillis?: number;
  /** Partial success: so many spans, counted from the end of the request, are refused and not kept. */
  readonly rejectedSpans?: number;
  /** What a partial success or an error says. */
  readonly message?: string;
  /** Cuts the connection in place of an answer; the spans are not kept. */
  readonly cut?: boolean;
}

export interface OtlpReceiver {
  /** Base URL, fit for `OTEL_EXPORTER_OTLP_ENDPOINT` and the option `endpoint`. */
  readonly url: string;
  readonly port: number;
  /** What was accepted, in order of arrival; a live array. */
  readonly spans: readonly ReceivedSpan[];
  readonly counts: ReceiverCounts;
  /** The spans by trace, in order of arrival of each trace's first span. */
  traces(): ReceivedTrace[];
  /**
   * Resolves with all spans when so many have arrived, or when the predicate says so.
   *
   * @param options `timeoutMillis` default: 10000.
   * @throws Error (as a rejection) after that time, saying what arrived and what was refused; and on `close()`.
   */
  waitForSpans(
    until: number | SpanPredicate,
    options?: { readonly timeoutMillis?: number },
  ): Promise<readonly ReceivedSpan[]>;
  /** Forgets the spans; the counts go on. */
  clear(): void;
  /** Stops listening, cuts what is connected. Idempotent. */
  close(): Promise<void>;
}

export interface ReceiverCounts {
  /** Trace exports that could be decoded. */
  readonly exports: number;
  /** Requests answered with an error, `respond`'s excepted. */
  readonly refused: number;
  /** Exports of metrics and of logs: accepted and thrown away. */
  readonly ignored: number;
  /** Spans let go to stay within `maxSpans` and `maxBytes`. */
  readonly evictedSpans: number;
}

const MIB = 1024 * 1024;
/** On the server: our HTTP instrumentation leaves its requests alone, or each export would make a span to export. */
const UNTRACED = Symbol.for('@uat/tracing-sdk/untraced');

/**
 * Starts an OTLP/HTTP receiver for traces, in this process: protobuf and JSON, plain, gzip and deflate. For tests, and
 * for seeing traces where no backend runs.
 *
 * @throws Error (as a rejection) with `code` `EADDRINUSE` and the like when it cannot listen.
 * @example
 * const receiver = await startOtlpReceiver();
 * const tracing = initTracing('checkout', { endpoint: receiver.url });
 * await placeOrder();
 * await tracing.flush();
 * const [order] = await receiver.waitForSpans(1);
 * await receiver.close();
 */
export async function startOtlpReceiver(options: OtlpReceiverOptions = {}): Promise<OtlpReceiver> {
  const { port = 0, host = '127.0.0.1', onSpans, respond, maxBodyBytes = 64 * MIB } = options;
  const store = createSpanStore(options.maxSpans ?? 100_000, options.maxBytes ?? 256 * MIB);
  const allowedHosts = isLoopback(host)
    ? new Set(options.allowedHosts?.map((name) => name.toLowerCase()))
    : undefined;
  const closing = new AbortController();
  const counts = { exports: 0, refused: 0, ignored: 0 };
  let lastRefusal: string | undefined;

  const takeTraces = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const encoding = requireEncoding(request);
    const body = await readRequestBody(request, maxBodyBytes);
    if (body === undefined) return;
    const spans = decodeTraces(body, encoding);
    const index = counts.exports++;
    const answer =
      (await respond?.({ index, headers: request.headers, encoding, bodyBytes: body.byteLength, spans })) ??
      {};
    if (answer.delayMillis !== undefined)
      await delay(answer.delayMillis, undefined, { signal: closing.signal });
    if (answer.cut === true) {
      request.socket.destroy();
      return;
    }
    if (response.destroyed) return;
    const { status = 200, rejectedSpans = 0, message = '', headers = {} } = answer;
    if (status < 200 || status > 299) {
      send(response, status, encodeStatus(encoding, status, message), CONTENT_TYPES[encoding], headers);
      return;
    }
    const kept = rejectedSpans > 0 ? spans.slice(0, -rejectedSpans) : spans;
    store.add(kept, body.byteLength);
    onSpans?.(kept);
    const content = encodeExportResponse(encoding, rejectedSpans, message);
    send(response, status, content, CONTENT_TYPES[encoding], headers);
  };

  const ignore = (request: http.IncomingMessage, response: http.ServerResponse): void => {
    const encoding = requireEncoding(request);
    request.resume();
    request.on('end', () => {
      counts.ignored++;
      send(response, 200, encodeExportResponse(encoding, 0, ''), CONTENT_TYPES[encoding], {});
    });
  };

  const route = (request: http.IncomingMessage, response: http.ServerResponse): void | Promise<void> => {
    const problem =
      allowedHosts === undefined ? undefined : foreignRequestProblem(request.headers, allowedHosts);
    if (problem !== undefined) throw new HttpProblem(403, problem);
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== '/v1/traces' && path !== '/v1/metrics' && path !== '/v1/logs') {
      throw new HttpProblem(404, 'this is an OTLP receiver; it takes POST /v1/traces');
    }
    if (request.method !== 'POST') {
      throw new HttpProblem(405, `${path} takes POST, not ${request.method}`, { allow: 'POST' });
    }
    return path === '/v1/traces' ? takeTraces(request, response) : ignore(request, response);
  };

  const refuse = (request: http.IncomingMessage, response: http.ServerResponse, error: unknown): void => {
    if (closing.signal.aborted) return;
    const { status, headers } =
      error instanceof HttpProblem ? error : { status: statusOf(error as Error), headers: {} };
    const { message } = error as Error;
    counts.refused++;
    lastRefusal = `${status} ${message}`;
    // The rest of the body is read and forgotten: who is still sending would miss the answer otherwise.
    request.resume();
    if (response.headersSent) return;
    const encoding = encodingOf(request) ?? 'json';
    send(response, status, encodeStatus(encoding, status, message), CONTENT_TYPES[encoding], headers);
  };

  const server = http.createServer({ requestTimeout: 60_000 }, async (request, response) => {
    try {
      await route(request, response);
    } catch (error) {
      refuse(request, response, error);
    }
  });
  Object.assign(server, { [UNTRACED]: true });
  const bound = await listen(server, port, host);

  let closed: Promise<void> | undefined;
  return {
    url: `http://${urlHost(host)}:${bound}`,
    port: bound,
    spans: store.spans,
    get counts() {
      return { ...counts, evictedSpans: store.evicted };
    },
    traces: store.traces,
    waitForSpans: (until, { timeoutMillis = 10_000 } = {}) =>
      store.wait(until, timeoutMillis, () => {
        const refusals = counts.refused === 0 ? '' : `, ${counts.refused} refused (last: ${lastRefusal})`;
        return `${counts.exports} exports${refusals}`;
      }),
    clear: store.clear,
    close() {
      closed ??= new Promise((resolve) => {
        closing.abort();
        store.close();
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closed;
    },
  };
}

function encodingOf(request: http.IncomingMessage): OtlpBodyEncoding | undefined {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type === CONTENT_TYPES.protobuf) return 'protobuf';
  return type === CONTENT_TYPES.json ? 'json' : undefined;
}

function requireEncoding(request: http.IncomingMessage): OtlpBodyEncoding {
  const encoding = encodingOf(request);
  if (encoding !== undefined) return encoding;
  const got = request.headers['content-type'];
  throw new HttpProblem(
    415,
    `Content-Type must be application/x-protobuf or application/json, got ${got === undefined ? 'none' : JSON.stringify(got)}`,
  );
}

function statusOf(error: Error): number {
  if (error instanceof MalformedOtlpError) return 400;
  return error instanceof OtlpTooLargeError ? 413 : 500;
}

function send(
  response: http.ServerResponse,
  status: number,
  body: Uint8Array,
  contentType: string,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': body.byteLength, ...headers });
  response.end(body);
}

function listen(server: http.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'something else listens there already' : error.message;
      const message = `the OTLP receiver cannot listen on ${host}:${port}: ${reason}; port 0 takes a free one`;
      reject(Object.assign(new Error(message, { cause: error }), { code: error.code }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
