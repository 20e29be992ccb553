import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface StandInRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface StandInAnswer {
  readonly status?: number;
  /** A string as it is, anything else as JSON. */
  readonly body: unknown;
}

/** What goes wrong: no answer ever, a cut connection, or an answer of its own. */
export type Fault = 'hangs' | 'cuts' | StandInAnswer;

export interface HttpStandIn {
  readonly url: string;
  /** `host:port`. */
  readonly place: string;
  readonly requests: StandInRequest[];
  /** Asked before each answer; undefined lets it through. */
  fault: ((request: StandInRequest) => Fault | undefined) | undefined;
  close(): Promise<void>;
}

/** An HTTP server on a free port of 127.0.0.1. */
export async function startHttpStandIn(
  respond: (request: StandInRequest) => StandInAnswer | Promise<StandInAnswer>,
): Promise<HttpStandIn> {
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://stand-in');
    const request: StandInRequest = {
      method: incoming.method ?? 'GET',
      path: pathname,
      query: searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
    };
    standIn.requests.push(request);
    const fault = standIn.fault?.(request);
    if (fault === 'hangs') return;
    if (fault === 'cuts') {
      incoming.socket.destroy();
      return;
    }
    send(response, fault ?? (await respond(request)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const standIn: HttpStandIn = {
    url: `http://${place}`,
    place,
    requests: [],
    fault: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return standIn;
}

export const NOT_FOUND: StandInAnswer = { status: 404, body: { message: 'not found' } };

function send(response: ServerResponse, { status = 200, body }: StandInAnswer): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(status, {
    'content-type': typeof body === 'string' ? 'text/plain' : 'application/json',
  });
  response.end(text);
}
