import { describe, expect, test } from 'vitest';
import type { Series } from '../grafana/series.ts';
import { collectionQueries } from './collection-queries.ts';
import { collectionRows } from './collection-rows.ts';

const server = (id: string, value: number): Series => ({ labels: { id }, values: [value] });
const client = (name: string, ...values: number[]): Series => ({
  labels: { db_collection_name: name },
  values,
});
const none = {
  points: [],
  unindexed: [],
  optimizing: [],
  calls: [],
  errors: [],
  p95: [],
  p95History: [],
  serverP95: [],
  serverErrors: [],
  servers: [],
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

  test('nothing of nothing', () => {
    expect(collectionRows(none)).toEqual([]);
  });
});

test('queries of clients are those of the environment', () => {
  const { calls, errors, points } = collectionQueries('env', 'prod');
  expect(calls.expr).toContain('{env="prod", db_system_name="qdrant"}');
  expect(errors.expr).toContain('{env="prod", db_system_name="qdrant", error_type!=""}');
  expect(points.expr).not.toContain('env');
});
