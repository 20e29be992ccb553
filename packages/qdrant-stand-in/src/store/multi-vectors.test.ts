/** Scores computed by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectHits, fillCollection, type ScoredId } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await serverUnderTest();
});
afterAll(() => server.stop());

const configOf = (distance: string) => ({
  vectors: { size: 2, distance, multivector_config: { comparator: 'max_sim' } },
});
const points = [
  {
    id: 1,
    vector: [
      [1, 0],
      [0, 2],
    ],
  },
  { id: 2, vector: [[4, 0]] },
];

const cases: readonly { name: string; distance: string; query: unknown; hits: readonly ScoredId[] }[] = [
  {
    // 1: max(1, 0) + max(0, 2), 2: 4 + 0.
    name: 'for each row of the query the nearest row, summed',
    distance: 'Dot',
    query: [
      [1, 0],
      [0, 1],
    ],
    hits: [
      [2, 4],
      [1, 3],
    ],
  },
  {
    name: 'one row is a query, too',
    distance: 'Dot',
    query: [1, 1],
    hits: [
      [2, 4],
      [1, 2],
    ],
  },
  {
    // The nearest rows of 1 are 1 and 1 away, those of 2 3 and sqrt(17).
    name: 'distances: the root of the squares, summed',
    distance: 'Euclid',
    query: [
      [1, 1],
      [0, 1],
    ],
    hits: [
      [1, Math.sqrt(1 + 1)],
      [2, Math.sqrt(10 + 17)],
    ],
  },
  {
    name: 'a point as the query: its rows against those of the other',
    distance: 'Dot',
    query: 1,
    hits: [[2, 4 + 0]],
  },
];

test.each(cases)('$name ($distance)', async ({ distance, query, hits }) => {
  const collection = await fillCollection(server, { config: configOf(distance), points });
  expectHits(await collection.hits({ query }), hits);
});

describe('what is refused', () => {
  test.each([
    ['a row of another size', [[1, 2], [3]], 'expected dim: 2, got 1'],
    ['no row', [], ''],
  ] as const)('%s', async (_name, vector, error) => {
    const collection = await fillCollection(server, { config: configOf('Dot'), points });
    const answer = await collection.ask('PUT', '/points?wait=true', { points: [{ id: 9, vector }] });
    expect([400, 422]).toContain(answer.status);
    expect(answer.error).toContain(error);
    expect(await collection.result('POST', '/points', { ids: [9] })).toEqual([]);
  });
});
