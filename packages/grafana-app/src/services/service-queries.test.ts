import { describe, expect, test } from 'vitest';
import { databaseQueries, operationQueries, type RedScope, serviceQueries } from './service-queries.ts';

const label = 'deployment_environment_name';
const recorded: RedScope = { source: 'recorded', environmentLabel: label };

describe('recorded', () => {
  test('reads the recording rules', () => {
    const { requests, p95, p95History } = serviceQueries(recorded);
    expect(requests.expr).toBe('service:requests:rate5m');
    expect(p95.expr).toBe('service:duration_seconds:quantile_rate5m{quantile="0.95"}');
    expect(p95History).toEqual({ ...p95, history: true });
  });

  test('of an environment and a service, whatever they are called', () => {
    const scope = { ...recorded, environment: 'a"b\\', service: 'x\ny' };
    expect(serviceQueries(scope).errors.expr).toBe(
      'service:errors:rate5m{deployment_environment_name="a\\"b\\\\", service_name="x\\ny"}',
    );
    expect(operationQueries(scope).p95.expr).toContain('operation:duration_seconds:p95_rate5m{');
    expect(databaseQueries(recorded).requests.expr).toBe('database:calls:rate5m');
  });
});

describe('from spans', () => {
  const scope: RedScope = { source: 'spans', environmentLabel: 'env', environment: 'prod' };

  test('counts what is served, by the chosen label', () => {
    const { requests, errors, p50 } = serviceQueries(scope);
    const served = 'env="prod", span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';
    const by = 'env, service_namespace, service_name';
    expect(requests.expr).toBe(`sum by (${by}) (rate(traces_span_metrics_calls_total{${served}}[5m]))`);
    expect(errors.expr).toContain(`{${served}, status_code="STATUS_CODE_ERROR"}`);
    expect(p50.expr).toBe(
      `histogram_quantile(0.5, sum by (${by}, le) (rate(traces_span_metrics_duration_milliseconds_bucket{${served}}[5m]))) / 1000 >= 0`,
    );
  });

  test('and what is called', () => {
    expect(databaseQueries(scope).requests.expr).toContain(
      'span_kind="SPAN_KIND_CLIENT", db_system_name!=""',
    );
  });
});
