import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
} from '@opentelemetry/api';
import type { RecordDuration } from '../metrics/http-durations.ts';
import { type BuiltInInstrumentation, createFailureReport, onChannels } from './built-in-instrumentation.ts';
import { errorType } from './error-type.ts';
import { methodForName } from './http-method.ts';
import { frameworkRoute } from './http-route.ts';
import { ServerConnection } from './server-connection.ts';
import { ServerRequest } from './server-request.ts';
import { serverRequestAttributes } from './server-request-attributes.ts';

export interface HttpServerOptions {
  readonly tracer: Tracer;
  /** Makes a context current for the rest of this synchronous execution and what it starts. */
  readonly enterContext: (context: Context) => void;
  /** Masks secrets in a query string (without its question mark). Default: what signs URLs of AWS, Azure and Google. */
  readonly redactUrl?: (query: string) => string;
  /** undefined where metrics are off. They count requests as well whose trace is not kept. */
  readonly recordDuration?: RecordDuration | undefined;
}

const CONNECTION = Symbol('uat.connection');
const REQUEST = Symbol('uat.request');

/** On a server whose requests are telemetry itself (`startOtlpReceiver`): a span for each would be one more to export. */
const UNTRACED = Symbol.for('@uat/tracing-sdk/untraced');

type TracedSocket = Socket & { [CONNECTION]?: ServerConnection };
/** A request or response whose listeners run in the context of its {@link ServerRequest}. */
type TracedMessage = (IncomingMessage | ServerResponse) & { [REQUEST]?: ServerRequest };

interface RequestMessage {
  readonly request: IncomingMessage & TracedMessage;
  readonly response: ServerResponse & TracedMessage;
  readonly socket: TracedSocket;
  readonly server: Server;
}

/** Of `tracing:fastify.request.handler:start`, which Fastify 5 publishes. */
interface FastifyMessage {
  readonly reply: { readonly raw: TracedMessage };
  readonly route: { readonly url?: string };
}

/**
 * Server spans for `node:http` and `node:https`, by the stable HTTP conventions.
 *
 * Built for little work a request: nothing is patched, a connection's facts are read once, its one `close` listener
 * serves every request on it, and a request is one object that is its context as well.
 *
 * There is no span for what Node publishes nothing about: upgrades (WebSocket), CONNECT, HTTP/2, requests that do not parse.
 */
export function createHttpServerInstrumentation({
  tracer,
  enterContext,
  redactUrl,
  recordDuration,
}: HttpServerOptions): BuiltInInstrumentation {
  const report = createFailureReport('http');
  let carriers: readonly string[] = [];

  const onStart = ({ request, response, socket, server }: RequestMessage): void => {
    if (UNTRACED in server) return;
    const { headers } = request;
    const caller = carriesContext(headers, carriers)
      ? propagation.extract(ROOT_CONTEXT, headers, HEADERS_GETTER)
      : ROOT_CONTEXT;
    let connection = socket[CONNECTION];
    if (connection === undefined) {
      connection = new ServerConnection(socket, server);
      socket[CONNECTION] = connection;
      socket.on('close', onConnectionClose);
    }
    const method = request.method ?? '';
    const name = methodForName(method);
    const attributes = serverRequestAttributes(request, method, connection, redactUrl);
    const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
    const open = new ServerRequest(caller, span, name);
    if (recordDuration !== undefined) open.measurement = startMeasurement(attributes);
    if (span.isRecording() || recordDuration !== undefined) {
      open.request = request;
      open.response = response;
      connection.add(open);
    }
    response[REQUEST] = open;
    if (!Object.hasOwn(response, 'emit')) response.emit = emitInContext;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined) {
      request[REQUEST] = open;
      if (!Object.hasOwn(request, 'emit')) request.emit = emitInContext;
    }
    enterContext(open);
  };

  const onFinish = ({ response, socket }: RequestMessage): void => {
    const open = response[REQUEST];
    // Not recorded, or ended already.
    if (open?.response === undefined) return;
    socket[CONNECTION]?.remove(open);
    endRequest(open, undefined, recordDuration);
  };

  /** The client went away, or the app cut the connection: no response will finish any more. */
  function onConnectionClose(this: TracedSocket): void {
    try {
      const connection = this[CONNECTION];
      for (let open = connection?.takeOldest(); open !== undefined; open = connection?.takeOldest()) {
        const cut = open.response?.writableFinished === true ? undefined : whyCut(this, open.response);
        endRequest(open, cut, recordDuration);
      }
    } catch (error) {
      report('close of a connection', error);
    }
  }

  const instrumentation = onChannels('http', report, {
    'http.server.request.start': onStart,
    'http.server.response.finish': onFinish,
    'tracing:fastify.request.handler:start': ({ reply, route }: FastifyMessage) => {
      const open = reply.raw[REQUEST];
      if (open !== undefined) open.route ??= route.url;
    },
  });
  return {
    ...instrumentation,
    enable() {
      carriers = carrierHeaders(propagation.fields());
      instrumentation.enable();
    },
  };
}

