/** Scores computed by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectHits,
  expectScore,
  type FilledCollection,
  fillCollection,
  type ScoredId,
} from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await serverUnderTest();
});
afterAll(() => server.stop());

const { sqrt } = Math;

describe('distances of [3,4], [1,0], [-2,0] and [0,-5] from [1,2]', () => {
  const points = [
    { id: 1, vector: [3, 4] },
    { id: 2, vector: [1, 0] },
    { id: 3, vector: [-2, 0] },
    { id: 4, vector: [0, -5] },
  ];
  const root5 = sqrt(5);
  const cases: readonly { distance: string; hits: readonly ScoredId[]; stored: readonly number[] }[] = [
    {
      distance: 'Cosine',
      hits: [
        [1, 11 / (5 * root5)],
        [2, 1 / root5],
        [3, -1 / root5],
        [4, -2 / root5],
      ],
      stored: [0.6, 0.8],
    },
    {
      distance: 'Dot',
      hits: [
        [1, 11],
        [2, 1],
        [3, -2],
        [4, -10],
      ],
      stored: [3, 4],
    },
    {
      distance: 'Euclid',
      hits: [
        [2, 2],
        [1, sqrt(8)],
        [3, sqrt(13)],
        [4, sqrt(50)],
      ],
      stored: [3, 4],
    },
    {
      distance: 'Manhattan',
      hits: [
        [2, 2],
        [1, 4],
        [3, 5],
        [4, 8],
      ],
      stored: [3, 4],
    },
  ];

  test.each(cases)('$distance', async ({ distance, hits, stored }) => {
    const collection = await fillCollection(server, { config: { vectors: { size: 2, distance } }, points });
    expectHits(await collection.hits({ query: [1, 2] }), hits);
    expectHits(await collection.hits({ query: { nearest: [1, 2] }, limit: 2 }), hits.slice(0, 2));
    const { vector } = await collection.result('GET', '/points/1');
    vector.forEach((x: number, i: number) => {
      expectScore(x, stored[i]!, `stored[${i}]`);
    });
  });
});

/** x / (1 + |x|), brought from -1..1 to 0..1. */
const squashed = (x: number) => 0.5 * (x / (1 + Math.abs(x)) + 1);

