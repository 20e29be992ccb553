/** Choices computed by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  expectHits,
  type FilledCollection,
  fillCollection,
  type Id,
  type ScoredId,
} from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  collection = await fillCollection(server, {
    config: { vectors: { size: 2, distance: 'Dot' } },
    points: [
      { id: 1, vector: [1, 0] },
      { id: 2, vector: [0.9, 0.1] },
      { id: 3, vector: [0.5, 1] },
    ],
  });
});
afterAll(() => server.stop());

const nearest = [1, 0.2];
/** To the query. To each other: 0.9 between 1 and 2, 0.5 between 1 and 3, 0.55 between 2 and 3. */
const SCORES: Readonly<Record<Id, number>> = { 1: 1, 2: 0.92, 3: 0.7 };

const cases: readonly { name: string; mmr: object; limit?: number; ids: readonly number[] }[] = [
  { name: 'no diversity: by nearness', mmr: { diversity: 0 }, ids: [1, 2, 3] },
  // 2: 0.9 * 0.92 - 0.1 * 0.9 = 0.738; 3: 0.9 * 0.7 - 0.1 * 0.5 = 0.58.
  { name: 'a little', mmr: { diversity: 0.1 }, ids: [1, 2, 3] },
  // 2: 0.46 - 0.45 = 0.01; 3: 0.35 - 0.25 = 0.1.
  { name: 'half', mmr: { diversity: 0.5 }, ids: [1, 3, 2] },
  { name: 'half, when it is not said', mmr: {}, ids: [1, 3, 2] },
  {
    name: 'nothing but diversity: the nearest comes first all the same',
    mmr: { diversity: 1 },
    ids: [1, 3, 2],
  },
  { name: 'as many candidates as the limit', mmr: { diversity: 0.5 }, limit: 2, ids: [1, 2] },
  { name: 'more candidates', mmr: { diversity: 0.5, candidates_limit: 3 }, limit: 2, ids: [1, 3] },
];

test.each(cases)('$name', async ({ mmr, limit = 10, ids }) => {
  const expected = ids.map((id): ScoredId => [id, SCORES[id]!]);
  expectHits(await collection.hits({ query: { nearest, mmr }, limit }), expected);
});

test('a diversity beyond 1 is refused', async () => {
  const answer = await collection.ask('POST', '/points/query', { query: { nearest, mmr: { diversity: 2 } } });
  expect(answer.status).toBe(422);
  expect(answer.error).toContain('diversity');
});
