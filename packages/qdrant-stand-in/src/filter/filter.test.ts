/** Every kind of condition, asked over HTTP; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FilledCollection, fillCollection, type Id } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

const SUVA = '5c56c793-69f3-4fbf-87e6-c4bf54c28c26';

const PAYLOADS: readonly (readonly [Id, object])[] = [
  [
    1,
    {
      city: 'Berlin',
      n: 10,
      price: 1.5,
      open: true,
      at: '2024-01-01T00:00:00Z',
      place: { lon: 13.4, lat: 52.5 },
      tags: ['a', 'b'],
      note: null,
      text: 'the quick brown fox',
      indexed: 'the quick brown fox',
      rooms: [
        { size: 10, kind: 'bed' },
        { size: 30, kind: 'bath' },
      ],
      'a.b': 1,
    },
  ],
  [
    2,
    {
      city: 'Paris',
      n: 20,
      price: 2.5,
      open: false,
      at: '2024-06-01T12:00:00+02:00',
      place: { lon: 2.35, lat: 48.86 },
      tags: ['b'],
      note: 'x',
      text: 'quick thinking',
      indexed: 'Quick thinking',
      rooms: [{ size: 30, kind: 'bed' }],
    },
  ],
  [
    3,
    {
      city: 'Rome',
      n: 30,
      price: 30,
      at: '2025-01-01',
      place: { lon: 12.5, lat: 41.9 },
      tags: [],
      marks: [null, 1],
      text: 'brown bread',
      indexed: 'brown bread',
      rooms: { size: 40, kind: 'bed' },
    },
  ],
  [
    4,
    {
      city: ['Berlin', 'Rome'],
      n: [5, 25],
      tags: null,
      place: [
        { lon: 13.4, lat: 52.5 },
        { lon: 151.2, lat: -33.9 },
      ],
    },
  ],
  [SUVA, { city: 'Suva', n: '10', place: { lon: 178.4, lat: -18.1 } }],
];
const ALL = [1, 2, 3, 4, SUVA];

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  collection = await fillCollection(server, {
    config: { vectors: { size: 1, distance: 'Dot' } },
    points: PAYLOADS.map(([id, payload]) => ({ id, vector: [1], payload })),
    indexes: { indexed: 'text' },
  });
});
afterAll(() => server.stop());

const field = (key: string, condition: object) => ({ must: [{ key, ...condition }] });
const match = (key: string, value: unknown) => ({ key, match: { value } });
const matching = (key: string, how: object) => field(key, { match: how });
const ranging = (key: string, range: object) => field(key, { range });

type Case = readonly [name: string, filter: object, passing: readonly Id[]];

const berlin = { lon: 13.4, lat: 52.5 };
const ring = (...points: (readonly [number, number])[]) => ({
  points: [...points, points[0]!].map(([lon, lat]) => ({ lon, lat })),
});
const europe = ring([0, 40], [0, 60], [20, 60], [20, 40]);

const CASES: readonly Case[] = [
  ['no clause', {}, ALL],

  ['match a text', matching('city', { value: 'Berlin' }), [1, 4]],
  ['match a number, not its text', matching('n', { value: 10 }), [1]],
  ['match a text, not the number', matching('n', { value: '10' }), [SUVA]],
  ['match true', matching('open', { value: true }), [1]],
  ['match what no point has', matching('city', { value: 'Oslo' }), []],
  ['match a field that no point has', matching('nowhere', { value: 'Oslo' }), []],
  ['match any text', matching('city', { any: ['Berlin', 'Suva'] }), [1, 4, SUVA]],
  ['match any number', matching('n', { any: [10, 25] }), [1, 4]],
  ['match any of none', matching('city', { any: [] }), []],
  ['match except', matching('city', { except: ['Berlin'] }), [2, 3, 4, SUVA]],
  ['match except, of lists: one other element is enough', matching('tags', { except: ['b'] }), [1]],
  ['match except, of another type', matching('n', { except: ['10'] }), [1, 2, 3, 4]],
  ['text without an index: as it stands', matching('text', { text: 'quick brown' }), [1]],
  ['text without an index: not as words', matching('text', { text: 'brown quick' }), []],
  ['text with an index: every word', matching('indexed', { text: 'brown QUICK' }), [1]],
  ['text_any with an index: some word', matching('indexed', { text_any: 'fox bread' }), [1, 3]],
  ['phrase with an index: in this order', matching('indexed', { phrase: 'quick brown' }), [1]],
  ['phrase with an index: in another order', matching('indexed', { phrase: 'brown quick' }), []],

  ['range gt', ranging('n', { gt: 10 }), [2, 3, 4]],
  ['range gte and lte', ranging('n', { gte: 10, lte: 20 }), [1, 2]],
  ['range lt, of a list: one element is enough', ranging('n', { lt: 10 }), [4]],
  ['range of fractions', ranging('price', { gte: 1.5, lt: 30 }), [1, 2]],
  ['range that is empty', ranging('n', { gt: 20, lt: 20 }), []],
  ['dates: lt is not lte, whatever the zone', dates({ lt: '2024-06-01T10:00:00Z' }), [1]],
  ['dates: lte', dates({ lte: '2024-06-01T10:00:00Z' }), [1, 2]],
  ['dates: gte in another zone', dates({ gte: '2024-12-31T23:00:00-01:00' }), [3]],
  ['dates: of a day only', dates({ gte: '2024-06-01' }), [2, 3]],
  [
    'dates: fractions of a second',
    dates({ gt: '2023-12-31T23:59:59.999999Z', lt: '2024-01-01T00:00:00.000001Z' }),
    [1],
  ],

  ['geo radius of 800 km', field('place', { geo_radius: { center: berlin, radius: 800_000 } }), [1, 4]],
  // Berlin and Paris are 878 km apart, Berlin and Rome 1181 km.
  ['geo radius of 900 km', field('place', { geo_radius: { center: berlin, radius: 900_000 } }), [1, 2, 4]],
  ['geo box', box([0, 55], [14, 45]), [1, 2, 4]],
  ['geo box across the date line', box([170, 0], [-170, -30]), [SUVA]],
  ['geo polygon', field('place', { geo_polygon: { exterior: europe } }), [1, 2, 3, 4]],
  [
    'geo polygon with a hole',
    field('place', {
      geo_polygon: { exterior: europe, interiors: [ring([1, 48], [1, 50], [4, 50], [4, 48])] },
    }),
    [1, 3, 4],
  ],

  ['is_empty: missing, null and []', { must: [{ is_empty: { key: 'tags' } }] }, [3, 4, SUVA]],
  ['is_empty of a field condition', field('tags', { is_empty: true }), [3, 4, SUVA]],
  ['is_empty false', field('tags', { is_empty: false }), [1, 2]],
  ['is_null: null only', { must: [{ is_null: { key: 'tags' } }] }, [4]],
  ['is_null of a field condition', field('note', { is_null: true }), [1]],
  ['is_null: a list that holds null is not null', { must: [{ is_null: { key: 'marks' } }] }, []],
  ['is_null of the elements', { must: [{ is_null: { key: 'marks[]' } }] }, [3]],
  ['values_count', field('tags', { values_count: { gte: 2 } }), [1]],
  ['values_count of nothing is 0', field('tags', { values_count: { lt: 1 } }), [3, 4, SUVA]],
  ['values_count of one value is 1', field('city', { values_count: { lte: 1 } }), [1, 2, 3, SUVA]],
  ['has_id', { must: [{ has_id: [1, 3, 99] }] }, [1, 3]],
  [
    'has_id of a UUID in another form',
    { must: [{ has_id: [SUVA.replaceAll('-', '').toUpperCase()] }] },
    [SUVA],
  ],

  ['path through a list', ranging('rooms[].size', { gte: 30 }), [1, 2]],
  ['path to one element', ranging('rooms[0].size', { gte: 30 }), [2]],
  ['path to an element of a list of values', matching('city[1]', { value: 'Rome' }), [4]],
  ['path through an object', ranging('rooms.size', { gte: 30 }), [3]],
  ['path with a quoted key', ranging('"a.b"', { gte: 1 }), [1]],
  ['two conditions on a list: by different elements', { must: bigBed('rooms[].') }, [1, 2]],
  ['nested: by one element', nested('rooms', { must: bigBed('') }), [2]],
  ['nested: with the list marked', nested('rooms[]', { must: bigBed('') }), [2]],
  [
    'nested: must_not asks for an element that is not',
    nested('rooms', { must_not: [match('kind', 'bed')] }),
    [1],
  ],

  ['must: all of them', { must: [match('tags', 'b'), match('open', false)] }, [2]],
  ['must: one without a list', { must: match('city', 'Suva') }, [SUVA]],
  ['should: one of them', { should: [match('city', 'Paris'), match('n', 30)] }, [2, 3]],
  ['must_not: none of them', { must_not: [match('city', 'Berlin'), match('n', 20)] }, [3, SUVA]],
  [
    'must, should and must_not',
    { must: [match('tags', 'b')], should: [match('n', 10), match('n', 20)], must_not: [match('open', true)] },
    [2],
  ],
  ['min_should of 2', minShould(2), [2, 4]],
  ['min_should of 3', minShould(3), []],
  ['min_should of 0', minShould(0), ALL],
  [
    'a filter in a filter',
    { must_not: [{ must: [match('tags', 'b'), match('open', false)] }] },
    [1, 3, 4, SUVA],
  ],
];

function dates(range: object): object {
  return ranging('at', range);
}

function box([left, top]: readonly [number, number], [right, bottom]: readonly [number, number]): object {
  return field('place', {
    geo_bounding_box: { top_left: { lon: left, lat: top }, bottom_right: { lon: right, lat: bottom } },
  });
}

function bigBed(prefix: string): object[] {
  return [match(`${prefix}kind`, 'bed'), { key: `${prefix}size`, range: { gte: 30 } }];
}

function nested(key: string, filter: object): object {
  return { must: [{ nested: { key, filter } }] };
}

function minShould(min_count: number): object {
  const conditions = [match('city', 'Berlin'), { key: 'n', range: { gte: 20 } }, match('open', false)];
  return { min_should: { conditions, min_count } };
}

describe('the points that pass', () => {
  test.each(CASES)('%s', async (_name, filter, passing) => {
    expect(await collection.idsThatPass(filter)).toEqual(passing);
  });

  test('the filter holds for every request that takes one', async () => {
    const filter = matching('city', { value: 'Berlin' });
    expect((await collection.hits({ query: [1], filter })).map(([id]) => id).sort()).toEqual([1, 4]);
    expect(await collection.result('POST', '/points/count', { filter })).toEqual({ count: 2 });
  });
});

describe('a filter that is none', () => {
  const refused: readonly (readonly [name: string, filter: unknown, error: string])[] = [
    ['text', 'x', 'expected struct Filter'],
    [
      'unknown clause',
      { mus: [] },
      'unknown field `mus`, expected one of `should`, `min_should`, `must`, `must_not`',
    ],
    ['unknown condition', { must: [{ is_big: { key: 'n' } }] }, 'untagged enum Condition'],
    ['a field with no condition', { must: [{ key: 'n' }] }, 'Condition'],
    ['match a fraction', matching('n', { value: 1.5 }), 'Match'],
    ['match any of mixed types', matching('n', { any: [1, 'a'] }), 'Match'],
    ['a date that is none', dates({ gt: 'tomorrow' }), 'RangeInterface'],
    ['a date and a number', dates({ gt: '2024-01-01', lt: 5 }), 'RangeInterface'],
    [
      'a place off the globe',
      field('place', { geo_radius: { center: { lon: 200, lat: 0 }, radius: 1 } }),
      'Condition',
    ],
    ['has_id of no id', { must: [{ has_id: ['x'] }] }, ''],
    ['min_should without a count', { min_should: { conditions: [] } }, 'MinShould'],
    ['a path that is none', ranging('rooms[', { gt: 1 }), ''],
  ];

  test.each(refused)('%s is a 400', async (_name, filter, error) => {
    const answer = await collection.ask('POST', '/points/scroll', { filter });
    expect(answer.status).toBe(400);
    expect(answer.error).toContain('Format error in JSON body: ');
    // The real server names the outermost type at times: its words are compared in the recorded exchanges.
    if (!server.isReal) expect(answer.error).toContain(error);
  });
});
