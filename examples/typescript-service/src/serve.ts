import http from 'node:http';
import type { AddressInfo } from 'node:net';
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

export type Handler = (parameters: Readonly<Record<string, string>>, body: unknown) => Promise<unknown>;

/**
 * A JSON server on `node:http`, as small as it gets. A framework tells tracing its routes; here it is done by hand.
 *
 * @param routes by method and path, for instance `GET /stock/:sku`
 * @returns the port, a free one
 */
export function serve(routes: Readonly<Record<string, Handler>>): Promise<number> {
  const server = http.createServer(async (request, response) => {
    try {
      const { route, handler, parameters } = findRoute(routes, request);
      trace
        .getActiveSpan()
        ?.updateName(route)
        .setAttribute('http.route', route.split(' ')[1] as string);
      answer(response, 200, await handler(parameters, await readJson(request)));
    } catch (error) {
      answer(response, error instanceof HttpError ? error.status : 500, { error: (error as Error).message });
    }
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

function findRoute(routes: Readonly<Record<string, Handler>>, request: http.IncomingMessage) {
  const path = new URL(request.url ?? '/', 'http://localhost').pathname.split('/');
  for (const [route, handler] of Object.entries(routes)) {
    const [method, pattern = ''] = route.split(' ');
    const segments = pattern.split('/');
    const fits = segments.every((segment, i) => segment.startsWith(':') || segment === path[i]);
    if (method !== request.method || segments.length !== path.length || !fits) continue;
    const names = segments.flatMap((segment, i) =>
      segment.startsWith(':') ? [[segment.slice(1), decodeURIComponent(path[i] as string)]] : [],
    );
    return { route, handler, parameters: Object.fromEntries(names) as Record<string, string> };
  }
  throw new HttpError(404, `no route for ${request.method} ${request.url}`);
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

function answer(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
