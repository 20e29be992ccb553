/** An HTTP server that notes what it is asked and answers what the test says. */
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface MockAnswer {
  readonly status?: number;
  /** JSON unless it is a string. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Close the connection in place of an answer. */
  readonly cut?: boolean;
  /** Never answer. */
  readonly hang?: boolean;
}

export interface MockQdrant {
  readonly port: number;
  readonly url: string;
  readonly requests: ReceivedRequest[];
  /** What to answer; a successful `result: true` at first. */
  answer: (request: ReceivedRequest) => MockAnswer;
  close(): Promise<void>;
}

export function ok(result: unknown, more: object = {}): MockAnswer {
  return { body: { result, status: 'ok', time: 0.002, ...more } };
}

export async function startMockQdrant(): Promise<MockQdrant> {
  const requests: ReceivedRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = {
        method: request.method!,
        url: request.url!,
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      requests.push(received);
      const { status = 200, body = '', headers = {}, cut, hang } = mock.answer(received);
      if (hang) return;
      if (cut) {
        response.destroy();
        return;
      }
      const json = typeof body !== 'string';
      response.writeHead(status, { 'content-type': json ? 'application/json' : 'text/plain', ...headers });
      response.end(json ? JSON.stringify(body) : body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const mock: MockQdrant = {
    port,
    url: `http://127.0.0.1:${port}`,
    requests,
    answer: () => ok(true),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return mock;
}
