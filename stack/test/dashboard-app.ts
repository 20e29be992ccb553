/**
 * One of two HTTP services with the SDK, metrics on, for the proof of the dashboards: `NEXT` is the address of the service
 * that it asks for each order, if it asks one. Both search in Qdrant. Every tenth order fails, every seventh is slow, and
 * every fifth asks for a collection that there is not.
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { QdrantInstrumentation } from '@uat/qdrant-instrumentation';
import { initTracing, withSpan } from '@uat/tracing-sdk';

const { SERVICE = 'shop', PORT = '8080', HOST, NEXT, QDRANT_URL, QDRANT_API_KEY } = process.env;
// Named here: found by itself it is only where it stands among the `dependencies` of a package.json.
initTracing(SERVICE, { metrics: true, instrumentations: ['auto', new QdrantInstrumentation()] });
// After it: what is loaded before cannot be watched.
const { QdrantClient } = await import('@qdrant/js-client-rest');
const qdrant = new QdrantClient({
  ...(QDRANT_URL === undefined ? {} : { url: QDRANT_URL }),
  ...(QDRANT_API_KEY === undefined ? {} : { apiKey: QDRANT_API_KEY }),
  checkCompatibility: false,
});

async function order(number: number): Promise<number> {
  await qdrant.query('items', { query: [1, number % 7, 0], limit: 3, with_payload: true });
  if (number % 5 === 0) await qdrant.query('nothing', { query: [1, 0, 0] }).catch(() => {});
  if (number % 3 === 0) {
    await qdrant.upsert('items', { points: [{ id: number, vector: [1, number, 0], payload: { number } }] });
  }
  if (number % 7 === 0) await delay(150);
  // What the garbage collector and the event loop have to do with.
  await withSpan('pack', {}, () => JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ index }))));
  if (NEXT !== undefined) await (await fetch(`${NEXT}/stock?n=${number}`)).arrayBuffer();
  return number > 0 && number % 10 === 0 ? 500 : 200;
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://shop');
  const answer = url.pathname === '/health' ? Promise.resolve(200) : order(Number(url.searchParams.get('n')));
  answer
    .catch(() => 503)
    .then((status) => {
      response.statusCode = status;
      response.end('done');
    });
});
server.listen(Number(PORT), HOST);
