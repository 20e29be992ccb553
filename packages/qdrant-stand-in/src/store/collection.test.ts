/** Vectors by name: searched, written and deleted apart; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
});
afterAll(() => server.stop());
beforeEach(async () => {
  collection = await fillCollection(server, {
    config: {
      vectors: { text: { size: 2, distance: 'Dot' }, image: { size: 1, distance: 'Euclid' } },
      sparse_vectors: { words: {} },
    },
    points: [
      { id: 1, vector: { text: [1, 2], image: [3] } },
      { id: 2, vector: { text: [2, 2], words: { indices: [1], values: [1] } } },
      { id: 3, vector: { image: [5] } },
    ],
  });
});

const byText = { query: [1, 1], using: 'text' };
const byImage = { query: [4.5], using: 'image' };
const having = (name: string) => ({ must: [{ has_vector: name }] });

describe('named vectors', () => {
  const cases: readonly { query: object; hits: readonly ScoredId[] }[] = [
    {
      query: byText,
      hits: [
        [2, 4],
        [1, 3],
      ],
    },
    {
      query: byImage,
      hits: [
        [3, 0.5],
        [1, 1.5],
      ],
    },
    { query: { query: { indices: [1], values: [2] }, using: 'words' }, hits: [[2, 2]] },
    { query: { ...byText, filter: having('image') }, hits: [[1, 3]] },
    { query: { query: 1, using: 'image' }, hits: [[3, 2]] },
  ];

  test.each(cases)('$query', async ({ query, hits }) => {
    expectHits(await collection.hits(query), hits);
  });

  test.each([
    ['text', [1, 2]],
    ['image', [1, 3]],
    ['words', [2]],
  ])('points that have %s', async (name, ids) => {
    expect(await collection.idsThatPass(having(name))).toEqual(ids);
  });

  test('an update changes only the vectors that it names', async () => {
    const points = [{ id: 1, vector: { image: [4.5] } }];
    await collection.result('PUT', '/points/vectors?wait=true', { points });
    expectHits(await collection.hits({ ...byImage, limit: 1 }), [[1, 0]]);
    expectHits(await collection.hits({ ...byText, offset: 1 }), [[1, 3]]);
  });

  test('a point without its vector is no hit, and another point can have its place', async () => {
    await collection.result('POST', '/points/vectors/delete?wait=true', { points: [1], vector: ['text'] });
    expectHits(await collection.hits(byText), [[2, 4]]);
    await collection.result('POST', '/points/delete?wait=true', { points: [2] });
    expectHits(await collection.hits(byText), []);
    await collection.result('PUT', '/points?wait=true', { points: [{ id: 9, vector: { image: [4] } }] });
    expectHits(await collection.hits(byText), []);
    expectHits(await collection.hits({ query: { indices: [1], values: [2] }, using: 'words' }), []);
  });

  test('a point that is written again loses the vectors that are not given', async () => {
    await collection.result('PUT', '/points?wait=true', { points: [{ id: 1, vector: { text: [9, 9] } }] });
    expectHits(await collection.hits({ ...byText, limit: 1 }), [[1, 18]]);
    expect(await collection.idsThatPass(having('image'))).toEqual([3]);
  });

  test.each([
    ['without a name', { query: [1, 1] }, 'Not existing vector name error: '],
    ['by an unknown name', { query: [1, 1], using: 'sound' }, 'Not existing vector name error: sound'],
    ['of the size of another', { query: [1, 1], using: 'image' }, 'expected dim: 1, got 2'],
  ])('a search %s is refused', async (_name, query, error) => {
    const answer = await collection.ask('POST', '/points/query', query);
    expect(answer.status).toBe(400);
    expect(answer.error).toContain(error);
  });

  test('a change that cannot be read changes nothing', async () => {
    const points = [
      { id: 10, vector: { text: [1, 1] } },
      { id: 11, vector: { text: [1, 1, 1] } },
    ];
    expect((await collection.ask('PUT', '/points?wait=true', { points })).status).toBe(400);
    expect(await collection.result('POST', '/points/count', {})).toEqual({ count: 3 });
  });
});
