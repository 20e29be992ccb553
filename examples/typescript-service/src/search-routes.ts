import type { QdrantClient } from '@qdrant/js-client-rest';
import { withSpan } from '@uat/tracing-sdk';
import { DOCUMENTATION } from './documentation-index.ts';
import { HttpError, type Routes } from './serve.ts';
import { textVector } from './text-vector.ts';

const HITS = 3;

/** Searches this repository's own documentation in Qdrant. */
export function searchRoutes(qdrant: QdrantClient): Routes {
  const find = async (collection: string, question: string): Promise<unknown> => {
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
  };
  return {
    'GET /search/:question': ({ question = '' }) => find(DOCUMENTATION, question),
    // Somebody has linked to an archive that was never built.
    'GET /archive/:question': ({ question = '' }) => find('uat-archive', question),
  };
}
