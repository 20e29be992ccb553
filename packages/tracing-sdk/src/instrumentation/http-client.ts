import type { ClientRequest, IncomingMessage } from 'node:http';
import { context, propagation } from '@opentelemetry/api';
import { isTracingSuppressed } from '@opentelemetry/core';
import { type BuiltInInstrumentation, createFailureReport, onChannels } from './built-in-instrumentation.ts';
import { ClientCall, type ClientCallParts } from './client-call.ts';
import { clientTarget } from './client-target.ts';
import { errorType } from './error-type.ts';
import { hostOf, REQUEST_SETTER } from './request-headers.ts';

const CALL = Symbol('uat.call');
type TracedRequest = ClientRequest & {
  [CALL]?: ClientCall | undefined;
  readonly res?: IncomingMessage & { readonly upgrade?: boolean };
  readonly socketPath?: string;
};

/**
 * Client spans for `node:http` and `node:https`, by the stable HTTP conventions, and the trace context for the server. A
 * span ends when the response has been read to its end, or with the error; nothing is read on the app's behalf. An upgrade
 * (101) and a CONNECT end with the response's head: what follows is not HTTP.
 */
export function createHttpClientInstrumentation(parts: ClientCallParts): BuiltInInstrumentation {
  const report = createFailureReport('http');

  /** The last event of every request: response read to its end, connection cut, request destroyed. */
  function onClose(this: TracedRequest): void {
    try {
      const call = this[CALL];
      if (call === undefined) return;
      this[CALL] = undefined;
      const response = this.res;
      if (response?.upgrade === true) {
        // Node publishes nothing about this response.
        recordHead(call, response);
      } else if (response?.complete !== true) {
        const error = response?.errored ?? this.errored;
        call.failure(error == null ? 'aborted' : errorType(error));
      }
      call.end();
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
      const call = new ClientCall(parts, method, target, active, socketPath);
      if (call.watched) {
        request[CALL] = call;
        request.on('close', onClose);
      }
      propagation.inject(call.context, request, REQUEST_SETTER);
    },
    // Published when the head of the response has arrived.
    'http.client.response.finish': ({
      request,
      response,
    }: {
      readonly request: TracedRequest;
      readonly response: IncomingMessage;
    }) => {
      const call = request[CALL];
      if (call !== undefined) recordHead(call, response);
    },
    'http.client.request.error': ({
      request,
      error,
    }: {
      readonly request: TracedRequest;
      readonly error: unknown;
    }) => {
      const call = request[CALL];
      if (call === undefined) return;
      request[CALL] = undefined;
      call.failure(errorType(error));
      call.end();
    },
  });
}

function recordHead(call: ClientCall, response: IncomingMessage): void {
  call.peer(response.socket);
  call.protocolVersion(response.httpVersion);
  call.response(response.statusCode ?? 0);
}
