/** Scores computed by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectHits, type FilledCollection, fillCollection } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  const points: readonly (readonly [indices: number[], values: number[]])[] = [
    [
      [3, 1],
      [2, 1],
    ],
    [[3], [1]],
    [[5], [1]],
  ];
  collection = await fillCollection(server, {
    config: { vectors: {}, sparse_vectors: { words: {}, rare: { modifier: 'idf' } } },
    points: points.map(([indices, values], place) => ({
      id: place + 1,
      vector: { words: { indices, values }, rare: { indices, values } },
    })),
  });
});
afterAll(() => server.stop());

const query = { indices: [1, 3], values: [1, 2] };

test('the product of what both have; a point that shares nothing is no hit', async () => {
  expectHits(await collection.hits({ query, using: 'words' }), [
    [1, 1 * 1 + 2 * 2],
    [2, 2 * 1],
  ]);
});

test('idf: ln(1 + (N - n + 0.5) / (n + 0.5)) of each index, of three points', async () => {
  const ofIndex1 = Math.log(1 + 2.5 / 1.5);
  const ofIndex3 = Math.log(1 + 1.5 / 2.5);
  expectHits(await collection.hits({ query, using: 'rare' }), [
    [1, ofIndex1 + 4 * ofIndex3],
    [2, 2 * ofIndex3],
  ]);
});

test('a point as the query', async () => {
  expectHits(await collection.hits({ query: 2, using: 'words' }), [[1, 2]]);
});

test('a threshold', async () => {
  expectHits(await collection.hits({ query, using: 'words', score_threshold: 2 }), [[1, 5]]);
});

describe('what is refused', () => {
  const refused: readonly (readonly [name: string, vector: unknown, status: number, error: string])[] = [
    ['an index twice', { indices: [1, 1], values: [1, 2] }, 422, 'indices: must be unique'],
    [
      'fewer values than indices',
      { indices: [1, 2], values: [1] },
      422,
      'must be the same length as indices',
    ],
    ['a negative index', { indices: [-1], values: [1] }, 400, 'Format error in JSON body'],
    ['a dense vector', [1, 2], 400, 'Conversion between sparse and regular vectors failed'],
  ];

  test.each(refused)('%s', async (_name, vector, status, error) => {
    const body = { points: [{ id: 9, vector: { words: vector } }] };
    const answer = await collection.ask('PUT', '/points?wait=true', body);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
    expect(await collection.result('POST', '/points', { ids: [9] })).toEqual([]);
  });
});
