/** Formulas, worked out by hand; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectScore, type FilledCollection, fillCollection } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let collection: FilledCollection;

beforeAll(async () => {
  server = await serverUnderTest();
  collection = await fillCollection(server, {
    config: { vectors: { size: 1, distance: 'Dot' } },
    points: [
      {
        id: 1,
        vector: [1],
        payload: { n: 10, city: 'Berlin', at: '2024-01-01T00:00:00Z', place: { lon: 0, lat: 0 }, list: [4] },
      },
      {
        id: 2,
        vector: [2],
        payload: { n: 20, city: 'Paris', at: '2024-01-02', place: { lon: 0, lat: 1 }, list: [4, 5] },
      },
      { id: 3, vector: [3], payload: { city: 'Berlin', at: '2023-12-31T12:00:00Z', list: 'four' } },
    ],
  });
});
afterAll(() => server.stop());

/** Scores 1, 2, 3 for the points 1, 2, 3. */
const byId = { query: [1] };
const berlin = { key: 'city', match: { value: 'Berlin' } };
const decay = { x: '$score', target: 1, scale: 2 };
const one = { filter: { must: [{ has_id: [1] }] } };

interface Case {
  readonly name: string;
  readonly formula: unknown;
  readonly defaults?: object;
  readonly prefetch?: readonly object[];
  readonly filter?: object;
  /** Of the points 1, 2, 3, as far as they are found. */
  readonly scores: readonly number[];
}

const { exp, log, log10, sqrt, PI } = Math;

const cases: readonly Case[] = [
  { name: 'a constant', formula: 5, scores: [5, 5, 5] },
  { name: 'the score', formula: '$score', scores: [1, 2, 3] },
  { name: 'sum', formula: { sum: ['$score', 10, 0.5] }, scores: [11.5, 12.5, 13.5] },
  { name: 'mult', formula: { mult: ['$score', '$score', 2] }, scores: [2, 8, 18] },
  { name: 'neg', formula: { neg: '$score' }, scores: [-1, -2, -3] },
  { name: 'abs', formula: { abs: { sum: ['$score', -2] } }, scores: [1, 0, 1] },
  { name: 'sqrt', formula: { sqrt: '$score' }, scores: [1, sqrt(2), sqrt(3)] },
  { name: 'exp', formula: { exp: '$score' }, scores: [exp(1), exp(2), exp(3)] },
  { name: 'ln', formula: { ln: '$score' }, scores: [0, log(2), log(3)] },
  { name: 'log10', formula: { log10: '$score' }, scores: [0, log10(2), log10(3)] },
  { name: 'pow', formula: { pow: { base: '$score', exponent: 3 } }, scores: [1, 8, 27] },
  { name: 'div', formula: { div: { left: 6, right: '$score' } }, scores: [6, 3, 2] },
  {
    name: 'div by zero has a value of its own',
    formula: { div: { left: 6, right: { sum: ['$score', -2] }, by_zero_default: 7 } },
    scores: [-6, 7, 6],
  },
  {
    name: 'zero divided by zero is zero',
    formula: { div: { left: 0, right: 0, by_zero_default: 7 } },
    scores: [0, 0, 0],
  },

  { name: 'a number of the payload', formula: 'n', ...one, scores: [10] },
  { name: 'a default for one that is missing', formula: 'n', defaults: { n: 7 }, scores: [10, 20, 7] },
  { name: 'a list of one is its element', formula: 'list', ...one, scores: [4] },
  { name: 'an element of a list', formula: 'list[0]', defaults: { 'list[0]': 9 }, scores: [4, 4, 9] },
  { name: 'a factor of zero ends the product', formula: { mult: [0, 'n'] }, scores: [0, 0, 0] },
  {
    name: 'a condition is 1 or 0',
    formula: { sum: ['$score', { mult: [10, berlin] }] },
    scores: [11, 2, 13],
  },
  {
    name: 'a filter is a condition, too',
    formula: { should: [berlin, { key: 'n', range: { gte: 20 } }] },
    scores: [1, 1, 1],
  },

  {
    name: 'scores of several prefetches: 0 where one did not find the point',
    prefetch: [byId, { query: [-1], limit: 1 }],
    formula: { sum: ['$score[0]', { mult: [10, '$score[1]'] }] },
    scores: [-9, 2, 3],
  },
  {
    name: 'a default for where a prefetch did not find the point',
    prefetch: [byId, { query: [-1], limit: 1 }],
    formula: { sum: ['$score[0]', { mult: [10, '$score[1]'] }] },
    defaults: { '$score[1]': 5 },
    scores: [-9, 52, 53],
  },
  {
    name: 'a default for the first prefetch, by its short name',
    prefetch: [{ query: [-1], limit: 1 }, byId],
    formula: '$score[0]',
    defaults: { $score: 5 },
    scores: [-1, 5, 5],
  },

  {
    // A degree on a sphere of 6371.0088 km.
    name: 'geo distance in metres',
    formula: { geo_distance: { origin: { lon: 0, lat: 0 }, to: 'place' } },
    defaults: { place: { lon: 2, lat: 0 } },
    scores: [0, (6_371_008.8 * PI) / 180, (6_371_008.8 * PI) / 90],
  },
  {
    name: 'dates are seconds',
    formula: { sum: [{ datetime_key: 'at' }, { neg: { datetime: '2024-01-01T00:00:00Z' } }] },
    scores: [0, 86_400, -43_200],
  },

  // Half is left where the score is 2 away from 1.
  { name: 'linear decay', formula: { lin_decay: decay }, scores: [1, 0.75, 0.5] },
  { name: 'exponential decay', formula: { exp_decay: decay }, scores: [1, sqrt(0.5), 0.5] },
  { name: 'gaussian decay', formula: { gauss_decay: decay }, scores: [1, 0.5 ** 0.25, 0.5] },
  {
    name: 'a tenth is left where the score is 2 away from 1',
    formula: { exp_decay: { ...decay, midpoint: 0.1 } },
    scores: [1, sqrt(0.1), 0.1],
  },
  {
    name: 'a linear decay ends at 0',
    formula: { lin_decay: { x: '$score', target: 0 } },
    scores: [0.5, 0, 0],
  },
];

