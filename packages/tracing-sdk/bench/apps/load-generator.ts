/**
 * Keeps 20 connections busy with one GET each, over bare sockets: an HTTP client would cost more than the server
 * that is measured. Arguments: port, connections.
 *
 * IPC: `{ seconds }` starts a run; answers `{ requests, failed }`.
 */
import { connect, type Socket } from 'node:net';

const port = Number(process.argv[2]);
const connections = Number(process.argv[3]);
const REQUEST = Buffer.from(
  'GET /items/42?verbose=1 HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: application/json\r\n\r\n',
);

let running = false;
let requests = 0;
let failed = 0;
let underWay = 0;
let onIdle: (() => void) | undefined;

function ask(socket: Socket): void {
  underWay++;
  socket.write(REQUEST);
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.setNoDelay(true);
    let expected = 0;
    let received = 0;
    let head = '';
    socket.on('data', (chunk) => {
      if (received === 0 || expected === 0) {
        head = received === 0 ? chunk.toString('latin1') : head + chunk.toString('latin1');
        const headEnd = head.indexOf('\r\n\r\n');
        const length = /content-length: (\d+)/i.exec(head);
        expected = headEnd >= 0 && length ? headEnd + 4 + Number(length[1]) : 0;
      }
      received += chunk.length;
      if (expected === 0 || received < expected) return;
      if (!head.startsWith('HTTP/1.1 200')) failed++;
      received = 0;
      requests++;
      underWay--;
      if (running) ask(socket);
      else if (underWay === 0) onIdle?.();
    });
    socket.on('error', reject);
  });
}

const sockets = await Promise.all(Array.from({ length: connections }, open));
for (const socket of sockets) {
  socket.removeAllListeners('error');
  socket.on('error', () => failed++);
}

process.on('message', (message: { seconds: number }) => {
  requests = 0;
  failed = 0;
  running = true;
  for (const socket of sockets) ask(socket);
  setTimeout(() => {
    onIdle = () => process.send?.({ requests, failed });
    running = false;
  }, message.seconds * 1000);
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
