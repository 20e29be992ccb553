/** Fused scores computed by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectHits,
  type FilledCollection,
  fillCollection,
  type ScoredId,
} from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  const size1 = { size: 1, distance: 'Dot' };
  collection = await fillCollection(server, {
    config: { vectors: { a: size1, b: size1, same: size1 } },
    points: [
      { id: 1, vector: { a: [9], b: [20], same: [1] } },
      { id: 2, vector: { a: [8], b: [0], same: [1] } },
      { id: 3, vector: { a: [7], b: [30] } },
      { id: 4, vector: { a: [1], b: [10] } },
    ],
  });
});
afterAll(() => server.stop());

/** Finds 1, 2, 3 with scores 9, 8, 7. */
const byA = { query: [1], using: 'a', limit: 3 };
/** Finds 3, 1, 4 with scores 30, 20, 10. */
const byB = { query: [1], using: 'b', limit: 3 };

const cases: readonly {
  name: string;
  prefetch: readonly object[];
  query: object;
  hits: readonly ScoredId[];
}[] = [
  {
    name: 'reciprocal rank: 1 / (place + 2)',
    prefetch: [byA, byB],
    query: { fusion: 'rrf' },
    hits: [
      [1, 1 / 2 + 1 / 3],
      [3, 1 / 4 + 1 / 2],
      [2, 1 / 3],
      [4, 1 / 4],
    ],
  },
  {
    name: 'reciprocal rank, k 60',
    prefetch: [byA, byB],
    query: { rrf: { k: 60 } },
    hits: [
      [1, 1 / 60 + 1 / 61],
      [3, 1 / 62 + 1 / 60],
      [2, 1 / 61],
      [4, 1 / 62],
    ],
  },
  {
    // Three times the weight brings a place three times as near to the top: 1 / ((place + 1) / 3 + 1).
    name: 'reciprocal rank, weighted',
    prefetch: [byA, byB],
    query: { rrf: { weights: [3, 1] } },
    hits: [
      [1, 3 / 4 + 1 / 3],
      [3, 1 / 2 + 1 / 2],
      [2, 3 / 5],
      [4, 1 / 4],
    ],
  },
  {
    name: 'reciprocal rank, a weight of nothing',
    prefetch: [byA, byB],
    query: { rrf: { k: 2, weights: [1, 0] } },
    hits: [
      [1, 1 / 2],
      [2, 1 / 3],
      [3, 1 / 4],
      [4, 0],
    ],
  },
  {
    // Means 8 and 20, standard deviations 1 and 10: one deviation is a sixth.
    name: 'distribution',
    prefetch: [byA, byB],
    query: { fusion: 'dbsf' },
    hits: [
      [1, 4 / 6 + 3 / 6],
      [3, 2 / 6 + 4 / 6],
      [2, 3 / 6],
      [4, 2 / 6],
    ],
  },
  {
    name: 'distribution of one hit',
    prefetch: [{ ...byA, limit: 1 }, byB],
    query: { fusion: 'dbsf' },
    hits: [
      [1, 1 / 2 + 3 / 6],
      [3, 4 / 6],
      [4, 2 / 6],
    ],
  },
  {
    name: 'distribution of equal scores',
    prefetch: [byA, { query: [1], using: 'same' }],
    query: { fusion: 'dbsf' },
    hits: [
      [1, 4 / 6 + 1 / 2],
      [2, 3 / 6 + 1 / 2],
      [3, 2 / 6],
    ],
  },
];

test.each(cases)('$name', async ({ prefetch, query, hits }) => {
  expectHits(await collection.hits({ prefetch, query }), hits);
  expectHits(await collection.hits({ prefetch, query, offset: 1, limit: 2 }), hits.slice(1, 3));
});

test('a threshold that was told as a fused score keeps its hit', async () => {
  const request = { prefetch: [byA, byB], query: { fusion: 'rrf' } };
  const hits = await collection.hits(request);
  for (const [place, [, score]] of hits.entries())
    expectHits(await collection.hits({ ...request, score_threshold: score }), hits.slice(0, place + 1));
});

test('a fusion can be fused', async () => {
  const inner = { prefetch: [byA, byB], query: { fusion: 'rrf' }, limit: 1 };
  // 1 is first in both lists, 3 and 4 follow in the second only.
  expectHits(
    await collection.hits({
      prefetch: [inner, { ...byB, filter: { must_not: [{ has_id: [3] }] } }],
      query: { fusion: 'rrf' },
    }),
    [
      [1, 1 / 2 + 1 / 2],
      [4, 1 / 3],
      [2, 1 / 4],
    ],
  );
});

describe('what is refused', () => {
  const refused: readonly (readonly [name: string, request: object, status: number, error: string])[] = [
    ['nothing to fuse', { query: { fusion: 'rrf' } }, 400, 'Fusion'],
    [
      'an unknown fusion',
      { prefetch: [byA], query: { fusion: 'mean' } },
      400,
      'untagged enum QueryInterface',
    ],
    [
      'a k of 0',
      { prefetch: [byA], query: { rrf: { k: 0 } } },
      422,
      'k: value 0 invalid, must be 1 or larger',
    ],
    [
      'weights for other prefetches',
      { prefetch: [byA], query: { rrf: { weights: [1, 2] } } },
      400,
      'Number of weights in RRF should match number of pre-fetches: got 2, expected 1',
    ],
  ];

  test.each(refused)('%s', async (_name, request, status, error) => {
    const answer = await collection.ask('POST', '/points/query', request);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
