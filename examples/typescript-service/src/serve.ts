import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { trace } from '@opentelemetry/api';

/** Answered with this status; any other error is a 500. */
export class HttpError extends Error {
  override readonly name: string = 'HttpError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Closing takes connections for a moment more: a request that is on its way finds somebody. */
const LAST_REQUESTS_MILLIS = 300;

/** An answer that is not JSON. */
export class Content {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;

  /** @param headers `content-type` and what else belongs to it */
  constructor(text: string, headers: Readonly<Record<string, string>>) {
    this.text = text;
    this.headers = headers;
  }
}

/** @returns what is answered: a `Content`, or a value as JSON */
export type Handler = (
  parameters: Readonly<Record<string, string>>,
  body: unknown,
  query: URLSearchParams,
) => Promise<unknown>;

/** A client that sends its headers, or all of its request, more slowly than this is answered 408 and let go. */
const HEADERS_TIMEOUT_MILLIS = 5_000;
const REQUEST_TIMEOUT_MILLIS = 10_000;

/** By method and path, for instance `GET /stock/:sku`. */
export type Routes = Readonly<Record<string, Handler>>;

export interface RunningServer {
  readonly port: number;
  /**
   * Answers what is under way or comes within a moment, takes no new connection, and cuts what has no answer after
   * `timeoutMillis`; with 0, all of it at once.
   *
   * @returns the number of requests that were cut
   */
  close(timeoutMillis: number): Promise<number>;
}

/**
 * A JSON server on `node:http`, as small as it gets. A framework tells tracing its routes; here it is done by hand.
 *
 * @param address default: a free port of 127.0.0.1
 * @throws Node's own error (as a rejection) when it cannot listen there
 */
export async function serve(
  routes: Routes,
  address: { readonly host: string; readonly port: number } = { host: '127.0.0.1', port: 0 },
): Promise<RunningServer> {
  const underWay = new Set<http.ServerResponse>();
  let closing = false;
  const limits = {
    headersTimeout: HEADERS_TIMEOUT_MILLIS,
    requestTimeout: REQUEST_TIMEOUT_MILLIS,
    connectionsCheckingInterval: 500,
  };
  const server = http.createServer(limits, async (request, response) => {
    underWay.add(response);
    response.on('close', () => underWay.delete(response));
    // Or the client keeps the connection, and closing waits for it.
    const answer = (status: number, body: unknown): void => {
      const { text, headers } =
        body instanceof Content
          ? body
          : { text: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      response.writeHead(status, {
        ...headers,
        'x-content-type-options': 'nosniff',
        ...(closing ? { connection: 'close' } : {}),
      });
      response.end(text);
    };
    try {
      const { route, handler, parameters } = findRoute(routes, request);
      trace
        .getActiveSpan()
        ?.updateName(route)
        .setAttribute('http.route', route.split(' ')[1] as string);
      answer(200, await handler(parameters, await readJson(request), urlOf(request).searchParams));
    } catch (error) {
      answer(error instanceof HttpError ? error.status : 500, { error: (error as Error).message });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close(timeoutMillis) {
      closing = true;
      if (timeoutMillis > 0) await pause(LAST_REQUESTS_MILLIS);
      let cut = 0;
      const timer = setTimeout(() => {
        cut = underWay.size;
        server.closeAllConnections();
      }, timeoutMillis);
      await new Promise((resolve) => server.close(resolve));
      clearTimeout(timer);
      return cut;
    },
  };
}

function findRoute(routes: Routes, request: http.IncomingMessage) {
  const path = urlOf(request).pathname.split('/');
  for (const [route, handler] of Object.entries(routes)) {
    const [method, pattern = ''] = route.split(' ');
    const segments = pattern.split('/');
    const fits = segments.every((segment, i) => segment.startsWith(':') || segment === path[i]);
    if (method !== request.method || segments.length !== path.length || !fits) continue;
    const names = segments.flatMap((segment, i) =>
      segment.startsWith(':') ? [[segment.slice(1), decode(path[i] as string)]] : [],
    );
    return { route, handler, parameters: Object.fromEntries(names) as Record<string, string> };
  }
  throw new HttpError(404, `no route for ${request.method} ${request.url}`);
}

function urlOf({ url = '/' }: http.IncomingMessage): URL {
  const parsed = URL.parse(url, 'http://localhost');
  if (parsed === null) throw new HttpError(400, `'${url}' is no path`);
  return parsed;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, `'${segment}' is not encoded as UTF-8; a % itself is written %25`);
  }
}

const MAX_BODY_BYTES = 64 * 1024;

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES)
      throw new HttpError(413, `too much: a body has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  if (bytes === 0) return undefined;
  // A page of somebody else's may send text unasked, and JSON not.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new HttpError(415, 'the body must be JSON; say so with the header content-type: application/json');
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new HttpError(400, 'the body must be JSON');
  }
}
