/** As much payload and as many vectors as were asked for; against a real server when QDRANT_URL names one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FilledCollection, fillCollection } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
let unnamed: FilledCollection;
let named: FilledCollection;

const payload = { a: 1, b: { c: 2, d: [{ e: 3, f: 4 }, { e: 5 }] }, g: 'x' };
const vector = { text: [1, 2], image: [3], words: { indices: [4, 9], values: [0.5, 0.25] } };

beforeAll(async () => {
  server = await serverUnderTest();
  unnamed = await fillCollection(server, {
    config: { vectors: { size: 2, distance: 'Dot' } },
    points: [{ id: 1, vector: [1, 2], payload }],
  });
  named = await fillCollection(server, {
    config: {
      vectors: { text: { size: 2, distance: 'Dot' }, image: { size: 1, distance: 'Dot' } },
      sparse_vectors: { words: {} },
    },
    points: [
      { id: 1, vector },
      { id: 2, vector: { text: [0, 0] } },
    ],
  });
});
afterAll(() => server.stop());

const reads = [
  { name: 'query', path: '/points/query', body: { query: [1, 1] } },
  { name: 'scroll', path: '/points/scroll', body: {} },
  { name: 'retrieve', path: '/points', body: { ids: [1] } },
];

const cases: readonly { with_payload: unknown; shown: object | undefined }[] = [
  { with_payload: true, shown: payload },
  { with_payload: false, shown: undefined },
  { with_payload: ['a'], shown: { a: 1 } },
  { with_payload: ['a', 'b.c'], shown: { a: 1, b: { c: 2 } } },
  { with_payload: ['b.d[].e'], shown: { b: { d: [{ e: 3 }, { e: 5 }] } } },
  { with_payload: { include: ['g', 'a'] }, shown: { a: 1, g: 'x' } },
  { with_payload: ['nowhere'], shown: {} },
  { with_payload: { exclude: ['b'] }, shown: { a: 1, g: 'x' } },
  { with_payload: { exclude: ['b.d', 'g'] }, shown: { a: 1, b: { c: 2 } } },
  { with_payload: { exclude: ['b.d[].e'] }, shown: { ...payload, b: { c: 2, d: [{ f: 4 }, {}] } } },
  { with_payload: { exclude: ['nowhere'] }, shown: payload },
];

describe.each(reads)('payload in the answer to $name', ({ path, body }) => {
  test.each(cases)('$with_payload', async ({ with_payload, shown }) => {
    const result = await unnamed.result('POST', path, { ...body, with_payload });
    const [point] = result.points ?? result;
    expect(point.payload).toEqual(shown);
    expect(point).not.toHaveProperty('vector');
  });

  test('what is no selection is a 400', async () => {
    const answer = await unnamed.ask('POST', path, { ...body, with_payload: 5 });
    expect(answer.status).toBe(400);
    expect(answer.error).toContain('Format error in JSON body: ');
  });
});

test('a query shows no payload when none is asked for, the others all of it', async () => {
  for (const { name, path, body } of reads) {
    const result = await unnamed.result('POST', path, body);
    const [point] = result.points ?? result;
    expect(point.payload).toEqual(name === 'query' ? undefined : payload);
  }
});

test('a selection leaves the point as it was', async () => {
  await unnamed.result('POST', '/points', { ids: [1], with_payload: { exclude: ['b.d[].e', 'a'] } });
  expect((await unnamed.result('GET', '/points/1')).payload).toEqual(payload);
});

describe('vectors', () => {
  const cases: readonly { with_vector: unknown; shown: unknown }[] = [
    { with_vector: true, shown: vector },
    { with_vector: false, shown: undefined },
    { with_vector: ['text'], shown: { text: vector.text } },
    { with_vector: ['words', 'image'], shown: { words: vector.words, image: vector.image } },
  ];

  test.each(cases)('$with_vector', async ({ with_vector, shown }) => {
    const { points } = await named.result('POST', '/points/scroll', { with_vector, limit: 1 });
    expect(points[0].vector).toEqual(shown);
  });

  test('of a point without some of them', async () => {
    const [point] = await named.result('POST', '/points', { ids: [2], with_vector: ['text', 'image'] });
    expect(point.vector).toEqual({ text: [0, 0] });
  });

  test('one without a name', async () => {
    const { points } = await unnamed.result('POST', '/points/scroll', { with_vector: true });
    expect(points[0].vector).toEqual([1, 2]);
  });
});