/**
 * Stands in for `emit` of a request with a body and of a response. Since Node 24 the events that a connection brings
 * about (`data`, `end`, `drain`, `close`) find the connection's context current, not the one the handler ran in. Never put
 * over an `emit` of the message's own, which another tool, or a class given to `createServer`, has put there.
 */
function emitInContext(this: TracedMessage, ...args: [string | symbol, ...unknown[]]): boolean {
  let prototype: TracedMessage = Object.getPrototypeOf(this);
  // Of `Object.create(response)`, a common way to wrap one, the prototype is the response, and its `emit` this function.
  while (prototype.emit === emitInContext) prototype = Object.getPrototypeOf(prototype);
  const { emit } = prototype;
  const open = this[REQUEST];
  if (open === undefined || context.active() === open) return emit.apply(this, args);
  return context.with(open, emit, this, ...args);
}

function endRequest(
  open: ServerRequest,
  failure: string | undefined,
  recordDuration: RecordDuration | undefined,
): void {
  const { span, request, response } = open;
  open.request = undefined;
  open.response = undefined;
  if (request === undefined || response === undefined) return;
  const { statusCode } = response;
  const known = readable(span);
  const given = known.attributes?.['http.route'];
  const route = typeof given === 'string' ? given : (open.route ?? frameworkRoute(request));
  if (route !== undefined) {
    if (given === undefined) span.setAttribute('http.route', route);
    if (known.name === undefined || known.name === open.name) span.updateName(`${open.name} ${route}`);
  }
  if (response.headersSent) span.setAttribute('http.response.status_code', statusCode);
  const failed = failure ?? (statusCode >= 500 ? String(statusCode) : undefined);
  if (failed !== undefined) {
    if (known.attributes?.['error.type'] === undefined) {
      span.setAttribute('error.type', failed);
    }
    // One that the app has set may carry a message.
    if (known.status?.code !== SpanStatusCode.ERROR) span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
  const { measurement } = open;
  if (measurement === undefined) return;
  const { attributes } = measurement;
  if (response.headersSent) attributes['http.response.status_code'] = statusCode;
  if (route !== undefined) attributes['http.route'] = route;
  if (failed !== undefined) attributes['error.type'] = failed;
  recordDuration?.((performance.now() - measurement.startedAt) / 1000, attributes, open);
}

function startMeasurement(span: Attributes): NonNullable<ServerRequest['measurement']> {
  return {
    startedAt: performance.now(),
    attributes: {
      'http.request.method': span['http.request.method'],
      'url.scheme': span['url.scheme'],
      'network.protocol.version': span['network.protocol.version'],
    },
  };
}

/** @returns `error.type` of a response that was cut short: `aborted` by the client, `destroyed` by the app, or its error. */
function whyCut(socket: Socket, response: ServerResponse | undefined): string {
  const error = response?.errored ?? socket.errored;
  if (error == null) return socket.readableEnded ? 'aborted' : 'destroyed';
  const type = errorType(error);
  return type === 'ECONNRESET' || type === 'EPIPE' ? 'aborted' : type;
}

/** What can be read of SDK spans; spans of another make may not tell. */
function readable(span: Span): { name?: string; attributes?: Attributes; status?: { code: SpanStatusCode } } {
  return span as Span & { name?: string; attributes?: Attributes; status?: { code: SpanStatusCode } };
}

/**
 * The headers without which there is nothing to extract. A B3 propagator names only what it writes, but reads both forms.
 *
 * @returns none for a propagator that does not say; it is asked at every request.
 */
function carrierHeaders(fields: readonly string[]): string[] {
  const names = fields.map((field) => field.toLowerCase());
  if (names.some((name) => name === 'b3' || name.startsWith('x-b3-'))) names.push('b3', 'x-b3-traceid');
  return [...new Set(names)];
}

function carriesContext(headers: IncomingHttpHeaders, carriers: readonly string[]): boolean {
  for (let i = 0; i < carriers.length; i++) if (headers[carriers[i] as string] !== undefined) return true;
  return carriers.length === 0;
}

const HEADERS_GETTER: TextMapGetter<IncomingHttpHeaders> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name.toLowerCase()],
};
