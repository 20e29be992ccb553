/** An address to send OTLP to, as people write it. */
export interface OtlpEndpoint {
  readonly protocol: 'grpc' | 'http';
  /** `http://host:port` or `https://host:port`; for OTLP/HTTP with the path before `/v1/traces`. */
  readonly url: string;
  /** `host:port`, for messages. */
  readonly place: string;
}

export class EndpointError extends Error {}

const ALLOWED =
  'Allowed are host:4317 (gRPC), host:4318 (HTTP), and for any other port a URL that says which: grpc://host:port, grpcs://host:port (TLS), http://host:port, https://host:port.';
const SCHEME = /^([a-z][a-z0-9+.-]*):\/\//i;

/**
 * Understands `otel-collector:4317`, `http://localhost:4318`, `grpcs://gateway.example:443`. Port 4317 is gRPC, as in
 * `OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4317`, 4318 is HTTP.
 *
 * @throws EndpointError naming what was given and what is allowed.
 */
export function parseOtlpEndpoint(given: string): OtlpEndpoint {
  const text = given.trim();
  // Never shown again: what stands before an @ may be a password, what stands after a ? a key.
  const shown = text
    .replace(/[?#].*$/s, '?…')
    .replace(/\/\/[^/]*@/, '//…@')
    .replace(/^[^/]*@/, '…@');
  const refuse = (problem: string): EndpointError =>
    new EndpointError(`the endpoint '${shown}' ${problem}. ${ALLOWED}`);

  if (text === '') throw refuse('is empty');
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && !['http', 'https', 'grpc', 'grpcs'].includes(scheme))
    throw refuse(`has the unknown scheme ${scheme}://`);
  const secure = scheme === 'https' || scheme === 'grpcs';
  const httpUrl = `${secure ? 'https' : 'http'}://${text.replace(SCHEME, '')}`;
  if (!URL.canParse(httpUrl)) throw refuse('is no host and port');
  const url = new URL(httpUrl);
  if (url.username !== '' || url.password !== '')
    throw refuse('holds a user name or password, which the check does not send');
  if (url.search !== '' || url.hash !== '') throw refuse('has a query or fragment, which OTLP does not have');
  const port = url.port === '' ? portLeftOut(httpUrl, scheme) : url.port;
  if (port === '') throw refuse('names no port');
  const protocol = protocolOf(scheme, port);
  if (protocol === undefined) throw refuse(`has port ${port}, which does not tell gRPC from HTTP`);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1\/traces$/, '');
  if (protocol === 'grpc' && path !== '') throw refuse('has a path, which OTLP/gRPC does not have');
  return {
    protocol,
    url: `${url.protocol}//${url.hostname}:${port}${path}`,
    place: `${url.hostname}:${port}`,
  };
}

/** URL leaves a scheme's own port out, written or not. */
function portLeftOut(httpUrl: string, scheme: string | undefined): string {
  const written = /:(\d+)(?:\/(?!\/)|$)/.exec(httpUrl)?.[1];
  if (written !== undefined || scheme === undefined) return written ?? '';
  return httpUrl.startsWith('https:') ? '443' : '80';
}

function protocolOf(scheme: string | undefined, port: string): 'grpc' | 'http' | undefined {
  if (scheme === 'grpc' || scheme === 'grpcs') return 'grpc';
  if (port === '4317') return 'grpc';
  return port === '4318' || scheme !== undefined ? 'http' : undefined;
}
