/** Where a client's server is, for attributes. */
export interface Server {
  readonly address: string;
  readonly port: number | undefined;
  /** Stands in the name of a span that has no collection. */
  readonly label: string;
}

/** Fields of both clients' classes, private but the same from 1.9 to 1.19. */
interface ClientFields {
  readonly _host?: unknown;
  readonly _port?: unknown;
  readonly _scheme?: unknown;
}

/** Undefined where the client has no such fields. */
export function serverOf(client: object): Server | undefined {
  const { _host, _port, _scheme } = client as ClientFields;
  if (typeof _host !== 'string' || _host === '') return undefined;
  // IPv6 stands in brackets in a URL, and without them in an attribute.
  const address = _host.replace(/^\[(.*)\]$/, '$1');
  // A client made with `port: null` uses the scheme's.
  const port =
    typeof _port === 'number' ? _port : _scheme === 'https' ? 443 : _scheme === 'http' ? 80 : undefined;
  return Object.freeze({ address, port, label: port === undefined ? _host : `${_host}:${port}` });
}
