import type { ClientRequest, IncomingMessage } from 'node:http';
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
import { parseHost } from './host-and-port.ts';
import { isKnownMethod, methodForName } from './http-method.ts';

const SPAN = Symbol('uat.span');
type TracedRequest = ClientRequest & {
  [SPAN]?: Span | undefined;
  readonly res?: IncomingMessage;
  readonly socketPath?: string;
};

/**
 * Client spans for `node:http` and `node:https`, by the stable HTTP semantic conventions, and the trace context for the
 * server. A span ends when the response has been read to its end, or at the error; nothing is read on the app's behalf.
 */
export function createHttpClientInstrumentation({
  tracer,
}: {
  readonly tracer: Tracer;
}): BuiltInInstrumentation {
  return onChannels('http', {
    'http.client.request.created': ({ request }: { readonly request: TracedRequest }) => {
      const active = context.active();
      if (isTracingSuppressed(active)) return;
      const span = tracer.startSpan(
        methodForName(request.method),
        { kind: SpanKind.CLIENT, attributes: requestAttributes(request) },
        active,
      );
      propagation.inject(trace.setSpan(active, span), request, REQUEST_SETTER);
      if (!span.isRecording()) return;
      request[SPAN] = span;
      request.on('close', onClose);
    },
    'http.client.response.finish': ({
      request,
      response,
    }: {
      request: TracedRequest;
      response: IncomingMessage;
    }) => {
      // Published when the head of the response has arrived.
      const span = request[SPAN];
      if (span === undefined) return;
      const status = response.statusCode ?? 0;
      span.setAttribute('http.response.status_code', status);
      span.setAttribute('network.protocol.version', response.httpVersion);
      const { remoteAddress, remotePort } = response.socket;
      if (remoteAddress !== undefined) {
        span.setAttribute('network.peer.address', remoteAddress);
        span.setAttribute('network.peer.port', remotePort ?? 0);
      }
      if (status >= 400) {
        span.setAttribute('error.type', String(status));
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
    },
    'http.client.request.error': ({ request, error }: { request: TracedRequest; error: unknown }) => {
      const span = request[SPAN];
      if (span === undefined) return;
      request[SPAN] = undefined;
      span.setAttribute('error.type', errorType(error));
      span.setStatus({
        code: SpanStatusCode.ERROR,
        message: error instanceof Error ? error.message : String(error),
      });
      span.end();
    },
  });
}

/** The last event of every request: response read to its end, connection cut, request destroyed. */
function onClose(this: TracedRequest): void {
  const span = this[SPAN];
  if (span === undefined) return;
  this[SPAN] = undefined;
  const response = this.res;
  if (response?.complete !== true) {
    const error = response?.errored ?? this.errored;
    span.setAttribute('error.type', error == null ? 'aborted' : errorType(error));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function requestAttributes(request: TracedRequest): Attributes {
  const { method, path, protocol, socketPath } = request;
  const known = isKnownMethod(method);
  const hostHeader = request.getHeader('host');
  const host = parseHost(typeof hostHeader === 'string' ? hostHeader : request.host);
  const attributes: Attributes = {
    'http.request.method': known ? method : '_OTHER',
    'url.full': `${protocol}//${typeof hostHeader === 'string' ? hostHeader : request.host}${path}`,
    'server.address': socketPath ?? host.address,
    'server.port': socketPath === undefined ? (host.port ?? (protocol === 'https:' ? 443 : 80)) : undefined,
  };
  if (!known) attributes['http.request.method_original'] = method;
  return attributes;
}

/** Headers given as an array are rendered by the constructor already; Node keeps the text here until it is sent. */
interface RenderedRequest {
  _header?: string | null;
  _headerSent?: boolean;
}

const REQUEST_SETTER: TextMapSetter<ClientRequest> = {
  set(request, name, value) {
    if (!request.headersSent) {
      request.setHeader(name, value);
      return;
    }
    const rendered = request as unknown as RenderedRequest;
    if (rendered._headerSent === false && rendered._header?.endsWith('\r\n\r\n')) {
      rendered._header = `${rendered._header.slice(0, -2)}${name}: ${value}\r\n\r\n`;
    }
  },
};
