import type { QdrantClient } from '@qdrant/js-client-rest';
import { withSpan } from '@uat/tracing-sdk';
import { textVector } from './text-vector.ts';

const HITS = 3;
const LEAST_SCORE = 0.05;

/** @returns of a collection the passages that are nearest to a question: score, file, heading @throws the client's error */
export async function findPassages(
  qdrant: QdrantClient,
  collection: string,
  question: string,
): Promise<Readonly<Record<string, unknown>>[]> {
  const query = await withSpan('embed question', {}, async () => textVector(question));
  const { points } = await qdrant.query(collection, {
    query,
    limit: HITS,
    score_threshold: LEAST_SCORE,
    with_payload: ['file', 'heading'],
  });
  return points.map(({ score, payload }) => ({ score, ...payload }));
}
