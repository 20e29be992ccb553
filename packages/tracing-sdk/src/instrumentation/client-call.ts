import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { RecordDuration } from '../metrics/http-durations.ts';
import type { ClientTarget } from './client-target.ts';
import { isKnownMethod, methodForName } from './http-method.ts';

export interface ClientCallParts {
  readonly tracer: Tracer;
  /** undefined where metrics are off. */
  readonly recordDuration?: RecordDuration | undefined;
}

/**
 * One request of a client by the stable HTTP conventions, as a span and, where metrics are on, in the histogram: that one
 * counts the requests whose trace is not kept as well.
 */
export class ClientCall {
  /** With the span in it; what goes into the headers. */
  readonly context: Context;
  readonly #span: Span;
  readonly #recordDuration: RecordDuration | undefined;
  /** Of the histogram. */
  readonly #attributes: Attributes | undefined;
  readonly #startedAt: number;

  constructor(
    { tracer, recordDuration }: ClientCallParts,
    method: string,
    target: ClientTarget,
    parent: Context,
    socketPath?: string,
  ) {
    const known = isKnownMethod(method);
    const attributes: Attributes = {
      'http.request.method': known ? method : '_OTHER',
      'http.request.method_original': known ? undefined : method,
      'url.full': target.url,
      'server.address': socketPath ?? target.address,
      'server.port': socketPath === undefined ? target.port : undefined,
      'network.transport': socketPath === undefined ? undefined : 'unix',
    };
    this.#span = tracer.startSpan(methodForName(method), { kind: SpanKind.CLIENT, attributes }, parent);
    this.context = trace.setSpan(parent, this.#span);
    this.#recordDuration = recordDuration;
    this.#startedAt = recordDuration === undefined ? 0 : performance.now();
    if (recordDuration !== undefined) {
      this.#attributes = {
        'http.request.method': attributes['http.request.method'],
        'server.address': attributes['server.address'],
      };
      if (attributes['server.port'] !== undefined) {
        this.#attributes['server.port'] = attributes['server.port'];
      }
    }
  }

  /** Whether anything comes of watching it. */
  get watched(): boolean {
    return this.#recordDuration !== undefined || this.#span.isRecording();
  }

  protocolVersion(version: string): void {
    this.#span.setAttribute('network.protocol.version', version);
    if (this.#attributes !== undefined) this.#attributes['network.protocol.version'] = version;
  }

  peer(socket: { remoteAddress?: string; remotePort?: number } | null | undefined): void {
    if (socket?.remoteAddress === undefined) return;
    this.#span.setAttribute('network.peer.address', socket.remoteAddress);
    if (socket.remotePort !== undefined) this.#span.setAttribute('network.peer.port', socket.remotePort);
  }

  response(status: number): void {
    this.#span.setAttribute('http.response.status_code', status);
    if (this.#attributes !== undefined) this.#attributes['http.response.status_code'] = status;
    if (status >= 400) this.failure(String(status));
  }

  /** No status message: it would be the error's, which can carry anything. */
  failure(type: string): void {
    this.#span.setAttribute('error.type', type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
    if (this.#attributes !== undefined) this.#attributes['error.type'] = type;
  }

  end(): void {
    this.#span.end();
    if (this.#attributes !== undefined) {
      this.#recordDuration?.((performance.now() - this.#startedAt) / 1000, this.#attributes, this.context);
    }
  }
}
