/** By id, page by page, counts, facets; against a real server when QDRANT_URL names one. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FilledCollection, fillCollection, type Id } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

const config = { vectors: { size: 1, distance: 'Dot' } };

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  const payloads: readonly object[] = [
    { city: 'Berlin', n: 3, open: true, at: '2024-01-02T00:00:00Z', seen: [1, 2] },
    { city: 'Paris', n: 1, open: true, at: '2024-01-01T00:00:00Z', seen: [2] },
    { city: ['Berlin', 'Rome', 'Rome'], n: [2, 4], open: false, at: '2024-01-03T00:00:00Z' },
    { city: 7 },
  ];
  collection = await fillCollection(server, {
    config,
    points: payloads.map((payload, place) => ({ id: place + 1, vector: [0], payload })),
    indexes: { city: 'keyword', n: 'integer', open: 'bool', at: 'datetime', seen: 'integer' },
  });
});
afterAll(() => server.stop());

const inRome = { must: [{ key: 'city', match: { value: 'Rome' } }] };

describe('facets', () => {
  const cases: readonly { name: string; request: object; hits: readonly (readonly [unknown, number])[] }[] = [
    {
      // A value counts once for a point, however often it has it.
      name: 'texts, the most frequent first, then by value',
      request: { key: 'city' },
      hits: [
        ['Berlin', 2],
        ['Paris', 1],
        ['Rome', 1],
      ],
    },
    { name: 'limit', request: { key: 'city', limit: 1 }, hits: [['Berlin', 2]] },
    {
      name: 'filter',
      request: { key: 'city', filter: inRome, exact: true },
      hits: [
        ['Berlin', 1],
        ['Rome', 1],
      ],
    },
    {
      name: 'numbers',
      request: { key: 'seen' },
      hits: [
        [2, 2],
        [1, 1],
      ],
    },
    {
      name: 'true and false',
      request: { key: 'open' },
      hits: [
        [true, 2],
        [false, 1],
      ],
    },
  ];

  test.each(cases)('$name', async ({ request, hits }) => {
    const answer = await collection.result('POST', '/facet', request);
    expect(answer.hits).toEqual(hits.map(([value, count]) => ({ value, count })));
  });

  test.each([
    ['without an index', { key: 'nowhere' }, 400, 'No appropriate index for faceting: `nowhere`'],
    ['of an index that does not match', { key: 'at' }, 400, 'No appropriate index for faceting: `at`'],
    ['a limit of 0', { key: 'city', limit: 0 }, 422, 'must be 1 or larger'],
  ] as const)('%s: refused', async (_name, request, status, error) => {
    const answer = await collection.ask('POST', '/facet', request);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});

describe('reading by order', () => {
  const cases: readonly { name: string; request: object; order: readonly (readonly [Id, number])[] }[] = [
    {
      name: 'a point comes once for each of its values',
      request: { order_by: 'n' },
      order: [
        [2, 1],
        [3, 2],
        [1, 3],
        [3, 4],
      ],
    },
    {
      name: 'downwards, from a value',
      request: { order_by: { key: 'n', direction: 'desc', start_from: 3 }, limit: 2 },
      order: [
        [1, 3],
        [3, 2],
      ],
    },
    {
      name: 'dates in microseconds',
      request: { order_by: { key: 'at', start_from: '2024-01-02T00:00:00Z' } },
      order: [
        [1, Date.UTC(2024, 0, 2) * 1000],
        [3, Date.UTC(2024, 0, 3) * 1000],
      ],
    },
    {
      name: 'filter',
      request: { order_by: 'n', filter: inRome },
      order: [
        [3, 2],
        [3, 4],
      ],
    },
  ];

  test.each(cases)('$name', async ({ request, order }) => {
    const { points, next_page_offset } = await collection.result('POST', '/points/scroll', request);
    const told = points.map(({ id, order_value }: { id: Id; order_value: number }) => [id, order_value]);
    expect(told).toEqual(order);
    expect(next_page_offset).toBeNull();
  });

  test('there are no pages of it', async () => {
    const answer = await collection.ask('POST', '/points/scroll', { order_by: 'n', offset: 1 });
    expect(answer.status).toBe(400);
    expect(answer.error).toContain('Cannot use an `offset` when using `order_by`');
  });
});

describe('reading by id', () => {
  const idsOf = (records: readonly { id: Id }[]) => records.map(({ id }) => id);

  test('several: those that exist, each once', async () => {
    expect(idsOf(await collection.result('POST', '/points', { ids: [2, 9, 1, 2] })).sort()).toEqual([1, 2]);
  });

  test('one, with all that it has', async () => {
    expect(await collection.result('GET', '/points/4')).toEqual({
      id: 4,
      payload: { city: 7 },
      vector: [0],
    });
  });

  test.each([
    ['9', 404, 'Not found: Point with id 9 does not exists!'],
    ['nine', 400, 'Can not recognize "nine" as point id'],
  ])('no point %s', async (id, status, error) => {
    const answer = await collection.ask('GET', `/points/${id}`);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });

  test.each([
    [undefined, 4],
    [inRome, 1],
    [{ must_not: [inRome] }, 3],
  ])('counts with the filter %j', async (filter, count) => {
    expect(await collection.result('POST', '/points/count', { filter, exact: true })).toEqual({ count });
  });
});

/** Numbers before UUIDs, both in order. */
function byId(a: Id, b: Id): number {
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

describe('pages', () => {
  test('every point comes once, in order, whatever the points and the size of a page', async () => {
    const pages = await fillCollection(server, { config, points: [] });
    const ids = fc.uniqueArray(fc.oneof(fc.nat({ max: 60 }), fc.nat(), fc.uuid()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(ids, fc.integer({ min: 1, max: 45 }), fc.boolean(), async (given, limit, filtered) => {
        await pages.result('POST', '/points/delete?wait=true', { filter: {} });
        const marked = (id: Id) => String(id).length % 2 === 0;
        const points = given.map((id) => ({ id, vector: [0], payload: { marked: marked(id) } }));
        if (points.length > 0) await pages.result('PUT', '/points?wait=true', { points });
        const filter = filtered ? { must: [{ key: 'marked', match: { value: true } }] } : undefined;

        const seen: Id[] = [];
        let offset: Id | null = null;
        do {
          const page: { points: { id: Id }[]; next_page_offset: Id | null } = await pages.result(
            'POST',
            '/points/scroll',
            { limit, offset, filter },
          );
          seen.push(...page.points.map(({ id }) => id));
          offset = page.next_page_offset;
          if (offset !== null) expect(page.points).toHaveLength(limit);
        } while (offset !== null && seen.length <= given.length);

        expect(seen).toEqual(given.filter((id) => !filtered || marked(id)).sort(byId));
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ['a page of 0', { limit: 0 }, 422, 'must be 1 or larger'],
    ['an offset that is no id', { offset: 'here' }, 400, 'is not a valid point ID'],
  ] as const)('%s: refused', async (_name, request, status, error) => {
    const answer = await collection.ask('POST', '/points/scroll', request);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
