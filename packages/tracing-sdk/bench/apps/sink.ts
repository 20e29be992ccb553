/**
 * A receiver in a process of its own: OTLP over HTTP, Datadog's agent intake and Sentry's envelopes, as far as
 * counting needs it. Environment: BENCH_SINK_DELAY, milliseconds before each answer (default 0).
 *
 * IPC: sends `{ port }` once it listens; answers `'count'` with a `SinkCount`.
 */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync, inflateSync } from 'node:zlib';
import { countSpans } from './count-spans.ts';

export interface SinkCount {
  readonly spans: number;
  readonly requests: number;
  readonly bytes: number;
  /** Bodies that could not be counted. */
  readonly unreadable: number;
}

const delayMillis = Number(process.env.BENCH_SINK_DELAY ?? 0);
let spans = 0;
let requests = 0;
let bytes = 0;
let unreadable = 0;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const url = request.url ?? '';
    const body = Buffer.concat(chunks);
    let status = 200;
    let answer = '{}';
    let type = 'application/json';
    try {
      if (url.endsWith('/v1/traces')) {
        spans += countOtlp(request, inflated(request, body));
        type = request.headers['content-type'] ?? type;
        if (!type.includes('json')) answer = '';
      } else if (url.endsWith('/traces')) {
        // One span a trace in the bare server, so the count of traces is the count of spans.
        spans += Number(request.headers['x-datadog-trace-count'] ?? 0);
        answer = '{"rate_by_service":{}}';
      } else if (url.startsWith('/info')) {
        answer = '{"version":"7.60.0","endpoints":["/v0.4/traces"]}';
      } else if (url.includes('/envelope')) {
        spans += countSentrySpans(inflated(request, body).toString('utf8'));
      } else if (!url.startsWith('/v1/')) {
        status = 404;
      }
    } catch {
      unreadable++;
    }
    requests++;
    bytes += body.length;
    const reply = () => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(answer) });
      response.end(answer);
    };
    if (delayMillis > 0) setTimeout(reply, delayMillis);
    else reply();
  });
  request.on('error', () => {});
});
server.keepAliveTimeout = 60_000;

function inflated(request: IncomingMessage, body: Buffer): Buffer {
  const encoding = request.headers['content-encoding'];
  if (encoding === 'gzip') return gunzipSync(body);
  return encoding === 'deflate' ? inflateSync(body) : body;
}

function countOtlp(request: IncomingMessage, body: Buffer): number {
  if (!request.headers['content-type']?.includes('json')) return countSpans(body);
  const parsed = JSON.parse(body.toString('utf8')) as {
    resourceSpans?: { scopeSpans?: { spans?: unknown[] }[] }[];
  };
  let total = 0;
  for (const resource of parsed.resourceSpans ?? [])
    for (const scope of resource.scopeSpans ?? []) total += scope.spans?.length ?? 0;
  return total;
}

/** An envelope is lines of JSON: its header, then a header and a payload for each item. */
function countSentrySpans(envelope: string): number {
  const lines = envelope.split('\n');
  let total = 0;
  for (let at = 1; at + 1 < lines.length; at += 2) {
    if (!lines[at]) continue;
    const item = JSON.parse(lines[at]!) as { type?: string; item_count?: number };
    if (item.type === 'transaction') total += 1;
    else if (item.type === 'span') total += item.item_count ?? 1;
  }
  return total;
}

process.on('message', (message) => {
  if (message !== 'count') return;
  process.send?.({ spans, requests, bytes, unreadable } satisfies SinkCount);
});
process.on('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
