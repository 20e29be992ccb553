import { describe, expect, test } from 'vitest';
import type { Series } from '../grafana/series.ts';
import { type CollectionQueryName, collectionQueries } from './collection-queries.ts';
import { collectionRows } from './collection-rows.ts';

const server = (id: string, value: number, job = 'qdrant'): Series => ({
  labels: { job, id },
  values: [value],
});
const replicas = (fewest: number, most: number, job = 'qdrant') => ({
  fewestReplicas: [{ labels: { job }, values: [fewest] }],
  mostReplicas: [{ labels: { job }, values: [most] }],
});
const client = (name: string, ...values: number[]): Series => ({
  labels: { db_collection_name: name },
  values,
});
const none: Record<CollectionQueryName, readonly Series[]> = {
  points: [],
  unindexed: [],
  fewestReplicas: [],
  mostReplicas: [],
  optimizing: [],
  calls: [],
  errors: [],
  p95: [],
  p95History: [],
  serverP95: [],
  serverErrors: [],
  servers: [],
  environments: [],
};

describe('collectionRows', () => {
  test('joins what the server says and what clients see', () => {
    expect(
      collectionRows({
        ...none,
        points: [server('docs', 1000), server('idle', 5)],
        unindexed: [server('docs', 10)],
        calls: [client('docs', 4), client('elsewhere', 2), client('', 9)],
        errors: [client('docs', 1)],
        p95: [client('docs', 0.1)],
        p95History: [client('docs', 0.2, 0.1)],
      }),
    ).toEqual([
      {
        collection: 'docs',
        points: 1000,
        unindexed: 10,
        withReplicas: false,
        optimizing: undefined,
        calls: 4,
        errors: 0.25,
        p95: 0.1,
        p95History: [0.2, 0.1],
      },
      expect.objectContaining({ collection: 'elsewhere', points: undefined, calls: 2, errors: 0 }),
      expect.objectContaining({ collection: 'idle', points: 5, calls: undefined, errors: undefined }),
    ]);
  });

  test.each<[string, Partial<typeof none>, { points: number; withReplicas: boolean }]>([
    ['one replica of each', replicas(1, 1), { points: 1000, withReplicas: false }],
    ['two of each', replicas(2, 2), { points: 500, withReplicas: false }],
    ['three of some and one of others', replicas(1, 3), { points: 1000, withReplicas: true }],
    ['two, of which one is not active', replicas(1, 2), { points: 1000, withReplicas: true }],
    ['no collection anywhere', replicas(0, 0), { points: 1000, withReplicas: false }],
    ['a server that does not say', {}, { points: 1000, withReplicas: false }],
    ['another cluster has two', replicas(2, 2, 'other'), { points: 1000, withReplicas: false }],
  ])('a point counts once: %s', (_, said, expected) => {
    expect(collectionRows({ ...none, ...said, points: [server('docs', 1000)] })).toMatchObject([expected]);
  });

  test('replicas without an index count once, too', () => {
    const answers = {
      ...none,
      ...replicas(2, 2),
      points: [server('docs', 1001)],
      unindexed: [server('docs', 20)],
    };
    expect(collectionRows(answers)).toMatchObject([{ points: 501, unindexed: 10 }]);
  });

  test('clusters are added up, each without its replicas', () => {
    const two = replicas(2, 2);
    const one = replicas(1, 1, 'other');
    const answers = {
      ...none,
      fewestReplicas: [...two.fewestReplicas, ...one.fewestReplicas],
      mostReplicas: [...two.mostReplicas, ...one.mostReplicas],
      points: [server('docs', 1000), server('docs', 30, 'other')],
    };
    expect(collectionRows(answers)).toMatchObject([{ points: 530 }]);
  });

  test('nothing of nothing', () => {
    expect(collectionRows(none)).toEqual([]);
  });
});

test('queries of clients are those of the environment', () => {
  const { calls, errors, points, environments } = collectionQueries('env', 'prod');
  expect(calls.expr).toContain('{env="prod", db_system_name="qdrant"}');
  expect(errors.expr).toContain('{env="prod", db_system_name="qdrant", error_type!=""}');
  expect(points.expr).not.toContain('env');
  expect(environments.expr).not.toContain('prod');
});
