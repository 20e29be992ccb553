import { expect, test } from 'vitest';
import { queryShape } from './query-shape.ts';

test.each([
  ['nothing to search for', { limit: 3 }, undefined],
  ['no request', undefined, undefined],
  ['a vector', { query: [0.1, 0.2] }, '{"query":"?"}'],
  ['a sparse vector', { query: { indices: [1], values: [0.5] } }, '{"query":{"?":"?","?":"?"}}'],
  ['an id', { query: 'id-1' }, '{"query":"?"}'],
  [
    'a fusion of two',
    { prefetch: [{ query: [1], using: 'text', limit: 5 }, { query: [2] }], query: { fusion: 'rrf' } },
    '{"prefetch":[{"query":"?","using":"text","limit":"?"},{"query":"?"}],"query":{"fusion":"?"}}',
  ],
  [
    'a recommendation',
    { query: { recommend: { positive: [1, 2], negative: ['x'], strategy: 'best_score' } } },
    '{"query":{"recommend":{"positive":["?"],"negative":["?"],"strategy":"?"}}}',
  ],
  [
    'a filter of every kind',
    {
      filter: {
        must: [{ key: 'a', match: { value: 1 } }, { has_id: [1, 2] }, { is_empty: { key: 'b' } }],
        should: { key: 'c', range: { gte: 1, lt: 2 } },
        must_not: [{ nested: { key: 'd', filter: { must: [{ key: 'e', match: { any: ['x', 'y'] } }] } } }],
      },
    },
    '{"filter":{"must":[{"key":"a","match":{"value":"?"}},{"has_id":["?"]},{"is_empty":{"key":"b"}}],"should":{"key":"c","range":{"gte":"?","lt":"?"}},"must_not":[{"nested":{"key":"d","filter":{"must":[{"key":"e","match":{"any":["?"]}}]}}}]}}',
  ],
  ['a word that is none of theirs', { filter: { secret: 'secret' } }, '{"filter":{"?":"?"}}'],
  ['a name that is too long to be one', { order_by: { key: 'k'.repeat(100) } }, '{"order_by":{"key":"?"}}'],
  [
    'a getter',
    {
      filter: {
        get must(): unknown {
          throw new Error('never run');
        },
      },
    },
    '{"filter":"?"}',
  ],
  [
    'a gRPC message',
    {
      query: { variant: { case: 'nearest', value: { variant: { case: 'id', value: {} } } } },
      filter: {
        must: [
          {
            conditionOneOf: {
              case: 'field',
              value: { key: 'city', match: { matchValue: { case: 'keyword', value: 'Berlin' } } },
            },
          },
        ],
        should: [],
      },
    },
    '{"query":{"nearest":"?"},"filter":{"must":[{"field":{"key":"city","match":{"keyword":"?"}}}]}}',
  ],
])('%s', (_, request, shape) => {
  expect(queryShape(request)).toBe(shape);
});

test('at most 1024 characters, however deep and wide', () => {
  let filter: object = { must: [] };
  for (let depth = 0; depth < 100; depth++) filter = { must: [filter, filter] };
  const wide = { must: Array.from({ length: 10_000 }, () => ({ key: 'a', match: { value: 1 } })) };
  expect(queryShape({ filter })!.length).toBeLessThanOrEqual(1024);
  expect(queryShape({ filter: wide })!).toHaveLength(1024);
});
