import { parseHost, splitHost } from './host-and-port.ts';
import { maskSignatures } from './signed-url.ts';

/** Where a client's request goes, as the HTTP conventions want it said. */
export interface ClientTarget {
  /** `url.full`, without user, password or signature. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
}

/**
 * @param scheme with its colon: `https:`.
 * @param host `example.com`, `example.com:8080`, `[::1]:8080` or a bare `::1`.
 * @param path what the request line says: a path, a whole URL (through a proxy), `*`, or the authority of a CONNECT.
 */
export function clientTarget(scheme: string, host: string, path: string): ClientTarget {
  if (path.charCodeAt(0) !== SLASH) {
    const whole = ABSOLUTE.exec(path);
    if (whole !== null) {
      const [, itsScheme, itsHost, rest] = whole as unknown as [string, string, string, string];
      const { address, port } = splitHost(itsHost);
      return {
        url: `${itsScheme}//${itsHost}${masked(rest)}`,
        address,
        port: port ?? defaultPort(itsScheme),
      };
    }
  }
  const { address, port } = parseHost(host);
  const authority = address === host && address.includes(':') ? `[${address}]` : host;
  return {
    url: `${scheme}//${authority}${path.charCodeAt(0) === SLASH ? masked(path) : ''}`,
    address,
    port: port ?? defaultPort(scheme),
  };
}

function masked(path: string): string {
  return path.includes('?') ? maskSignatures(path) : path;
}

function defaultPort(scheme: string): number {
  return scheme === 'https:' ? 443 : 80;
}

const SLASH = 47;
const ABSOLUTE = /^([a-z][a-z0-9+.-]*:)\/\/(?:[^/?#@]*@)?([^/?#@]*)(.*)$/is;
