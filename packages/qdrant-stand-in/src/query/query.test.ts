/** Limits, thresholds, prefetches, orders; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectHits,
  type FilledCollection,
  fillCollection,
  type Id,
  type ScoredId,
} from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
/** Five points, whose score for [1] is their id, and for [-1] its negative. */
let line: FilledCollection;
let far: FilledCollection;

const points = [1, 2, 3, 4, 5].map((id) => ({
  id,
  vector: [id],
  payload: { n: 10 * id, odd: id % 2 === 1 },
}));

beforeAll(async () => {
  server = await serverUnderTest();
  line = await fillCollection(server, {
    config: { vectors: { size: 1, distance: 'Dot' } },
    points,
    indexes: { n: 'integer', at: 'datetime' },
  });
  far = await fillCollection(server, { config: { vectors: { size: 1, distance: 'Euclid' } }, points });
});
afterAll(() => server.stop());

const idsOf = (hits: readonly ScoredId[]) => hits.map(([id]) => id);
const odd = { must: [{ key: 'odd', match: { value: true } }] };
const from = (n: number) => ({ must: [{ key: 'n', range: { gte: n } }] });

describe('which hits', () => {
  const cases: readonly { name: string; query: object; ids: readonly Id[] }[] = [
    { name: 'all, the best first', query: { query: [1] }, ids: [5, 4, 3, 2, 1] },
    { name: 'limit', query: { query: [1], limit: 2 }, ids: [5, 4] },
    { name: 'offset', query: { query: [1], offset: 3 }, ids: [2, 1] },
    { name: 'offset and limit', query: { query: [1], offset: 1, limit: 2 }, ids: [4, 3] },
    { name: 'offset behind the last', query: { query: [1], offset: 5 }, ids: [] },
    { name: 'threshold: what equals it is left out', query: { query: [1], score_threshold: 3 }, ids: [5, 4] },
    { name: 'threshold and offset', query: { query: [1], score_threshold: 2, offset: 1 }, ids: [4, 3] },
    { name: 'threshold above all', query: { query: [1], score_threshold: 5 }, ids: [] },
    { name: 'filter', query: { query: [1], filter: odd }, ids: [5, 3, 1] },
    { name: 'filter and limit', query: { query: [1], filter: odd, limit: 2 }, ids: [5, 3] },

    {
      name: 'prefetch: only what it found is scored',
      query: { prefetch: { query: [-1], limit: 2 }, query: [1] },
      ids: [2, 1],
    },
    {
      name: 'two prefetches: what either found, once',
      query: {
        prefetch: [
          { query: [-1], limit: 2 },
          { query: [1], limit: 4 },
        ],
        query: [1],
      },
      ids: [5, 4, 3, 2, 1],
    },
    {
      name: 'prefetch with a threshold',
      query: { prefetch: { query: [1], score_threshold: 3 }, query: [-1] },
      ids: [4, 5],
    },
    {
      name: "the request's filter holds in a prefetch",
      query: { prefetch: { query: [-1], limit: 2 }, query: [1], filter: from(30) },
      ids: [4, 3],
    },
    {
      name: "a prefetch's filter comes on top",
      query: { prefetch: { query: [-1], limit: 2, filter: odd }, query: [1], filter: from(30) },
      ids: [5, 3],
    },
    {
      name: 'a prefetch of a prefetch',
      query: { prefetch: { prefetch: { query: [-1], limit: 4 }, query: [1], limit: 2 }, query: [-1] },
      ids: [3, 4],
    },

    { name: 'no query: by id', query: { limit: 3 }, ids: [1, 2, 3] },
    { name: 'order by a field', query: { query: { order_by: 'n' }, limit: 2 }, ids: [1, 2] },
    {
      name: 'order by a field, downwards, from a value',
      query: { query: { order_by: { key: 'n', direction: 'desc', start_from: 40 } }, limit: 2 },
      ids: [4, 3],
    },
    {
      name: 'order of what a prefetch found',
      query: { prefetch: { query: [1], limit: 2 }, query: { order_by: 'n' } },
      ids: [4, 5],
    },
  ];

  test.each(cases)('$name', async ({ query, ids }) => {
    expect(idsOf(await line.hits(query))).toEqual(ids);
  });

  test('ten without a limit', async () => {
    const many = Array.from({ length: 12 }, (_, n) => ({ id: n, vector: [n] }));
    const collection = await fillCollection(server, {
      config: { vectors: { size: 1, distance: 'Dot' } },
      points: many,
    });
    expect(idsOf(await collection.hits({ query: [1] }))).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
  });

  test('a threshold of distances keeps what is nearer', async () => {
    expectHits(await far.hits({ query: [1], score_threshold: 2 }), [
      [1, 0],
      [2, 1],
    ]);
  });

  test('no threshold that was told as a score keeps its hit', async () => {
    // 0.6 and 0.8 are no 32-bit floats: what is told is what is nearest to them.
    const cosine = await fillCollection(server, {
      config: { vectors: { size: 2, distance: 'Cosine' } },
      points: [
        { id: 1, vector: [3, 4] },
        { id: 2, vector: [1, 7] },
        { id: 3, vector: [2, 1] },
      ],
    });
    const hits = await cosine.hits({ query: [1, 0] });
    expect(hits).toHaveLength(3);
    for (const [place, [, score]] of hits.entries())
      expectHits(await cosine.hits({ query: [1, 0], score_threshold: score }), hits.slice(0, place));
  });

  test('a random sample has every point once', async () => {
    const ids = idsOf(await line.hits({ query: { sample: 'random' } }));
    expect([...ids].sort()).toEqual([1, 2, 3, 4, 5]);
    expect(idsOf(await line.hits({ query: { sample: 'random' }, limit: 2 }))).toHaveLength(2);
  });

  test('a batch answers each search, in their order', async () => {
    const searches = [
      { query: [1], limit: 1 },
      { query: [-1], limit: 2 },
      { query: [1], offset: 9 },
    ];
    const batch = await line.result('POST', '/points/query/batch', { searches });
    expect(batch.map(({ points }: { points: { id: Id }[] }) => points.map(({ id }) => id))).toEqual([
      [5],
      [1, 2],
      [],
    ]);
  });

  test('ids can be looked up in another collection', async () => {
    const other = await fillCollection(server, {
      config: { vectors: { size: 1, distance: 'Dot' } },
      points: [{ id: 1, vector: [-1] }],
    });
    // Its point 1 is not point 1 of the collection that is searched, which therefore stays a hit.
    const lookup_from = { collection: other.name };
    expect(idsOf(await line.hits({ query: 1, lookup_from, limit: 2 }))).toEqual([1, 2]);
  });
});

describe('what is refused', () => {
  const refused: readonly (readonly [name: string, query: object, status: number, error: string])[] = [
    ['a limit of 0', { query: [1], limit: 0 }, 422, 'limit: value 0 invalid, must be 1 or larger'],
    ['a negative limit', { query: [1], limit: -1 }, 400, 'Format error in JSON body: '],
    ['a limit of text', { query: [1], limit: '1' }, 400, 'Format error in JSON body: '],
    ['prefetches that nothing merges', { prefetch: { query: [1] } }, 400, 'A query is needed to merge'],
    [
      'an order without an index',
      { query: { order_by: 'odd' } },
      400,
      'No range index for `order_by` key: `odd`',
    ],
    ['an unknown vector name', { query: [1], using: 'text' }, 400, 'Not existing vector name error: text'],
    [
      'a lookup in no collection',
      { query: 1, lookup_from: { collection: 'none-such' } },
      404,
      "doesn't exist",
    ],
  ];

  test.each(refused)('%s', async (_name, query, status, error) => {
    const answer = await line.ask('POST', '/points/query', query);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
