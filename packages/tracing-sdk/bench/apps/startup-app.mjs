// argv[2]: URL of the module that imports and starts the measured package; none when a preload did.
const start = process.argv[2] ? performance.now() : globalThis.benchStart;
if (process.argv[2]) await import(process.argv[2]);
const readyMillis = performance.now() - start;
const { writeSync } = await import('node:fs');
const http = await import('node:http');
http.createServer();
writeSync(1, `${JSON.stringify({ bench: 'ready', readyMillis, rss: process.memoryUsage.rss() })}\n`);
process.exit(0);
