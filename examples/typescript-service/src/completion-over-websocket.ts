import { randomUUID } from 'node:crypto';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { type Completion, CompletionError, MAX_TOKENS, readCompletion } from './completion.ts';
import { untraced } from './untraced.ts';

const NAME = 'the WebSocket service';
/** A normal end (RFC 6455, 7.4.1). */
const DONE = 1000;

/** By the error codes of the service; anything else is 502. */
const STATUSES = new Map([
  ['busy', 503],
  ['router_unavailable', 503],
  ['timeout', 504],
]);

/**
 * Asks the router through the WebSocket service, on a connection of its own.
 *
 * A WebSocket has no headers for its messages, so the trace context goes into the message. It goes into the upgrade request
 * as well, so that the span of the connection is part of the trace.
 *
 * @param url of the service, `ws:` or `wss:`
 * @throws CompletionError
 */
export function completeOverWebSocket(
  url: string,
  prompt: string,
  timeoutMillis: number,
): Promise<Completion> {
  const { hostname, port, protocol, pathname } = new URL(url);
  const attributes = {
    'network.protocol.name': 'websocket',
    'server.address': hostname,
    'server.port': Number(port || (protocol === 'wss:' ? 443 : 80)),
    'url.path': pathname,
  };
  return trace
    .getTracer('typescript-service')
    .startActiveSpan('complete', { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        return await exchange(url, prompt, timeoutMillis);
      } catch (error) {
        fail(span, error as Error);
        throw error;
      } finally {
        span.end();
      }
    });
}

function exchange(url: string, prompt: string, timeoutMillis: number): Promise<Completion> {
  const id = randomUUID();
  const traceContext: Record<string, string> = {};
  propagation.inject(context.active(), traceContext);
  return new Promise((resolve, reject) => {
    // Without a span by the HTTP instrumentation: an upgrade never ends as a request does.
    const socket = untraced(() => new WebSocket(url, { headers: traceContext }));
    const settle = (settled: () => void): void => {
      clearTimeout(timer);
      settled();
      socket.close(DONE);
    };
    const fail = (status: number, message: string): void =>
      settle(() => reject(new CompletionError(status, message)));
    const timer = setTimeout(
      () => fail(504, `${NAME} has not answered within ${timeoutMillis} ms`),
      timeoutMillis,
    );
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      const { traceparent, tracestate } = traceContext;
      socket.send(
        JSON.stringify({ type: 'complete', id, prompt, max_tokens: MAX_TOKENS, traceparent, tracestate }),
      );
    });
    socket.addEventListener('message', ({ data }) => {
      const message = parse(data);
      if (message?.type === 'completion' && message.id === id) {
        settle(() => {
          try {
            resolve(readCompletion(NAME, message));
          } catch (error) {
            reject(error);
          }
        });
      } else if (message?.type === 'error') {
        const { code, message: reason } = message;
        fail(STATUSES.get(String(code)) ?? 502, `${NAME} has answered ${String(code)}: ${String(reason)}`);
      } else fail(502, `${NAME} has answered with something else than a completion`);
    });
    socket.addEventListener('close', ({ code }) =>
      fail(
        503,
        opened
          ? `${NAME} has closed the connection without an answer (${code})`
          : `${NAME} at ${url} is not reachable`,
      ),
    );
    // `close` follows, and says as much.
    socket.addEventListener('error', () => {});
  });
}

function parse(data: unknown): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(String(data));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function fail(span: Span, error: Error): void {
  const { status } = error as CompletionError;
  span.setAttribute('error.type', status === undefined ? error.name : String(status));
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
