import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  type Attributes,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { type RPCMetadata, RPCType, setRPCMetadata } from '@opentelemetry/core';
import { type BuiltInInstrumentation, onChannels } from './built-in-instrumentation.ts';
import { parseHost } from './host-and-port.ts';
import { isKnownMethod, methodForName } from './http-method.ts';
import { frameworkRoute } from './http-route.ts';

export interface HttpServerOptions {
  readonly tracer: Tracer;
  /** Makes a context current for the rest of this synchronous execution and what it starts. */
  readonly enterContext: (context: Context) => void;
}

/** A request under way. */
interface OpenRequest {
  readonly span: Span;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly metadata: RPCMetadata;
  /** As it was started; another name means that somebody else knows better. */
  readonly name: string;
}

/** What a connection knows, read once for all of its requests. */
interface Connection {
  readonly open: OpenRequest[];
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly secure: boolean;
}

const CONNECTION = Symbol('uat.connection');
const OPEN_REQUEST = Symbol('uat.open-request');
type TracedSocket = Socket & { [CONNECTION]?: Connection; encrypted?: boolean };
type TracedResponse = ServerResponse & { [OPEN_REQUEST]?: OpenRequest };

interface RequestMessage {
  readonly request: IncomingMessage;
  readonly response: TracedResponse;
  readonly socket: TracedSocket;
}

/**
 * Server spans for `node:http` and `node:https`, by the stable HTTP semantic conventions.
 *
 * Built for little work a request: nothing is patched, the connection's facts are read once, its one `close` listener
 * serves every request of it, and the attributes start as one object literal.
 */
export function createHttpServerInstrumentation({
  tracer,
  enterContext,
}: HttpServerOptions): BuiltInInstrumentation {
  let carriers: readonly string[] = [];

  const onStart = ({ request, response, socket }: RequestMessage): void => {
    const { headers } = request;
    const caller = carriesContext(headers, carriers)
      ? propagation.extract(ROOT_CONTEXT, headers, HEADERS_GETTER)
      : ROOT_CONTEXT;
    const connection = socket[CONNECTION] ?? openConnection(socket);
    const method = request.method ?? '';
    const name = methodForName(method);
    const span = tracer.startSpan(
      name,
      { kind: SpanKind.SERVER, attributes: requestAttributes(request, method, connection) },
      caller,
    );
    if (!span.isRecording()) {
      enterContext(trace.setSpan(caller, span));
      return;
    }
    // Express, Koa, Fastify … instrumentation packages put the route here.
    const metadata: RPCMetadata = { type: RPCType.HTTP, span };
    enterContext(setRPCMetadata(trace.setSpan(caller, span), metadata));
    const open: OpenRequest = { span, request, response, metadata, name };
    response[OPEN_REQUEST] = open;
    connection.open.push(open);
  };

  const onFinish = ({ response, socket }: RequestMessage): void => {
    const open = response[OPEN_REQUEST];
    if (open === undefined) return;
    response[OPEN_REQUEST] = undefined;
    const list = socket[CONNECTION]?.open;
    if (list !== undefined) {
      const index = list.indexOf(open);
      if (index !== -1) list.splice(index, 1);
    }
    endRequest(open, undefined);
  };

  const instrumentation = onChannels('http', {
    'http.server.request.start': onStart,
    'http.server.response.finish': onFinish,
  });
  return {
    ...instrumentation,
    enable() {
      carriers = propagation.fields().map((field) => field.toLowerCase());
      instrumentation.enable();
    },
  };
}

function openConnection(socket: TracedSocket): Connection {
  const connection: Connection = {
    open: [],
    // `::ffff:127.0.0.1` is IPv4 seen through an IPv6 socket.
    peerAddress: socket.remoteAddress?.replace(/^::ffff:(?=\d+\.)/, '') ?? '',
    peerPort: socket.remotePort ?? 0,
    secure: socket.encrypted === true,
  };
  socket[CONNECTION] = connection;
  socket.on('close', onConnectionClose);
  return connection;
}

/** The client went away, or the app destroyed the connection: no response will finish any more. */
function onConnectionClose(this: TracedSocket): void {
  const open = this[CONNECTION]?.open.splice(0) ?? [];
  for (const request of open) {
    (request.response as TracedResponse)[OPEN_REQUEST] = undefined;
    endRequest(request, 'aborted');
  }
}

function endRequest(open: OpenRequest, failure: string | undefined): void {
  const { span, response, request, metadata } = open;
  const status = response.statusCode;
  const route = metadata.route ?? frameworkRoute(request) ?? attributeOf(span, 'http.route');
  if (route !== undefined) {
    span.setAttribute('http.route', route);
    if (nameOf(span) === open.name) span.updateName(`${open.name} ${route}`);
  }
  if (failure === undefined || response.headersSent) span.setAttribute('http.response.status_code', status);
  if (failure !== undefined || status >= 500) {
    span.setAttribute('error.type', failure ?? String(status));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

function requestAttributes(request: IncomingMessage, method: string, connection: Connection): Attributes {
  const { headers, url = '' } = request;
  const known = isKnownMethod(method);
  const host = parseHost(headers.host ?? '');
  const forwardedFor = headers['x-forwarded-for'];
  const query = url.indexOf('?');
  // An absolute-form target (`GET http://host/path`), as proxies get it.
  const start = url.charCodeAt(0) === SLASH ? 0 : pathStart(url);
  const path = query === -1 ? url.slice(start) : url.slice(start, Math.max(start, query));
  const attributes: Attributes = {
    'http.request.method': known ? method : '_OTHER',
    'url.path': path,
    'url.scheme': connection.secure ? 'https' : 'http',
    'server.address': host.address === '' ? undefined : host.address,
    'server.port': host.address === '' ? undefined : (host.port ?? (connection.secure ? 443 : 80)),
    'client.address': typeof forwardedFor === 'string' ? firstEntry(forwardedFor) : connection.peerAddress,
    'network.peer.address': connection.peerAddress,
    'network.peer.port': connection.peerPort,
    'network.protocol.version': request.httpVersion,
    'user_agent.original': headers['user-agent'],
  };
  if (connection.peerAddress === '') {
    // A Unix socket has no peer to name.
    attributes['network.peer.address'] = undefined;
    attributes['network.peer.port'] = undefined;
    attributes['network.transport'] = 'unix';
    if (forwardedFor === undefined) attributes['client.address'] = undefined;
  }
  if (query !== -1) attributes['url.query'] = url.slice(query + 1);
  if (!known) attributes['http.request.method_original'] = method;
  return attributes;
}

const SLASH = 47;

function pathStart(url: string): number {
  const authority = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i.exec(url);
  return authority === null ? 0 : authority[0].length;
}

function firstEntry(list: string): string {
  const comma = list.indexOf(',');
  return (comma === -1 ? list : list.slice(0, comma)).trim();
}

function carriesContext(headers: IncomingMessage['headers'], carriers: readonly string[]): boolean {
  for (let i = 0; i < carriers.length; i++) if (headers[carriers[i] as string] !== undefined) return true;
  return false;
}

const HEADERS_GETTER: TextMapGetter<IncomingMessage['headers']> = {
  keys: (headers) => Object.keys(headers),
  get: (headers, name) => headers[name.toLowerCase()],
};

/** SDK spans can be read; spans of another SDK may not be. */
function nameOf(span: Span): string | undefined {
  return (span as Span & { readonly name?: string }).name;
}

function attributeOf(span: Span, key: string): string | undefined {
  const value = (span as Span & { readonly attributes?: Attributes }).attributes?.[key];
  return typeof value === 'string' ? value : undefined;
}
