import { beforeEach, describe, expect, test, vi } from 'vitest';
import { toApiProblem } from './api-problem.ts';
import { queryPrometheus } from './prometheus.ts';
import type { Request } from './request.ts';

const asked: Request[] = [];
let answer: () => unknown;

vi.mock('./request.ts', () => ({
  request: async (sent: Request) => {
    asked.push(sent);
    return answer();
  },
}));

const frame = (value: number) => ({
  schema: { fields: [{ type: 'time' }, { type: 'number', labels: { a: 'b' } }] },
  data: { values: [[1], [value]] },
});

beforeEach(() => {
  asked.length = 0;
});

describe('queryPrometheus', () => {
  test('asks all in one call, now and the last hour', async () => {
    answer = () => ({ results: { one: { frames: [frame(1)] }, two: { frames: [] } } });
    const answers = await queryPrometheus(
      'uid',
      { one: { expr: 'up' }, two: { expr: 'x', history: true } },
      7_200_000,
    );
    expect(answers).toEqual({ one: [{ labels: { a: 'b' }, values: [1] }], two: [] });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      url: '/api/ds/query?ds_type=prometheus',
      method: 'POST',
      data: {
        from: '3600000',
        to: '7200000',
        queries: [
          {
            refId: 'one',
            expr: 'up',
            instant: true,
            range: false,
            datasource: { type: 'prometheus', uid: 'uid' },
          },
          { refId: 'two', expr: 'x', instant: false, range: true, intervalMs: 120_000 },
        ],
      },
    });
  });

  test.each([
    ['bad_data: parse error', 'failed'],
    ['dial tcp 127.0.0.1:9090: connect: connection refused', 'unreachable'],
  ])('one query that failed with %s is a problem', async (error, kind) => {
    answer = () => ({ results: { one: { frames: [] }, two: { error } } });
    await expect(queryPrometheus('uid', { one: { expr: 'a' }, two: { expr: 'b' } })).rejects.toMatchObject({
      kind,
      message: error,
    });
  });

  test('the text of a 400 is that of the query', async () => {
    answer = () => {
      throw toApiProblem({ status: 400, data: { results: { one: { error: 'parse error' } }, message: '' } });
    };
    await expect(queryPrometheus('uid', { one: { expr: 'a(' } })).rejects.toThrow('parse error');
  });

  test('a 403 stays one', async () => {
    answer = () => {
      throw toApiProblem({ status: 403, data: { message: 'no' } });
    };
    await expect(queryPrometheus('uid', { one: { expr: 'a' } })).rejects.toMatchObject({ kind: 'forbidden' });
  });
});
