import { expect, test } from 'vitest';
import { parseExposition, sum } from './exposition.ts';

const PAGE = `# HELP spans_total Number. [Alpha]
# TYPE spans_total counter
spans_total{receiver="otlp",transport="grpc"} 4
spans_total{receiver="otlp",transport="http"} 2400 1700000000000
spans_total{receiver="say \\"hi\\", all",transport="http"} 2e+06
up 1
broken{ 3
odd NaN
`;

test.each([
  ['spans_total', {}, 2_002_404],
  ['spans_total', { transport: 'http' }, 2_002_400],
  ['spans_total', { transport: 'http', receiver: 'otlp' }, 2400],
  ['up', {}, 1],
  ['odd', {}, 0],
  ['absent', {}, 0],
])('%s %o', (name, labels, value) => {
  expect(sum(parseExposition(PAGE), name, labels)).toBe(value);
});
