import { fileURLToPath } from 'node:url';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { withSpan } from '@uat/tracing-sdk';
import { readDocumentation } from './documentation.ts';
import { textVector, VECTOR_SIZE } from './text-vector.ts';

/** The collection. Where a Qdrant of the user's is used, a name that nobody else takes. */
export const DOCUMENTATION = 'uat-docs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** Points in one request. */
const BATCH = 64;

/**
 * Puts this repository's own documentation into Qdrant, in place of what was there.
 *
 * @returns the number of passages
 * @throws the client's error (as a rejection)
 */
export function indexDocumentation(qdrant: QdrantClient): Promise<number> {
  return withSpan('index documentation', {}, async (span) => {
    const passages = readDocumentation(ROOT);
    span.setAttribute('index.passages', passages.length);
    await qdrant.recreateCollection(DOCUMENTATION, { vectors: { size: VECTOR_SIZE, distance: 'Cosine' } });
    const points = passages.map(({ file, heading, text }, id) => ({
      id,
      vector: textVector(`${heading} ${heading} ${text}`),
      payload: { file, heading, text },
    }));
    for (let start = 0; start < points.length; start += BATCH) {
      await qdrant.upsert(DOCUMENTATION, { points: points.slice(start, start + BATCH), wait: true });
    }
    return passages.length;
  });
}