describe('the scores', () => {
  test.each(cases)('$name', async ({ formula, defaults, prefetch = [byId], filter, scores }) => {
    const hits = await collection.hits({ prefetch, query: { formula, defaults }, filter });
    expect(hits.map(([id]) => id).sort()).toEqual(scores.map((_, place) => place + 1));
    for (const [id, score] of hits) expectScore(score, scores[Number(id) - 1]!, `score of ${id}`);
    expect(hits.map(([, score]) => score)).toEqual(hits.map(([, score]) => score).sort((a, b) => b - a));
  });

  test('a threshold holds for what the formula gives', async () => {
    const request = { prefetch: byId, query: { formula: { mult: ['$score', 10] } }, score_threshold: 20 };
    expect(await collection.hits(request)).toEqual([
      [3, 30],
      [2, 20],
    ]);
  });
});

describe('what has no score is a 400', () => {
  const missing = (kind: string, key: string, why: string) =>
    `Wrong input: Expected ${kind} value for ${key} in the payload and/or in the formula defaults. Error: ${why}`;
  const endless = (expression: string) =>
    `Wrong input: The expression ${expression} produced a non-finite number`;

  const refused: readonly (readonly [name: string, formula: unknown, error: string])[] = [
    ['a missing number', 'n', missing('number', 'n', 'No value found in a payload nor defaults')],
    ['a number that is text', 'city', missing('number', 'city', 'Value is not a number')],
    ['several numbers', 'list', missing('number', 'list', 'Value is not a number')],
    [
      'a missing place',
      { geo_distance: { origin: { lon: 0, lat: 0 }, to: 'there' } },
      missing('geo point', 'there', ''),
    ],
    ['a date that is none', { datetime_key: 'city' }, missing('datetime', 'city', '')],
    ['a division by zero', { div: { left: 1, right: 0 } }, endless('1/0 = inf')],
    ['a logarithm of zero', { ln: 0 }, endless('ln(0) = -inf')],
    ['a root of a negative number', { sqrt: -1 }, endless('√-1 = NaN')],
    ['a power beyond all numbers', { pow: { base: 10, exponent: 400 } }, endless('10^400 = inf')],
    [
      'a score beyond 32 bits',
      { pow: { base: 10, exponent: 39 } },
      'as f32 = inf produced a non-finite number',
    ],
    ['an unknown operation', { mean: ['$score'] }, 'Format error in JSON body: '],
    ['a decay that does not fade', { exp_decay: { ...decay, midpoint: 1 } }, 'midpoint'],
  ];

  test.each(refused)('%s', async (_name, formula, error) => {
    const answer = await collection.ask('POST', '/points/query', { prefetch: byId, query: { formula } });
    expect(answer.status).toBe(400);
    expect(answer.error).toContain(error);
  });

  test('a default does not stand in for a value of another type', async () => {
    const query = { formula: 'city', defaults: { city: 1 } };
    const answer = await collection.ask('POST', '/points/query', { prefetch: byId, query });
    expect(answer.error).toBe(missing('number', 'city', 'Value is not a number'));
  });

  test('a formula of nothing', async () => {
    const answer = await collection.ask('POST', '/points/query', { query: { formula: '$score' } });
    expect(answer.status).toBe(400);
  });
});
