import type { QdrantClient } from '@qdrant/js-client-rest';
import { DOCUMENTATION } from './documentation-index.ts';
import { findPassages } from './passages.ts';
import { HttpError, type Routes } from './serve.ts';

/** Searches this repository's own documentation in Qdrant. */
export function searchRoutes(qdrant: QdrantClient): Routes {
  const find = async (collection: string, question: string): Promise<unknown> => {
    try {
      return await findPassages(qdrant, collection, question);
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
