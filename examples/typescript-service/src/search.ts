/** Searches this repository's own documentation in Qdrant. */
import { fileURLToPath } from 'node:url';
import { QdrantClient } from '@qdrant/js-client-rest';
import { initTracing, withSpan } from '@uat/tracing-sdk';
import { readDocumentation } from './documentation.ts';
import { announce } from './parent-process.ts';
import { HttpError, serve } from './serve.ts';
import { textVector, VECTOR_SIZE } from './text-vector.ts';

initTracing('search');

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const QDRANT_URL = process.env.QDRANT_URL ?? 'http://127.0.0.1:6333';
/** Where a Qdrant of the user's is used, a name that nobody else takes. */
const DOCUMENTATION = 'uat-docs';
const HITS = 3;
/** Points in one request. */
const BATCH = 64;

const qdrant = new QdrantClient({
  url: QDRANT_URL,
  checkCompatibility: false,
  ...(process.env.QDRANT_API_KEY === undefined ? {} : { apiKey: process.env.QDRANT_API_KEY }),
});

await withSpan('index documentation', {}, async (span) => {
  const passages = readDocumentation(ROOT);
  span.setAttribute('index.passages', passages.length);
  await qdrant.recreateCollection(DOCUMENTATION, { vectors: { size: VECTOR_SIZE, distance: 'Cosine' } });
  const points = passages.map(({ file, heading, text }, id) => ({
    id,
    vector: textVector(`${heading} ${heading} ${text}`),
    payload: { file, heading, text },
  }));
  for (let start = 0; start < points.length; start += BATCH) {
    await qdrant.upsert(DOCUMENTATION, { points: points.slice(start, start + BATCH) });
  }
});

const port = await serve({
  'GET /search/:question': ({ question = '' }) => find(DOCUMENTATION, question),
  // Somebody has linked to an archive that was never built.
  'GET /archive/:question': ({ question = '' }) => find('uat-archive', question),
});
announce(port);

async function find(collection: string, question: string): Promise<unknown> {
  const query = await withSpan('embed question', {}, async () => textVector(question));
  try {
    const { points } = await qdrant.query(collection, {
      query,
      limit: HITS,
      score_threshold: 0.05,
      with_payload: ['file', 'heading'],
    });
    return points.map(({ score, payload }) => ({ score, ...payload }));
  } catch (error) {
    throw new HttpError(502, `Qdrant has no answer: ${(error as Error).message}`);
  }
}
