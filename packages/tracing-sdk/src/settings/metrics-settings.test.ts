import { describe, expect, test } from 'vitest';
import type { TracingOptions } from '../types.ts';
import { settleSettings } from './settle-settings.ts';

const settle = (options: object, variables: Record<string, string> = {}) =>
  settleSettings('svc', options as TracingOptions, variables, '/nowhere');
const metrics = (options: object, variables: Record<string, string> = {}) =>
  settle(options, variables).metrics;

describe('whether metrics are on', () => {
  test.each([
    [{}, {}, undefined, 'default'],
    [{ metrics: true }, {}, 'otlp', 'option metrics'],
    [{ metrics: {} }, {}, 'otlp', 'option metrics'],
    [{ metrics: false }, { OTEL_METRICS_EXPORTER: 'otlp' }, undefined, 'option metrics'],
    [{}, { OTEL_METRICS_EXPORTER: 'otlp' }, 'otlp', 'OTEL_METRICS_EXPORTER'],
    [{}, { OTEL_METRICS_EXPORTER: 'console' }, 'console', 'OTEL_METRICS_EXPORTER'],
    [{}, { OTEL_METRICS_EXPORTER: 'none' }, undefined, 'OTEL_METRICS_EXPORTER'],
    [{ metrics: true }, { OTEL_METRICS_EXPORTER: 'none' }, undefined, 'OTEL_METRICS_EXPORTER'],
    [{ metrics: true }, { OTEL_METRICS_EXPORTER: 'console' }, 'console', 'option metrics'],
    [{ metrics: { exporter: 'otlp' } }, { OTEL_METRICS_EXPORTER: 'none' }, 'otlp', 'option metrics'],
    [{ metrics: { exporter: 'none' } }, {}, undefined, 'option metrics.exporter'],
  ])('%j %j: %s', (options, variables, exporter, source) => {
    const setting = metrics(options, variables);
    expect(setting.value?.exporter.value).toBe(exporter);
    expect(setting.source).toBe(source);
  });

  test.each([
    [{ metrics: 'yes' }, {}, /option metrics is 'yes'; it must be true, false/],
    [
      { metrics: { exporter: 'prometheus' } },
      {},
      /option metrics.exporter is 'prometheus'; allowed are 'otlp'/,
    ],
    [{}, { OTEL_METRICS_EXPORTER: 'prometheus' }, /OTEL_METRICS_EXPORTER is 'prometheus'; allowed are otlp/],
    [{ metrics: { intervalMillis: 5 } }, {}, /metrics.intervalMillis is 5; it must be a number/],
    [{ metrics: { interval: 5 } }, {}, /no option 'metrics.interval'. Did you mean 'metrics.intervalMillis'/],
    [{ metrics: { temporality: 'd' } }, {}, /metrics.temporality is 'd'; allowed are 'cumulative'/],
    [{ metrics: true }, { OTEL_METRICS_EXEMPLAR_FILTER: 'x' }, /OTEL_METRICS_EXEMPLAR_FILTER is 'x'/],
    [{ metrics: true }, { OTEL_METRIC_EXPORT_INTERVAL: '-1' }, /OTEL_METRIC_EXPORT_INTERVAL is '-1'/],
    [
      { metrics: true },
      { OTEL_METRIC_EXPORT_INTERVAL: '2147483648' },
      /OTEL_METRIC_EXPORT_INTERVAL is '2147483648', which is no number from 100 to 2147483647/,
    ],
    [{ metrics: true }, { OTEL_METRIC_EXPORT_TIMEOUT: '1e300' }, /OTEL_METRIC_EXPORT_TIMEOUT is '1e300'/],
  ])('%j %j throws; in production it is a warning', (options, variables, says) => {
    expect(() => settle(options, variables)).toThrow(says);
    const { warnings } = settle(options, { ...variables, NODE_ENV: 'production' });
    expect(warnings.join('\n')).toMatch(says);
  });

  test('what traces and metrics share is complained of once', () => {
    const { warnings } = settle({ metrics: true, headers: { 'a b': 'c' } }, { NODE_ENV: 'production' });
    expect(warnings).toHaveLength(1);
  });
});

describe('where they go', () => {
  test.each([
    [{}, {}, 'http://localhost:4318/v1/metrics'],
    [{ protocol: 'grpc' }, {}, 'http://localhost:4317'],
    [{ endpoint: 'http://c:4318' }, {}, 'http://c:4318/v1/metrics'],
    [{ endpoint: 'http://c:4318/v1/traces' }, {}, 'http://c:4318/v1/metrics'],
    [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://c:4318/otlp/' }, 'http://c:4318/otlp/v1/metrics'],
    [{}, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t:1/t' }, 'http://localhost:4318/v1/metrics'],
    [
      {},
      { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://p:9090/api/v1/otlp/v1/metrics' },
      'http://p:9090/api/v1/otlp/v1/metrics',
    ],
  ])('%j %j: %s', (options, variables, endpoint) => {
    const { value } = metrics({ metrics: true, ...options }, variables);
    expect(value?.connection.endpoint?.value).toBe(endpoint);
  });

  test('the variables of the signal win over the common ones', () => {
    const { value } = metrics(
      { metrics: true },
      {
        OTEL_EXPORTER_OTLP_HEADERS: 'a=1',
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'b=2',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_METRIC_EXPORT_INTERVAL: '5000',
        OTEL_METRIC_EXPORT_TIMEOUT: '9000',
        OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta',
        OTEL_METRICS_EXEMPLAR_FILTER: 'always_off',
      },
    );
    expect(value).toMatchObject({
      intervalMillis: { value: 5000, source: 'OTEL_METRIC_EXPORT_INTERVAL' },
      // The next export must not overtake it.
      exportTimeoutMillis: { value: 5000 },
      temporality: { value: 'delta' },
      exemplars: { value: 'always_off' },
      connection: { headers: { value: { b: '2' } }, protocol: { value: 'http/json' } },
    });
  });
});
