import { testCases } from './check-cases.fixture.ts';
import type { Part } from './check-row.ts';

testCases('the pipeline check', [
  { name: 'all is well', arrange: () => {}, rows: [] },
  {
    name: 'only some parts are asked for',
    arrange: (stack) => stack.grafana.close(),
    settings: () => ({ skip: new Set<Part>(['grafana', 'service-graph']) }),
    rows: [],
  },
]);
