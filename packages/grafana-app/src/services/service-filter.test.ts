import { expect, test } from 'vitest';
import { filterServices, type ServiceFilter } from './service-filter.ts';
import type { ServiceRow } from './service-rows.ts';

const row = (service: string, environment: string, requests: number, errors?: number): ServiceRow => ({
  key: `${service} ${environment}`,
  service,
  environment,
  namespace: 'shop',
  requests,
  errors,
  p50: undefined,
  p95: undefined,
  p99: undefined,
  requestsHistory: [],
  errorsHistory: [],
  p95History: [],
});
const rows = [
  row('checkout', 'prod', 10, 0.1),
  row('checkout', 'test', 1, 0),
  row('search', 'prod', 5, undefined),
];
const all: ServiceFilter = {
  text: '',
  environment: '',
  failing: false,
  order: { by: 'requests', descending: true },
};

test.each<[string, Partial<ServiceFilter>, string[]]>([
  ['all, the busiest first', {}, ['checkout prod', 'search prod', 'checkout test']],
  ['words', { text: ' CHECK  prod ' }, ['checkout prod']],
  ['a namespace', { text: 'shop' }, ['checkout prod', 'search prod', 'checkout test']],
  ['an environment', { environment: 'test' }, ['checkout test']],
  ['the failing', { failing: true }, ['checkout prod']],
  ['nothing', { text: 'other' }, []],
  [
    'by errors',
    { order: { by: 'errors', descending: false } },
    ['checkout test', 'checkout prod', 'search prod'],
  ],
])('%s', (_, filter, keys) => {
  expect(filterServices(rows, { ...all, ...filter }).map(({ key }) => key)).toEqual(keys);
});
