/**
 * An HTTP service with the SDK, for the proofs: every 20th request fails, every fourth takes 120 ms or more. Settings come
 * from the environment, as in any service.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { initTracing } from '@uat/tracing-sdk';

initTracing(process.env.SERVICE ?? 'shop', { metrics: process.env.OTEL_METRICS_EXPORTER === 'otlp' });

const server = createServer(async (request, response) => {
  const number = Number(new URL(request.url ?? '/', 'http://shop').searchParams.get('n'));
  if (number % 4 === 1) await delay(130);
  response.statusCode = number % 20 === 0 && number > 0 ? 500 : 200;
  response.end('done');
});
server.listen(8080, process.env.HOST);
