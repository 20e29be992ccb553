import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface WebSocketStandIn {
  readonly url: string;
  /** Headers of the upgrade requests, and the messages, as they came. */
  readonly upgrades: IncomingHttpHeaders[];
  readonly messages: Record<string, unknown>[];
  close(): Promise<void>;
}

type Answer = (message: Record<string, unknown>) => object | string | 'close' | undefined;

/**
 * A WebSocket server for tests of a client: short text messages in one frame each (RFC 6455, 5.2), `/ready` with 200.
 *
 * @param answer the message to send back, text as it is; `close` ends the connection, undefined says nothing
 */
export async function startWebSocketStandIn(answer: Answer, port = 0): Promise<WebSocketStandIn> {
  const upgrades: IncomingHttpHeaders[] = [];
  const messages: Record<string, unknown>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => response.end('{}'));
  server.on('upgrade', (request, socket: Socket) => {
    upgrades.push(request.headers);
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let frame = readFrame(rest); frame !== undefined; frame = readFrame(rest)) {
        rest = rest.subarray(frame.bytes);
        if (frame.opcode === 8) return void socket.end(Buffer.from([0x88, 0]));
        if (frame.opcode !== 1) continue;
        const message = JSON.parse(frame.text) as Record<string, unknown>;
        messages.push(message);
        const reply = answer(message);
        if (reply === 'close') return void socket.end(Buffer.from([0x88, 2, 0x03, 0xf3]));
        if (reply !== undefined)
          socket.write(textFrame(typeof reply === 'string' ? reply : JSON.stringify(reply)));
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`,
    upgrades,
    messages,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function readFrame(data: Buffer): { opcode: number; text: string; bytes: number } | undefined {
  if (data.length < 2) return undefined;
  const short = (data[1] as number) & 0x7f;
  const at = short === 126 ? 4 : 2;
  if (data.length < at) return undefined;
  const length = short === 126 ? data.readUInt16BE(2) : short;
  const bytes = at + 4 + length;
  if (data.length < bytes) return undefined;
  const mask = data.subarray(at, at + 4);
  const payload = data.subarray(at + 4, bytes).map((byte, i) => byte ^ (mask[i % 4] as number));
  return { opcode: (data[0] as number) & 0x0f, text: Buffer.from(payload).toString('utf8'), bytes };
}

function textFrame(text: string): Buffer {
  const payload = Buffer.from(text);
  const head =
    payload.length < 126
      ? Buffer.from([0x81, payload.length])
      : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}
