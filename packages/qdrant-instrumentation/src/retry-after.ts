/**
 * The wait that a 429 asks for. The clients keep only the first character of `Retry-After` ("30" becomes 3) and drop
 * the headers, so it is read where it arrives: on the diagnostics channels of undici (REST) and node:http2 (gRPC). The
 * call is found again by the `traceparent` that we have sent with it. A request that is not answered with 429 costs
 * one comparison.
 */
import { channel } from 'node:diagnostics_channel';
import type { SpanContext } from '@opentelemetry/api';
import type { Settings } from './settings.ts';

interface Wait {
  readonly traceId: string;
  readonly spanId: string;
  readonly seconds: number;
}

/** Waits of calls that have not failed yet. Those of other clients' requests come here too, and fall out at the end. */
const MAX_WAITS = 64;
const waits: Wait[] = [];
let listeners = 0;

/** Takes the seconds that the server asked this call to wait for, when it said so. */
export function takeRetryAfter(
  { traceId, spanId }: SpanContext,
  { httpSpans }: Pick<Settings, 'httpSpans'>,
): number | undefined {
  let at = waits.findIndex((wait) => wait.spanId === spanId);
  // The request then bears the span id of an HTTP span.
  if (at < 0 && httpSpans === 'keep') at = waits.findIndex((wait) => wait.traceId === traceId);
  return at < 0 ? undefined : waits.splice(at, 1)[0]!.seconds;
}

export function listenForRetryAfter(): void {
  if (listeners++ > 0) return;
  channel('undici:request:headers').subscribe(onUndiciHeaders);
  // Published by Node.js 22.17, 24.2 and later.
  channel('http2.client.stream.finish').subscribe(onHttp2Headers);
}

export function stopListeningForRetryAfter(): void {
  if (listeners === 0 || --listeners > 0) return;
  channel('undici:request:headers').unsubscribe(onUndiciHeaders);
  channel('http2.client.stream.finish').unsubscribe(onHttp2Headers);
  waits.length = 0;
}

interface UndiciHeaders {
  /** undici 5: one string; 6 and 7: name, value, name, value. */
  readonly request?: { readonly headers?: string | readonly unknown[] };
  readonly response?: { readonly statusCode?: number; readonly headers?: readonly Uint8Array[] };
}

function onUndiciHeaders(message: unknown): void {
  const { request, response } = message as UndiciHeaders;
  if (response?.statusCode !== 429) return;
  try {
    const sent = request?.headers;
    const text = typeof sent === 'string' ? sent : sent?.join('\n');
    const received = response.headers ?? [];
    for (let at = 0; at + 1 < received.length; at += 2) {
      if (String(received[at]).toLowerCase() === 'retry-after') keep(text, String(received[at + 1]));
    }
  } catch {
    // Another shape of message in another version of undici: the wait stays unknown.
  }
}

interface Http2Headers {
  readonly stream?: { readonly sentHeaders?: Readonly<Record<string, unknown>> };
  readonly headers?: Readonly<Record<string, unknown>>;
}

function onHttp2Headers(message: unknown): void {
  const { headers, stream } = message as Http2Headers;
  if (headers?.['grpc-status'] !== '8' && headers?.[':status'] !== 429) return;
  const retryAfter = headers['retry-after'];
  if (typeof retryAfter === 'string') keep(`traceparent\n${stream?.sentHeaders?.traceparent}`, retryAfter);
}

function keep(sentHeaders: string | undefined, retryAfter: string): void {
  const ids = /traceparent(?:: |\n)00-([0-9a-f]{32})-([0-9a-f]{16})-/i.exec(sentHeaders ?? '');
  const seconds = parseRetryAfter(retryAfter);
  if (ids === null || seconds === undefined) return;
  if (waits.length >= MAX_WAITS) waits.shift();
  waits.push({ traceId: ids[1]!, spanId: ids[2]!, seconds });
}

/** Seconds, or a date. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function parseRetryAfter(value: string, now = Date.now()): number | undefined {
  if (/^\s*\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, (at - now) / 1000);
}
