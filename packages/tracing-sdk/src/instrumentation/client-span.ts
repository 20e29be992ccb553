import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
} from '@opentelemetry/api';
import type { ClientTarget } from './client-target.ts';
import { isKnownMethod, methodForName } from './http-method.ts';

/** What both clients say alike, by the stable HTTP conventions. */
export function startClientSpan(
  tracer: Tracer,
  method: string,
  target: ClientTarget,
  parent: Context,
  socketPath?: string,
): Span {
  const known = isKnownMethod(method);
  const attributes: Attributes = {
    'http.request.method': known ? method : '_OTHER',
    'http.request.method_original': known ? undefined : method,
    'url.full': target.url,
    'server.address': socketPath ?? target.address,
    'server.port': socketPath === undefined ? target.port : undefined,
    'network.transport': socketPath === undefined ? undefined : 'unix',
  };
  return tracer.startSpan(methodForName(method), { kind: SpanKind.CLIENT, attributes }, parent);
}

export function recordResponse(span: Span, status: number): void {
  span.setAttribute('http.response.status_code', status);
  if (status >= 400) recordFailure(span, String(status));
}

export function recordPeer(
  span: Span,
  socket: { remoteAddress?: string; remotePort?: number } | null | undefined,
): void {
  if (socket?.remoteAddress === undefined) return;
  span.setAttribute('network.peer.address', socket.remoteAddress);
  if (socket.remotePort !== undefined) span.setAttribute('network.peer.port', socket.remotePort);
}

/** No status message: it would be the error's, which can carry anything. */
export function recordFailure(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}
