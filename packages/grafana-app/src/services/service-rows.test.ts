import { describe, expect, test } from 'vitest';
import type { Series } from '../grafana/series.ts';
import { partRows, type ServiceAnswers, serviceRows } from './service-rows.ts';

const ENV = 'deployment_environment_name';
const series = (service: string, values: (number | undefined)[], more = {}): Series => ({
  labels: { service_name: service, [ENV]: 'prod', ...more },
  values,
});
const none: ServiceAnswers = {
  requests: [],
  errors: [],
  p50: [],
  p95: [],
  p99: [],
  requestsHistory: [],
  errorsHistory: [],
  p95History: [],
};

describe('serviceRows', () => {
  test('joins by environment, namespace and service', () => {
    const [a, b] = serviceRows(
      {
        ...none,
        requests: [series('a', [10]), series('a', [5], { [ENV]: 'test' })],
        errors: [series('a', [1])],
        p95: [series('a', [0.2], { quantile: '0.95' }), series('a', [0.4], { [ENV]: 'test' })],
        p95History: [series('a', [0.1, undefined, 0.2])],
      },
      ENV,
    );
    expect(a).toMatchObject({ service: 'a', environment: 'prod', requests: 10, errors: 0.1, p95: 0.2 });
    expect(a?.p95History).toEqual([0.1, undefined, 0.2]);
    expect(b).toMatchObject({ environment: 'test', errors: 0, p95: 0.4, p50: undefined, p95History: [] });
    expect(a?.key).not.toBe(b?.key);
  });

  test('no requests, no share of errors', () => {
    const [row] = serviceRows({ ...none, requests: [series('a', [0])] }, ENV);
    expect(row).toMatchObject({ requests: 0, errors: undefined });
  });

  test('with another environment label', () => {
    const [row] = serviceRows(
      { ...none, requests: [{ labels: { service_name: 'a', env: 'x' }, values: [1] }] },
      'env',
    );
    expect(row?.environment).toBe('x');
  });
});

test('partRows: the busiest first', () => {
  const rows = partRows(
    {
      requests: [series('a', [1], { span_name: 'GET /' }), series('a', [3], { span_name: 'POST /' })],
      errors: [series('a', [1.5], { span_name: 'POST /' })],
      p95: [],
    },
    ['span_name'],
  );
  expect(rows.map(({ labels, errors }) => [labels.span_name, errors])).toEqual([
    ['POST /', 0.5],
    ['GET /', 0],
  ]);
});
