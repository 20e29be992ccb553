/** A program: its server's handler throws. Prints what the app's own `uncaughtException` listener got, and the spans. */
import { createServer } from 'node:http';
import { createHttpServerInstrumentation } from './http-server.ts';
import { listen, openSocket, startTestTracing, stop } from './http-tracing.fixture.ts';

const tracing = startTestTracing();
createHttpServerInstrumentation(tracing).enable();

const server = createServer(() => {
  throw new Error('boom');
});
const port = await listen(server);
const socket = await openSocket(port);
const uncaught: unknown[] = [];
process.on('uncaughtException', (error: Error) => {
  uncaught.push(error.message);
  socket.end();
});
socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\n\r\n`);
const [span] = await tracing.ended(1);
await stop(server);
console.log(JSON.stringify({ uncaught, name: span?.name, errorType: span?.attributes['error.type'] }));
