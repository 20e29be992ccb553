import type { Socket } from 'node:net';
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapSetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type BuiltInInstrumentation, onChannels } from './built-in-instrumentation.ts';
import { errorType } from './error-type.ts';
import { isKnownMethod, methodForName } from './http-method.ts';

/** undici's request on its diagnostics channels; undici 5 keeps the headers as text, 6 and newer as an array. */
interface UndiciRequest {
  readonly origin: string | URL;
  readonly path: string;
  readonly method: string;
  headers: string | unknown[];
  addHeader?(name: string, value: string): unknown;
}

/**
 * Client spans for the built-in `fetch` and the `undici` package, by the stable HTTP semantic conventions. Each hop of a
 * redirect is a request of its own, and so a span.
 */
export function createFetchInstrumentation({ tracer }: { readonly tracer: Tracer }): BuiltInInstrumentation {
  const spans = new WeakMap<UndiciRequest, Span>();

  return onChannels('undici', {
    'undici:request:create': ({ request }: { readonly request: UndiciRequest }) => {
      const active = context.active();
      if (isTracingSuppressed(active)) return;
      const span = tracer.startSpan(
        methodForName(request.method),
        { kind: SpanKind.CLIENT, attributes: requestAttributes(request) },
        active,
      );
      propagation.inject(trace.setSpan(active, span), request, REQUEST_SETTER);
      if (span.isRecording()) spans.set(request, span);
    },
    'undici:client:sendHeaders': ({ request, socket }: { request: UndiciRequest; socket: Socket }) => {
      const span = spans.get(request);
      if (span === undefined || socket.remoteAddress === undefined) return;
      span.setAttribute('network.peer.address', socket.remoteAddress);
      span.setAttribute('network.peer.port', socket.remotePort ?? 0);
    },
    'undici:request:headers': ({
      request,
      response,
    }: {
      request: UndiciRequest;
      response: { statusCode: number };
    }) => {
      const span = spans.get(request);
      if (span === undefined) return;
      const { statusCode } = response;
      span.setAttribute('http.response.status_code', statusCode);
      if (statusCode >= 400) {
        span.setAttribute('error.type', String(statusCode));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
    },
    'undici:request:trailers': ({ request }: { readonly request: UndiciRequest }) => {
      spans.get(request)?.end();
      spans.delete(request);
    },
    'undici:request:error': ({
      request,
      error,
    }: {
      readonly request: UndiciRequest;
      readonly error: unknown;
    }) => {
      const span = spans.get(request);
      if (span === undefined) return;
      spans.delete(request);
      span.setAttribute('error.type', errorType(error));
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      span.end();
    },
  });
}

interface Origin {
  readonly href: string;
  readonly address: string;
  readonly port: number;
}

/** Origins remembered; an app talks to few. */
const MAX_ORIGINS = 256;
const origins = new Map<string, Origin>();

function parseOrigin(origin: string | URL): Origin {
  const text = String(origin);
  const known = origins.get(text);
  if (known !== undefined) return known;
  const url = new URL(text);
  const parsed: Origin = {
    href: url.origin === 'null' ? text : url.origin,
    address: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
  };
  if (origins.size >= MAX_ORIGINS) origins.clear();
  origins.set(text, parsed);
  return parsed;
}

function requestAttributes(request: UndiciRequest): Attributes {
  const { method } = request;
  const known = isKnownMethod(method);
  const origin = parseOrigin(request.origin);
  const attributes: Attributes = {
    'http.request.method': known ? method : '_OTHER',
    'url.full': origin.href + request.path,
    'server.address': origin.address,
    'server.port': origin.port,
  };
  if (!known) attributes['http.request.method_original'] = method;
  return attributes;
}

const REQUEST_SETTER: TextMapSetter<UndiciRequest> = {
  set(request, name, value) {
    if (typeof request.addHeader === 'function') request.addHeader(name, value);
    else if (typeof request.headers === 'string') request.headers += `${name}: ${value}\r\n`;
    else request.headers.push(name, value);
  },
};
