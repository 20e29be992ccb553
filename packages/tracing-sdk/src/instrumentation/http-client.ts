import type { ClientRequest, IncomingMessage } from 'node:http';
import { context, propagation, type Span, type Tracer, trace } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type BuiltInInstrumentation, createFailureReport, onChannels } from './built-in-instrumentation.ts';
import { recordFailure, recordPeer, recordResponse, startClientSpan } from './client-span.ts';
import { clientTarget } from './client-target.ts';
import { errorType } from './error-type.ts';
import { hostOf, REQUEST_SETTER } from './request-headers.ts';

const SPAN = Symbol('uat.span');
type TracedRequest = ClientRequest & {
  [SPAN]?: Span | undefined;
  readonly res?: IncomingMessage & { readonly upgrade?: boolean };
  readonly socketPath?: string;
};

/**
 * Client spans for `node:http` and `node:https`, by the stable HTTP conventions, and the trace context for the server. A
 * span ends when the response has been read to its end, or with the error; nothing is read on the app's behalf. An upgrade
 * (101) and a CONNECT end with the response's head: what follows is not HTTP.
 */
export function createHttpClientInstrumentation({
  tracer,
}: {
  readonly tracer: Tracer;
}): BuiltInInstrumentation {
  const report = createFailureReport('http');

  /** The last event of every request: response read to its end, connection cut, request destroyed. */
  function onClose(this: TracedRequest): void {
    try {
      const span = this[SPAN];
      if (span === undefined) return;
      this[SPAN] = undefined;
      const response = this.res;
      if (response?.upgrade === true) {
        // Node publishes nothing about this response.
        recordHead(span, response);
      } else if (response?.complete !== true) {
        const error = response?.errored ?? this.errored;
        recordFailure(span, error == null ? 'aborted' : errorType(error));
      }
      span.end();
    } catch (error) {
      report('close of a request', error);
    }
  }

  return onChannels('http', report, {
    'http.client.request.created': ({ request }: { readonly request: TracedRequest }) => {
      const active = context.active();
      if (isTracingSuppressed(active)) return;
      const { method, path, protocol, socketPath } = request;
      const target = clientTarget(protocol, hostOf(request), path);
      const span = startClientSpan(tracer, method, target, active, socketPath);
      if (span.isRecording()) {
        request[SPAN] = span;
        request.on('close', onClose);
      }
      propagation.inject(trace.setSpan(active, span), request, REQUEST_SETTER);
    },
    // Published when the head of the response has arrived.
    'http.client.response.finish': ({
      request,
      response,
    }: {
      readonly request: TracedRequest;
      readonly response: IncomingMessage;
    }) => {
      const span = request[SPAN];
      if (span !== undefined) recordHead(span, response);
    },
    'http.client.request.error': ({
      request,
      error,
    }: {
      readonly request: TracedRequest;
      readonly error: unknown;
    }) => {
      const span = request[SPAN];
      if (span === undefined) return;
      request[SPAN] = undefined;
      recordFailure(span, errorType(error));
      span.end();
    },
  });
}

function recordHead(span: Span, response: IncomingMessage): void {
  recordPeer(span, response.socket);
  span.setAttribute('network.protocol.version', response.httpVersion);
  recordResponse(span, response.statusCode ?? 0);
}
