import { once } from 'node:events';
import type http from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type ConnectionLimits, createLimitedServer } from './limited-server.ts';

let server: http.Server | undefined;
const sockets: Socket[] = [];
let refused = 0;

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  if (server === undefined) return;
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

async function listen(limits: ConnectionLimits, listener: http.RequestListener): Promise<void> {
  refused = 0;
  server = createLimitedServer(limits, () => refused++, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

const hello: http.RequestListener = (_, response) => void response.end('hello');

/** A connection on which a text is sent as it is. */
async function open(text = ''): Promise<Socket> {
  const { port } = (server as http.Server).address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  // Cut from the other side while we send.
  socket.on('error', () => {});
  await once(socket, 'connect');
  if (text !== '') socket.write(text);
  return socket;
}

async function received(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  if (!socket.closed) await once(socket, 'close');
  return text;
}

const REQUEST = 'GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n';

test('one connection too many is closed and told; the others go on, and its place is given to the next', async () => {
  await listen({ maxConnections: 2 }, hello);
  const [first, second] = [await open(), await open()];
  expect(await received(await open(REQUEST))).toBe('');
  expect(refused).toBe(1);
  second.write(REQUEST);
  expect(await received(second)).toContain('hello');
  expect(await received(await open(REQUEST))).toContain('hello');
  first.write(REQUEST);
  expect(await received(first)).toContain('hello');
  expect(refused).toBe(1);
});

test.each<[string, string, ConnectionLimits, string]>([
  ['says nothing', '', { headersMillis: 50 }, '408 Request Timeout'],
  ['does not end its headers', 'GET / HTTP/1.1\r\nhost: h', { headersMillis: 50 }, '408 Request Timeout'],
  [
    'does not send the body it promised',
    'POST / HTTP/1.1\r\nhost: here\r\ncontent-length: 9\r\n\r\nhalf',
    { headersMillis: 50, requestMillis: 60 },
    '408 Request Timeout',
  ],
  [
    'keeps its connection and asks nothing more',
    REQUEST.replace('close', 'keep-alive'),
    { keepAliveMillis: 50 },
    'hello',
  ],
])('a client that %s is cut', async (_, sent, limits, answer) => {
  await listen(limits, (request, response) => {
    request.resume();
    request.on('end', () => response.end('hello'));
  });
  expect(await received(await open(sent))).toContain(answer);
});

test('a client that does not read its answer is cut', async () => {
  // More than the system holds for a client that does not read.
  const answer = Buffer.alloc(64 * 1024 * 1024);
  const { promise: cut, resolve } = Promise.withResolvers<void>();
  await listen({ idleMillis: 100 }, (_, response) => {
    response.on('close', resolve);
    response.end(answer);
  });
  (await open(REQUEST)).pause();
  await cut;
});

test('a connection is kept for longer than exporters wait between two batches', async () => {
  await listen({}, hello);
  const socket = await open(REQUEST.replace('close', 'keep-alive'));
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(String(answer)).toMatch(/^keep-alive: timeout=75\r$/im);
});
