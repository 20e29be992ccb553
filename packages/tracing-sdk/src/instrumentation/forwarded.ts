import type { IncomingHttpHeaders } from 'node:http';
import { splitHost } from './host-and-port.ts';

/** The request as the client sent it to the first proxy. undefined: that header, or that part of it, was not there. */
export interface ForwardedRequest {
  readonly client: string | undefined;
  /** With its port, if any. */
  readonly host: string | undefined;
  readonly scheme: 'http' | 'https' | undefined;
}

/**
 * Reads `Forwarded` (RFC 7239), else `X-Forwarded-For`, `-Host` and `-Proto`. Of a chain of proxies the first entry
 * counts: the one nearest to the client.
 *
 * @returns undefined when the request came without any of them, as most do.
 */
export function forwardedRequest(headers: IncomingHttpHeaders): ForwardedRequest | undefined {
  const standard = headers.forwarded;
  if (standard !== undefined) return parseForwarded(standard);
  const client = headers['x-forwarded-for'];
  const host = headers['x-forwarded-host'];
  const scheme = headers['x-forwarded-proto'];
  if (client === undefined && host === undefined && scheme === undefined) return undefined;
  return {
    client: clientAddress(firstEntry(client)),
    host: firstEntry(host),
    scheme: schemeOf(firstEntry(scheme)),
  };
}

function parseForwarded(text: string): ForwardedRequest {
  const parameter = /\s*([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))\s*([;,]|$)/iy;
  const found: Record<string, string> = Object.create(null);
  for (let match = parameter.exec(text); match !== null; match = parameter.exec(text)) {
    found[match[1]!.toLowerCase()] = match[2] ?? match[3] ?? '';
    if (match[4] !== ';') break;
  }
  return {
    client: clientAddress(found.for),
    host: found.host === '' ? undefined : found.host,
    scheme: schemeOf(found.proto),
  };
}

function firstEntry(list: string | string[] | undefined): string | undefined {
  if (typeof list !== 'string') return undefined;
  const comma = list.indexOf(',');
  const entry = (comma === -1 ? list : list.slice(0, comma)).trim();
  return entry === '' ? undefined : entry;
}

/** `unknown` and `_names` stand for an address that the proxy keeps to itself (RFC 7239, section 6). */
function clientAddress(text: string | undefined): string | undefined {
  if (text === undefined || text === '' || text === 'unknown' || text.startsWith('_')) return undefined;
  return splitHost(text).address;
}

function schemeOf(text: string | undefined): 'http' | 'https' | undefined {
  const scheme = text?.toLowerCase();
  return scheme === 'http' || scheme === 'https' ? scheme : undefined;
}
