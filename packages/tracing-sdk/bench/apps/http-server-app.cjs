/**
 * The bare server of the http-server benchmark. CommonJS, so that every peer's module patching works without an
 * ESM hook: their best case. IPC: `{ port }` at start; `'usage'` is answered with CPU, requests and memory.
 */
const http = require('node:http');

let requests = 0;
const server = http.createServer((_request, response) => {
  requests++;
  const body = JSON.stringify({ id: 42, name: 'a small item', tags: ['a', 'b'], price: 12.5, inStock: true });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  process.send({ cpuMicros: user + system, requests, rss, heapUsed });
});
process.on('disconnect', () => process.exit(0));
