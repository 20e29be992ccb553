/**
 * Who may talk to a receiver that is bound to loopback.
 *
 * Being bound to 127.0.0.1 keeps other machines out, but not web pages: a page can send requests to localhost, and with
 * DNS rebinding (its own name suddenly resolving to 127.0.0.1) it even reads the answers, past the same-origin policy.
 * Such a request carries the page's name in `Host` or `Origin`, so names that are not this machine's are refused.
 */
import type { IncomingHttpHeaders } from 'node:http';

/** @returns whether only this machine can reach a server that listens on `host` */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^(::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
  );
}

/**
 * @param allowedHosts names besides this machine's own, for instance `host.docker.internal`
 * @returns why the request is refused; undefined when it is not
 */
export function foreignRequestProblem(
  headers: IncomingHttpHeaders,
  allowedHosts: ReadonlySet<string>,
): string | undefined {
  const { host, origin } = headers;
  // Browsers always send Host; an HTTP/1.0 client without it is none.
  if (host !== undefined && !isAllowed(`http://${host}`, allowedHosts)) {
    return `Host ${JSON.stringify(host)} is not this machine; the receiver takes local requests only (allowedHosts adds names)`;
  }
  if (origin !== undefined && !isAllowed(origin, allowedHosts)) {
    return `Origin ${JSON.stringify(origin)} is not this machine; the receiver takes local requests only (allowedHosts adds names)`;
  }
  return undefined;
}

/** `null`, the origin of sandboxed pages and files, does not parse and is refused. */
function isAllowed(origin: string, allowedHosts: ReadonlySet<string>): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return isLoopback(hostname) || allowedHosts.has(hostname);
}
