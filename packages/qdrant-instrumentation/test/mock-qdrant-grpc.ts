/** An HTTP/2 server that speaks gRPC's framing: answers a message, or a status. */
import { createServer, type IncomingHttpHeaders, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';

export interface GrpcAnswer {
  /** An encoded message; the empty one by default, which every method accepts. */
  readonly message?: Uint8Array;
  readonly status?: number;
  readonly statusMessage?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly hang?: boolean;
}

export interface MockGrpc {
  readonly port: number;
  readonly requests: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Buffer;
  }[];
  answer: (path: string) => GrpcAnswer;
  close(): Promise<void>;
}

export async function startMockGrpc(): Promise<MockGrpc> {
  const sessions = new Set<ServerHttp2Session>();
  const requests: MockGrpc['requests'] = [];
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const path = String(headers[':path']);
      requests.push({ path, headers, body: Buffer.concat(chunks) });
      const {
        message = new Uint8Array(),
        status = 0,
        statusMessage = '',
        headers: more = {},
        hang,
      } = mock.answer(path);
      if (hang) return;
      const common = { ':status': 200, 'content-type': 'application/grpc+proto', ...more };
      if (status !== 0) {
        stream.respond(
          { ...common, 'grpc-status': String(status), 'grpc-message': encodeURIComponent(statusMessage) },
          { endStream: true },
        );
        return;
      }
      stream.respond(common, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const frame = Buffer.alloc(5 + message.length);
      frame.writeUInt32BE(message.length, 1);
      frame.set(message, 5);
      stream.end(frame);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const mock: MockGrpc = {
    port: (server.address() as AddressInfo).port,
    requests,
    answer: () => ({}),
    close: () =>
      new Promise((resolve) => {
        for (const session of sessions) session.destroy();
        server.close(() => resolve());
      }),
  };
  return mock;
}
