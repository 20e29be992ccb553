import type { IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import { forwardedRequest } from './forwarded.ts';
import { parseHost } from './host-and-port.ts';
import { isKnownMethod } from './http-method.ts';
import type { ServerConnection } from './server-connection.ts';
import { maskSignatures } from './signed-url.ts';

/**
 * What the HTTP conventions want known of a server span at its start. One literal, so that the object has the same shape
 * for every request; tracers leave `undefined` values out.
 *
 * @param maskQuery called for requests that have a query.
 */
export function serverRequestAttributes(
  request: IncomingMessage,
  method: string,
  connection: ServerConnection,
  maskQuery: (query: string) => string = maskSignatures,
): Attributes {
  const { headers } = request;
  const url = request.url ?? '';
  const known = isKnownMethod(method);
  const question = url.indexOf('?');
  const end = question === -1 ? url.length : question;
  let pathStart = 0;
  let { scheme } = connection;
  let host = connection.host(headers.host);
  if (url.charCodeAt(0) !== SLASH) {
    // `GET http://host/path`, as proxies are asked. The host in it counts, not the header (RFC 9112, section 3.2.2).
    const target = ABSOLUTE.exec(url);
    if (target !== null) {
      pathStart = Math.min(target[0].length, end);
      host = parseHost(target[1]!);
    }
  }
  let client = connection.peerAddress;
  const forwarded = forwardedRequest(headers);
  if (forwarded !== undefined) {
    if (forwarded.client !== undefined) client = forwarded.client;
    if (forwarded.host !== undefined) host = parseHost(forwarded.host);
    if (forwarded.scheme !== undefined) scheme = forwarded.scheme;
  }
  const named = host.address !== '';
  return {
    'http.request.method': known ? method : '_OTHER',
    'http.request.method_original': known ? undefined : method,
    'url.scheme': scheme,
    'url.path': pathStart === 0 && question === -1 ? url : url.slice(pathStart, end) || '/',
    'url.query': end + 1 < url.length ? maskQuery(url.slice(end + 1)) : undefined,
    'server.address': named ? host.address : undefined,
    'server.port': named ? (host.port ?? (scheme === 'https' ? 443 : 80)) : undefined,
    'client.address': client,
    'network.peer.address': connection.peerAddress,
    'network.peer.port': connection.peerPort,
    'network.transport': connection.transport,
    'network.protocol.version': request.httpVersion,
    'user_agent.original': headers['user-agent'],
  };
}

const SLASH = 47;
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#@]*)/i;
