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

export type Handler = (parameters: Readonly<Record<string, string>>, body: unknown) => Promise<unknown>;

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
  const server = http.createServer(async (request, response) => {
    underWay.add(response);
    response.on('close', () => underWay.delete(response));
    // Or the client keeps the connection, and closing waits for it.
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, {
        'content-type': 'application/json',
        ...(closing ? { connection: 'close' } : {}),
      });
      response.end(JSON.stringify(body));
    };
    try {
      const { route, handler, parameters } = findRoute(routes, request);
      trace
        .getActiveSpan()
        ?.updateName(route)
        .setAttribute('http.route', route.split(' ')[1] as string);
      answer(200, await handler(parameters, await readJson(request)));
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
  const path = pathOf(request).split('/');
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

function pathOf({ url = '/' }: http.IncomingMessage): string {
  const parsed = URL.parse(url, 'http://localhost');
  if (parsed === null) throw new HttpError(400, `'${url}' is no path`);
  return parsed.pathname;
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpError(400, `'${segment}' is not encoded as UTF-8; a % itself is written %25`);
  }
}

const MAX_BODY_BYTES = 10_000;

async function readJson(request: http.IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_BODY_BYTES) throw new HttpError(413, 'too much of an order');
  }
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, 'the body must be JSON');
  }
}
