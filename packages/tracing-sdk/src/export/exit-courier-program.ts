/**
 * The program of the short-lived child that delivers what is left when a process ends without an event loop.
 *
 * A text and not a function: bundlers rewrite functions (`__name`, `__vite_import__`), and a file beside this one would
 * be missing from a bundled app. Input on stdin: one line of JSON (`url`, `headers`, `tls`, `grpcMethod`, `deadline` as
 * epoch milliseconds, `bodies` as `{length, encoded}`), then the bodies. Output on stdout: an `ExitDelivery` as JSON.
 */
export const COURIER_PROGRAM = `
'use strict';
const { readFileSync, writeSync } = require('node:fs');
const input = readFileSync(0);
const split = input.indexOf(10);
const job = JSON.parse(input.subarray(0, split).toString());
const delivered = job.bodies.map(() => false);
let reason = 'no answer within the exit deadline (exitTimeoutMillis)';
const left = () => job.deadline - Date.now();
const RETRYABLE = new Set([408, 429, 502, 503, 504]);
let offset = split + 1;
const bodies = job.bodies.map((body) => {
  const bytes = input.subarray(offset, offset + body.length);
  offset += body.length;
  return { bytes, encoded: body.encoded };
});
const report = () => {
  writeSync(1, JSON.stringify({ delivered, reason }));
  process.exit(0);
};
setTimeout(report, Math.max(1, left()));

function overHttp() {
  const url = new URL(job.url);
  const transport = url.protocol === 'https:' ? require('node:https') : require('node:http');
  const agent = new transport.Agent({ keepAlive: true, maxSockets: 6, ...job.tls });
  return ({ bytes, encoded }) => new Promise((resolve) => {
    const headers = { ...job.headers, 'content-length': bytes.length };
    if (encoded) headers['content-encoding'] = encoded;
    const request = transport.request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        const status = response.statusCode;
        if (status >= 200 && status < 300) {
          if (!/^text\\/html/i.test(response.headers['content-type'] ?? '')) return resolve('ok');
          reason = 'HTTP ' + status + ' with a web page, so no OTLP receiver';
          return resolve('failed');
        }
        reason = 'HTTP ' + status;
        resolve(RETRYABLE.has(status) ? 'retry' : 'failed');
      });
      response.on('error', () => resolve('retry'));
    });
    request.on('error', (error) => {
      reason = (error.errors ? error.errors[0] : error).message || error.code;
      resolve(error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'retry' : 'failed');
    });
    request.end(bytes);
  });
}

function overGrpc() {
  const http2 = require('node:http2');
  const session = http2.connect(job.url, job.tls);
  session.on('error', (error) => { reason = error.message; });
  return ({ bytes }) => new Promise((resolve) => {
    if (session.destroyed) return resolve('failed');
    const frame = Buffer.alloc(5 + bytes.length);
    frame.writeUInt32BE(bytes.length, 1);
    frame.set(bytes, 5);
    const stream = session.request({
      ...job.headers,
      ':method': 'POST',
      ':path': job.grpcMethod,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    let status;
    const read = (headers) => { status = headers['grpc-status'] ?? status; };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('error', () => resolve('failed'));
    stream.on('close', () => {
      if (status === '0') return resolve('ok');
      if (status !== undefined) reason = 'gRPC ' + status;
      resolve(status === '14' || status === '8' ? 'retry' : 'failed');
    });
    stream.resume();
    stream.end(frame);
  });
}

const post = job.grpcMethod ? overGrpc() : overHttp();
Promise.all(bodies.map(async (body, index) => {
  for (let pause = 50; left() > 0; pause *= 2) {
    const outcome = await post(body);
    if (outcome === 'ok') delivered[index] = true;
    if (outcome !== 'retry') return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, 500)));
  }
})).then(report, report);
`;
