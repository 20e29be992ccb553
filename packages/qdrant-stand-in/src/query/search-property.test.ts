/** A search finds what a search without any cleverness finds; against a real server when QDRANT_URL names one. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectScore, type FilledCollection, fillCollection } from '../../test/filled-collection.ts';
import { type ServerUnderTest, serverUnderTest } from '../../test/server-under-test.ts';

let server: ServerUnderTest;
beforeAll(async () => {
  server = await serverUnderTest();
});
afterAll(() => server.stop());

type Vector = readonly number[];

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const dot = (a: Vector, b: Vector) => sum(a.map((x, i) => x * b[i]!));
const differences = (a: Vector, b: Vector) => a.map((x, i) => x - b[i]!);

/** The reference: score, and whether a small one is near. */
const DISTANCES = {
  Dot: { score: dot, smallIsNear: false },
  Cosine: {
    score: (a: Vector, b: Vector) => dot(a, b) / (Math.sqrt(dot(a, a) * dot(b, b)) || 1),
    smallIsNear: false,
  },
  Euclid: {
    score: (a: Vector, b: Vector) => Math.sqrt(sum(differences(a, b).map((x) => x * x))),
    smallIsNear: true,
  },
  Manhattan: { score: (a: Vector, b: Vector) => sum(differences(a, b).map(Math.abs)), smallIsNear: true },
};

const SIZE = 3;
const vector = fc.array(fc.integer({ min: -4, max: 4 }), { minLength: SIZE, maxLength: SIZE });
const points = fc.array(fc.record({ vector, group: fc.nat({ max: 2 }) }), { minLength: 1, maxLength: 30 });
const request = fc.record({
  query: vector,
  limit: fc.integer({ min: 1, max: 12 }),
  offset: fc.nat({ max: 6 }),
  // No score of such vectors equals one of these, so that rounding decides nothing.
  score_threshold: fc.option(fc.constantFrom(-7.123, -0.3127, 0.3127, 0.9127, 2.7127, 6.3127), {
    nil: undefined,
  }),
  group: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
});

test.each(Object.entries(DISTANCES))('%s', async (distance, { score, smallIsNear }) => {
  const collection: FilledCollection = await fillCollection(server, {
    config: { vectors: { size: SIZE, distance } },
    points: [],
  });
  await fc.assert(
    fc.asyncProperty(points, request, async (given, { group, ...asked }) => {
      await collection.result('POST', '/points/delete?wait=true', { filter: {} });
      await collection.result('PUT', '/points?wait=true', {
        points: given.map(({ vector, group }, id) => ({ id, vector, payload: { group } })),
      });
      const filter = group === undefined ? undefined : { must: [{ key: 'group', match: { value: group } }] };
      const hits = await collection.hits({ ...asked, filter });

      const { query, limit, offset, score_threshold } = asked;
      const sign = smallIsNear ? -1 : 1;
      const scores = new Map(
        given.flatMap((point, id) =>
          group === undefined || point.group === group ? [[id, score(query, point.vector)]] : [],
        ),
      );
      const expected = [...scores.values()]
        .filter((each) => score_threshold === undefined || sign * each > sign * score_threshold)
        .sort((a, b) => sign * (b - a))
        .slice(offset, offset + limit);
      // Of points with equal scores any may come first: scores are compared by place, and by point.
      expect(hits).toHaveLength(expected.length);
      expect(new Set(hits.map(([id]) => id)).size).toBe(hits.length);
      for (const [place, [id, told]] of hits.entries()) {
        expectScore(told, expected[place]!, `place ${place}`);
        expectScore(told, scores.get(Number(id)) ?? Number.NaN, `point ${id}`);
      }
    }),
    { numRuns: 80 },
  );
});
