/** Against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FilledCollection, fillCollection, type Id } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let collection: FilledCollection;
let documents: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  const config = { vectors: { size: 1, distance: 'Dot' } };
  // The score for [1] is the id; point 6 is in no group, point 1 in two.
  const groups: readonly unknown[] = [['a', 'b'], 'a', 'b', 'a', 7, undefined];
  collection = await fillCollection(server, {
    config,
    points: groups.map((doc, place) => ({ id: place + 1, vector: [place + 1], payload: { doc } })),
    indexes: { doc: 'keyword' },
  });
  documents = await fillCollection(server, {
    config,
    points: [{ id: 7, vector: [1], payload: { title: 'Seven', secret: true } }],
  });
});
afterAll(() => server.stop());

type Group = readonly [id: Id, hits: readonly Id[]];
interface GroupAnswer {
  readonly id: Id;
  readonly hits: readonly { readonly id: Id; readonly score: number }[];
  readonly lookup?: unknown;
}

async function groupsOf(request: object): Promise<GroupAnswer[]> {
  const body = { query: [1], group_by: 'doc', ...request };
  return (await collection.result('POST', '/points/query/groups', body)).groups;
}

const cases: readonly { name: string; request: object; groups: readonly Group[] }[] = [
  {
    name: 'the best groups first, and the best hits in them',
    request: {},
    groups: [
      [7, [5]],
      ['a', [4, 2, 1]],
      ['b', [3, 1]],
    ],
  },
  {
    name: 'fewer hits',
    request: { group_size: 1 },
    groups: [
      [7, [5]],
      ['a', [4]],
      ['b', [3]],
    ],
  },
  {
    name: 'fewer groups',
    request: { limit: 2, group_size: 2 },
    groups: [
      [7, [5]],
      ['a', [4, 2]],
    ],
  },
  {
    name: 'a threshold',
    request: { score_threshold: 2 },
    groups: [
      [7, [5]],
      ['a', [4]],
      ['b', [3]],
    ],
  },
  {
    name: 'a filter',
    request: { filter: { must_not: [{ has_id: [4, 5] }] } },
    groups: [
      ['b', [3, 1]],
      ['a', [2, 1]],
    ],
  },
  {
    name: 'of what a prefetch found',
    request: { prefetch: { query: [-1], limit: 2 } },
    groups: [
      ['a', [2, 1]],
      ['b', [1]],
    ],
  },
  { name: 'of a field that no point has', request: { group_by: 'nowhere' }, groups: [] },
];

test.each(cases)('$name', async ({ request, groups }) => {
  const found = await groupsOf(request);
  expect(found.map(({ id, hits }) => [id, hits.map((hit) => hit.id)])).toEqual(groups);
  for (const { hits } of found) for (const { id, score } of hits) expect(score).toBe(id);
});

test('three hits of ten groups when nothing is said', async () => {
  const many = await fillCollection(server, {
    config: { vectors: { size: 1, distance: 'Dot' } },
    points: Array.from({ length: 48 }, (_, n) => ({ id: n, vector: [n], payload: { doc: n % 12 } })),
    indexes: { doc: 'integer' },
  });
  const { groups } = await many.result('POST', '/points/query/groups', { query: [1], group_by: 'doc' });
  const expected = Array.from({ length: 10 }, (_, place) => [
    11 - place,
    [47 - place, 35 - place, 23 - place],
  ]);
  expect(groups.map(({ id, hits }: GroupAnswer) => [id, hits.map((hit) => hit.id)])).toEqual(expected);
});

test("a group's record in another collection", async () => {
  const [seven, a] = await groupsOf({ with_lookup: documents.name });
  expect(seven!.lookup).toEqual({ id: 7, payload: { title: 'Seven', secret: true } });
  expect(a).not.toHaveProperty('lookup');
  const [again] = await groupsOf({
    with_lookup: { collection: documents.name, with_payload: ['title'], with_vectors: true },
  });
  expect(again!.lookup).toEqual({ id: 7, payload: { title: 'Seven' }, vector: [1] });
});

describe('what is refused', () => {
  const refused = [
    ['a group size of 0', { group_size: 0 }, 422, 'group_size: value 0 invalid, must be 1 or larger'],
    ['a limit of 0', { limit: 0 }, 422, 'limit: value 0 invalid, must be 1 or larger'],
    ['no field', { group_by: undefined }, 400, 'missing field `group_by`'],
    ['a lookup in no collection', { with_lookup: 'none-such' }, 404, "doesn't exist"],
  ] as const;

  test.each(refused)('%s', async (_name, request, status, error) => {
    const body = { query: [1], group_by: 'doc', ...request };
    const answer = await collection.ask('POST', '/points/query/groups', body);
    expect(answer.status).toBe(status);
    expect(answer.error).toContain(error);
  });
});
