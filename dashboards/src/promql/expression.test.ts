import { expect, test } from 'vitest';
import { parsePromql } from './expression.ts';

test('names, labels and groupings', () => {
  const expression = parsePromql(
    'sum by (job, le) (rate(a_bucket{job="x", le=~"5"}[5m])) / on (job) group_left (instance) max without (pod) (b offset 1h)',
  );
  expect(expression.selectors).toEqual([
    { name: 'a_bucket', labels: ['job', 'le'] },
    { name: 'b', labels: [] },
  ]);
  expect(parsePromql('label_replace(a, "to", "$1", "from", "(.*)")').writtenLabels).toEqual(['to']);
  expect(expression.groupingLabels).toEqual(['job', 'le', 'job', 'instance', 'pod']);
});

test.each(['sum(', 'rate(a[5x])', 'a{job=}', 'a b', ''])('%j is an error that names the place', (text) => {
  expect(() => parsePromql(text)).toThrow(SyntaxError);
});
