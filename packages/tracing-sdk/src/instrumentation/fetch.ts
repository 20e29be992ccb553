import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { context, propagation, type TextMapSetter } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type BuiltInInstrumentation, createFailureReport, onChannels } from './built-in-instrumentation.ts';
import { ClientCall, type ClientCallParts } from './client-call.ts';
import { type ClientTarget, clientTarget } from './client-target.ts';
import { errorType } from './error-type.ts';
import { withHeader } from './request-headers.ts';

/** undici's request on its diagnostics channels. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  /** Names and values in turn; text (`name: value\r\n`) up to undici 5. */
  headers: string | unknown[];
  addHeader?(name: string, value: string): unknown;
}

interface SendHeadersMessage {
  readonly request: UndiciRequest;
  readonly socket: Socket & { readonly alpnProtocol?: TLSSocket['alpnProtocol'] };
}

interface ErrorMessage {
  readonly request: UndiciRequest;
  readonly error: unknown;
}

/**
 * Client spans for the built-in `fetch` and the `undici` package, by the stable HTTP conventions, and the trace context for
 * the server. A span ends when the response has been read to its end, or with the error. Each hop of a redirect is a
 * request of its own, and so a span.
 */
export function createFetchInstrumentation(parts: ClientCallParts): BuiltInInstrumentation {
  const calls = new WeakMap<UndiciRequest, ClientCall>();

  return onChannels('undici', createFailureReport('undici'), {
    'undici:request:create': ({ request }: { readonly request: UndiciRequest }) => {
      // How undici's ProxyAgent opens its tunnel; the request inside is one of its own.
      if (request.method === 'CONNECT') return;
      const active = context.active();
      if (isTracingSuppressed(active)) return;
      const call = new ClientCall(parts, request.method, targetOf(request), active);
      if (call.watched) calls.set(request, call);
      propagation.inject(call.context, request, UNDICI_SETTER);
    },
    'undici:client:sendHeaders': ({ request, socket }: SendHeadersMessage) => {
      const call = calls.get(request);
      if (call === undefined) return;
      call.peer(socket);
      call.protocolVersion(socket.alpnProtocol === 'h2' ? '2' : '1.1');
    },
    'undici:request:headers': ({
      request,
      response,
    }: {
      readonly request: UndiciRequest;
      readonly response: { readonly statusCode: number };
    }) => {
      const call = calls.get(request);
      call?.response(response.statusCode);
    },
    'undici:request:trailers': ({ request }: { readonly request: UndiciRequest }) => {
      const call = calls.get(request);
      if (call === undefined) return;
      calls.delete(request);
      call.end();
    },
    'undici:request:error': ({ request, error }: ErrorMessage) => {
      const call = calls.get(request);
      if (call === undefined) return;
      calls.delete(request);
      call.failure(errorType(error));
      call.end();
    },
  });
}

function targetOf({ origin, path }: UndiciRequest): ClientTarget {
  const url = typeof origin === 'string' ? origin : origin.origin;
  const match = /^([a-z][a-z0-9+.-]*:)\/\/(?:[^/?#@]*@)?([^/?#@]*)/i.exec(url);
  return match === null ? clientTarget('http:', url, path) : clientTarget(match[1]!, match[2]!, path);
}

/** A header of that name which the app has set is replaced: two of them would be none to the server. */
const UNDICI_SETTER: TextMapSetter<UndiciRequest> = {
  set(request, name, value) {
    const { headers } = request;
    if (typeof headers === 'string') {
      request.headers = withHeader(`\r\n${headers}`, name, value).slice(2);
      return;
    }
    for (let i = 0; i < headers.length; i += 2) {
      const given = headers[i];
      if (typeof given === 'string' && given.toLowerCase() === name) {
        headers[i + 1] = value;
        return;
      }
    }
    if (request.addHeader === undefined) headers.push(name, value);
    else request.addHeader(name, value);
  },
};
