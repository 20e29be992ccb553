/** The gRPC API over HTTP/2: frames in, frames out, keys, faults. */
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../fault-rule.ts';
import type { Faults } from '../faults.ts';
import { FormatError } from '../format-error.ts';
import { accessOf } from '../http/authentication.ts';
import { MAX_BODY_BYTES } from '../http/request-body.ts';
import type { ServerOptions } from '../http/server.ts';
import type { Json } from '../json.ts';
import { ServerError } from '../server-error.ts';
import { Call } from '../service/call.ts';
import { createRouter } from '../service/routes.ts';
import type { StandInState } from '../service/state.ts';
import { GRPC_STATUS, GrpcError, grpcErrorOf, grpcStatus } from './grpc-error.ts';
import { METHODS } from './methods.ts';

const router = createRouter();
/** Before each message: compressed or not, and its length (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md). */
const PREFIX_BYTES = 5;

export interface GrpcServer {
  readonly server: Http2Server;
  /** Ends open connections too. */
  close(): Promise<void>;
}

/** @returns a server that is not listening yet, on the same points as the REST API */
export function createGrpcServer(state: StandInState, faults: Faults, options: ServerOptions): GrpcServer {
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => {});
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    void serve(stream, headers);
  });

  const rest = (method: string, path: string, body?: Json): Json => {
    const found = router.find(path);
    const route = found?.methods.get(method);
    if (found === undefined || route === undefined) throw new Error(`no route ${method} ${path}`);
    try {
      const call = new Call(state, found.params, new URLSearchParams(), body, options.metricsPrefix);
      const answer = route.handler(call);
      return answer.kind === 'result' ? answer.result : null;
    } catch (error) {
      if (error instanceof FormatError) throw new ServerError(400, error.message);
      throw error;
    }
  };

  async function serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const path = String(headers[':path']);
    const finish = (status: number): void => {
      const kept = Object.entries(headers).filter(
        ([name]) => !name.startsWith(':') && name !== 'api-key' && name !== 'authorization',
      );
      options.onRequest({ method: 'POST', url: path, headers: Object.fromEntries(kept), status });
    };
    try {
      const message = await readMessage(stream);
      const reply = await answer(path, headers, message);
      finish(200);
      sendMessage(stream, reply);
    } catch (error) {
      const { status, message } = grpcErrorOf(error);
      finish(200);
      if (stream.destroyed) return;
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': String(status),
          'grpc-message': encodeURIComponent(message),
        },
        { endStream: true },
      );
    }
  }

  async function answer(path: string, headers: IncomingHttpHeaders, message: Buffer): Promise<Uint8Array> {
    const method = METHODS.get(path);
    if (method === undefined)
      throw new GrpcError(GRPC_STATUS.unimplemented, `the stand-in's gRPC API does not know ${path}`);
    const access = accessOf(headers, options);
    if (path !== '/qdrant.Qdrant/HealthCheck') {
      if (access === 'no key' || access === 'wrong key')
        throw new GrpcError(GRPC_STATUS.unauthenticated, 'Invalid API key or JWT');
      if (access === 'read' && !method.reads)
        throw new GrpcError(GRPC_STATUS.permissionDenied, 'Forbidden: Global manage access is required');
    }
    const fault = faults.take('POST', path, method.collection(message));
    if (fault?.delayMs) await delay(fault.delayMs);
    if (fault?.answer) throw new GrpcError(grpcStatus(fault.answer.status), errorText(fault.answer));
    if (fault?.cut) throw new GrpcError(GRPC_STATUS.unavailable, 'cut by a fault rule');
    return method.answer(message, rest);
  }

  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}

async function readMessage(stream: ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES + PREFIX_BYTES)
      throw new GrpcError(GRPC_STATUS.resourceExhausted, `a message has at most ${MAX_BODY_BYTES} bytes`);
    chunks.push(chunk);
  }
  const frame = Buffer.concat(chunks);
  if (frame.length < PREFIX_BYTES || frame.length !== PREFIX_BYTES + frame.readUInt32BE(1))
    throw new GrpcError(GRPC_STATUS.internal, 'not one whole message');
  if (frame[0] !== 0) throw new GrpcError(GRPC_STATUS.unimplemented, 'compressed messages are not read');
  return frame.subarray(PREFIX_BYTES);
}

function sendMessage(stream: ServerHttp2Stream, message: Uint8Array): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const frame = Buffer.alloc(PREFIX_BYTES + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, PREFIX_BYTES);
  stream.end(frame);
}