describe('queries by examples', () => {
  let dot: FilledCollection;
  let euclid: FilledCollection;

  beforeAll(async () => {
    dot = await fillCollection(server, {
      config: { vectors: { size: 2, distance: 'Dot' } },
      points: [
        { id: 1, vector: [1, 0] },
        { id: 2, vector: [0, 1] },
        { id: 3, vector: [2, 2] },
        { id: 4, vector: [-1, 3] },
        { id: 5, vector: [4, -1] },
      ],
    });
    euclid = await fillCollection(server, {
      config: { vectors: { size: 2, distance: 'Euclid' } },
      points: [
        { id: 1, vector: [1, 0] },
        { id: 2, vector: [0, 2] },
      ],
    });
  });

  const cases: readonly { name: string; query: unknown; hits: readonly ScoredId[] }[] = [
    {
      name: 'a point: it is no hit itself',
      query: 3,
      hits: [
        [5, 6],
        [4, 4],
        [1, 2],
        [2, 2],
      ],
    },
    {
      // Twice the mean of the positive ones less that of the negative ones: [2,-1].
      name: 'average vector',
      query: { recommend: { positive: [1], negative: [2] } },
      hits: [
        [5, 9],
        [3, 2],
        [4, -5],
      ],
    },
    {
      name: 'average vector of positive ones only: [0.5,0.5]',
      query: { recommend: { positive: [1, 2], strategy: 'average_vector' } },
      hits: [
        [3, 2],
        [5, 1.5],
        [4, 1],
      ],
    },
    {
      name: 'average vector of a point and a vector: [2,0.5]',
      query: { recommend: { positive: [1, [3, 1]] } },
      hits: [
        [5, 7.5],
        [3, 5],
        [2, 0.5],
        [4, -0.5],
      ],
    },
    {
      // 3: 2+2-2, 4: -1+3+1, 5: 4-1-4.
      name: 'sum of scores',
      query: { recommend: { positive: [1, 2], negative: [[1, 0]], strategy: 'sum_scores' } },
      hits: [
        [4, 3],
        [3, 2],
        [5, -1],
      ],
    },
    {
      // 3 is as near to the bad one as to the good one, which counts as bad.
      name: 'best score',
      query: { recommend: { positive: [1], negative: [2], strategy: 'best_score' } },
      hits: [
        [5, squashed(4)],
        [3, -squashed(2)],
        [4, -squashed(3)],
      ],
    },
    {
      name: 'best score of negative ones only',
      query: { recommend: { negative: [2], strategy: 'best_score' } },
      hits: [
        [5, -squashed(-1)],
        [1, -squashed(0)],
        [3, -squashed(2)],
        [4, -squashed(3)],
      ],
    },
    {
      // A pair counts 1 where its good one is nearer, -1 where its bad one is; the target's nearness breaks ties.
      name: 'discovery',
      query: { discover: { target: [1, 1], context: [{ positive: 1, negative: 2 }] } },
      hits: [
        [5, 1 + squashed(3)],
        [3, 0 + squashed(4)],
        [4, -1 + squashed(2)],
      ],
    },
    {
      // 4 is nearer to the bad one by 4: -4 / (1 + 4).
      name: 'context: nothing is lost on the good side',
      query: { context: [{ positive: 1, negative: 2 }] },
      hits: [
        [5, 0],
        [3, 0],
        [4, -0.8],
      ],
    },
    {
      // One pair, whose confidence is 0.5: 1 * similarity + 0.5 ** 2 * 4 * (to the better one - to the worse one).
      name: 'relevance feedback',
      query: {
        relevance_feedback: {
          target: [1, 1],
          feedback: [
            { example: 2, score: 0.4 },
            { example: 1, score: 0.9 },
          ],
          strategy: { naive: { a: 1, b: 2, c: 4 } },
        },
      },
      hits: [
        [5, 3 + 5],
        [3, 4 + 0],
        [4, 2 - 4],
      ],
    },
  ];

  test.each(cases)('$name', async ({ query, hits }) => {
    expectHits(await dot.hits({ query }), hits);
  });

  test('a combined score is made of squared distances', async () => {
    const query = { recommend: { positive: [[0, 0]], strategy: 'best_score' } };
    const hits: ScoredId[] = [
      [1, squashed(-1)],
      [2, squashed(-4)],
    ];
    expectHits(await euclid.hits({ query }), hits);
    // The distance has small scores near, so only what is below the threshold is kept, from the best hit on.
    expectHits(await euclid.hits({ query, score_threshold: 0.2 }), []);
    expectHits(await euclid.hits({ query, score_threshold: 0.3 }), hits);
  });

  const refused = [
    [
      'a vector of another size',
      [1, 2, 3],
      400,
      'Wrong input: Vector dimension error: expected dim: 2, got 3',
    ],
    ['a point that is not there', 99, 404, 'Not found: No point with id 99 found'],
    ['no examples', { recommend: {} }, 400, 'At least one positive'],
    ['negative ones without a strategy', { recommend: { negative: [1] } }, 400, 'At least one positive'],
    ['no examples for a strategy', { recommend: { strategy: 'sum_scores' } }, 400, 'positive or negative'],
    [
      'an unknown strategy',
      { recommend: { positive: [1], strategy: 'best' } },
      400,
      'Format error in JSON body',
    ],
    ['a query of no kind', { nearby: [1, 2] }, 400, 'untagged enum QueryInterface'],
    ['text to be embedded', { text: 'x', model: 'y' }, 400, 'InferenceService is not initialized'],
  ] as const;

  test.each(refused)('%s is refused', async (_name, query, status, error) => {
    const answer = await dot.ask('POST', '/points/query', { query });
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
