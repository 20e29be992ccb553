/** The names that people type, through `promtool test rules`: what they count, what not, restarts, missing series. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { rulesBehind, testFile, toRule } from '../../test/alert-cases.ts';
import { findPromtool, testRules } from '../../test/promtool.ts';
import { toYaml } from '../print/rule-files.ts';
import { BRIEF_NAMES } from './brief-names.ts';

interface RuleCase {
  /** Whose rules are loaded, with all that they build on. */
  readonly names: readonly string[];
  readonly title: string;
  /** Samples every 30 seconds, in promtool's notation. */
  readonly series: Readonly<Record<string, string>>;
  /** `at` in seconds; without samples, nothing may come back. */
  readonly checks: readonly {
    readonly expr: string;
    readonly at: number;
    readonly is: Readonly<Record<string, number>>;
  }[];
}

const SPAN =
  'job="shop/checkout", service_name="checkout", service_namespace="shop", deployment_environment_name="production", span_name="POST /order"';
const SERVER = `${SPAN}, span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_UNSET", http_request_method="POST"`;
const COLLECTOR = 'job="otel-collector"';
const CALLS = 'traces_span_metrics_calls_total';
const DURATION = 'traces_span_metrics_duration_milliseconds';
const HTTP_DURATION = ['bucket', 'sum', 'count'].map((part) => `http_request_duration_seconds_${part}`);
const SEARCH = ['bucket', 'sum', 'count'].map((part) => `qdrant_search_latency_seconds_${part}`);
const BOUNDS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000];
/** 10 every 30 s, from 0 again after five minutes. */
const RESTARTED = '10+10x9 10+10x29';
/** The same, and gone after five minutes. */
const ENDED = '10+10x9 stale';

/** A counter under `printed`, served as `name`: neither a restart nor an instance that goes may look like traffic. */
function survivesRestarts(name: string, printed: (instance: string) => string): RuleCase {
  return {
    names: [name],
    title: 'the rate stays right when one instance restarts and another goes',
    series: { [printed('a')]: RESTARTED, [printed('b')]: ENDED },
    checks: [
      { expr: `sum(rate(${name}[5m]))`, at: 270, is: { '{}': 20 / 30 } },
      { expr: `max_over_time(sum(rate(${name}[5m]))[10m:30s]) <= bool 0.6667`, at: 900, is: { '{}': 1 } },
      { expr: `sum(rate(${name}[5m]))`, at: 900, is: { '{}': 10 / 30 } },
    ],
  };
}

const CASES: readonly RuleCase[] = [
  {
    names: ['http_requests_total'],
    title: 'counts HTTP requests served: no calls made, no gRPC, none of the monitoring itself',
    series: {
      [`${CALLS}{${SERVER}}`]: '5x10',
      [`${CALLS}{${SPAN}, span_kind="SPAN_KIND_CLIENT", http_request_method="GET"}`]: '7x10',
      [`${CALLS}{${SPAN}, span_kind="SPAN_KIND_SERVER"}`]: '11x10',
      'http_server_request_duration_seconds_count{job="jaeger", instance="jaeger:8888"}': '13x10',
      'prometheus_http_requests_total{job="prometheus", instance="localhost:9090"}': '17x10',
    },
    checks: [
      {
        expr: 'http_requests_total',
        at: 60,
        is: { [`http_requests_total{${SERVER}, origin="span_metrics"}`]: 5 },
      },
    ],
  },
  {
    names: ['http_requests_total'],
    title: 'leaves a program alone that prints the name itself',
    series: {
      [`${CALLS}{${SERVER}}`]: '5x10',
      'http_requests_total{job="payments", instance="payments:8080", code="200"}': '19x10',
    },
    checks: [
      {
        expr: 'http_requests_total{origin=""}',
        at: 60,
        is: { 'http_requests_total{job="payments", instance="payments:8080", code="200"}': 19 },
      },
      { expr: 'sum(http_requests_total{origin="span_metrics"})', at: 60, is: { '{}': 5 } },
    ],
  },
  survivesRestarts(
    'http_requests_total',
    (instance) => `${CALLS}{${SERVER}, collector_instance_id="${instance}"}`,
  ),
  {
    names: HTTP_DURATION,
    title: 'buckets in seconds, whichever way the bounds were written',
    series: {
      ...Object.fromEntries(BOUNDS.map((le) => [`${DURATION}_bucket{${SERVER}, le="${le}"}`, `${le}x10`])),
      [`${DURATION}_bucket{${SERVER}, le="+Inf"}`]: '40000x10',
      [`${DURATION}_sum{${SERVER}}`]: '2500x10',
      [`${DURATION}_count{${SERVER}}`]: '40000x10',
    },
    checks: [
      {
        expr: 'sum by (le) (http_request_duration_seconds_bucket)',
        at: 60,
        is: {
          ...Object.fromEntries(BOUNDS.map((le) => [`{le="${le / 1000}"}`, le])),
          '{le="+Inf"}': 40_000,
        },
      },
      { expr: 'sum(http_request_duration_seconds_sum)', at: 60, is: { '{}': 2.5 } },
      { expr: 'sum(http_request_duration_seconds_count)', at: 60, is: { '{}': 40_000 } },
    ],
  },
  {
    names: ['http_request_duration_seconds_bucket'],
    title: 'a bound written as a decimal number',
    series: {
      [`${DURATION}_bucket{${SERVER}, le="500.0"}`]: '3x10',
      [`${DURATION}_bucket{${SERVER}, le="5000.0"}`]: '4x10',
    },
    checks: [
      {
        expr: 'sum by (le) (http_request_duration_seconds_bucket)',
        at: 60,
        is: { '{le="0.5"}': 3, '{le="5"}': 4 },
      },
    ],
  },
  survivesRestarts(
    'http_request_duration_seconds_count',
    (instance) => `${DURATION}_count{${SERVER}, collector_instance_id="${instance}"}`,
  ),
  {
    names: ['http_request_duration_seconds'],
    title: 'quantiles of a service; nothing where nothing was asked',
    series: {
      [`${DURATION}_bucket{${SERVER}, le="100"}`]: '0x10 0+0x20',
      [`${DURATION}_bucket{${SERVER}, le="250"}`]: '0x10 10+10x20',
      [`${DURATION}_bucket{${SERVER}, le="+Inf"}`]: '0x10 10+10x20',
    },
    checks: [
      { expr: 'http_request_duration_seconds', at: 240, is: {} },
      {
        expr: 'http_request_duration_seconds{quantile="0.5"}',
        at: 900,
        is: {
          'http_request_duration_seconds{deployment_environment_name="production", service_namespace="shop", service_name="checkout", origin="span_metrics", quantile="0.5"}': 0.175,
        },
      },
      { expr: 'count(http_request_duration_seconds)', at: 900, is: { '{}': 3 } },
    ],
  },
  {
    names: ['process_uptime_seconds'],
    title: 'from what programs print, whichever it is; less after a restart',
    series: {
      'otelcol_process_uptime_seconds_total{job="otel-collector", instance="otel-collector:8888"}':
        '100+30x10 5+30x9',
      'process_start_time_seconds{job="prometheus", instance="localhost:9090"}': '0x10 330x9',
      'process_uptime_seconds{job="shop/checkout", instance="a", service_name="checkout"}': '7x20',
    },
    checks: [
      {
        expr: 'process_uptime_seconds',
        at: 300,
        is: {
          'process_uptime_seconds{job="otel-collector", instance="otel-collector:8888"}': 400,
          'process_uptime_seconds{job="prometheus", instance="localhost:9090"}': 300,
          'process_uptime_seconds{job="shop/checkout", instance="a", service_name="checkout"}': 7,
        },
      },
      {
        expr: 'process_uptime_seconds{job="otel-collector"}',
        at: 360,
        is: { 'process_uptime_seconds{job="otel-collector", instance="otel-collector:8888"}': 35 },
      },
      {
        expr: 'process_uptime_seconds{job="prometheus"}',
        at: 360,
        is: { 'process_uptime_seconds{job="prometheus", instance="localhost:9090"}': 30 },
      },
    ],
  },
  {
    names: ['traces_received_total', 'traces_exported_total', 'otelcol_processor_accepted_spans'],
    title: "the Collector's spans, not those that Jaeger counts again",
    series: {
      [`otelcol_receiver_accepted_spans_total{${COLLECTOR}, instance="a", receiver="otlp", transport="grpc"}`]:
        '3x10',
      [`otelcol_receiver_accepted_spans_total{${COLLECTOR}, instance="a", receiver="otlp", transport="http"}`]:
        '4x10',
      'otelcol_receiver_accepted_spans_total{job="jaeger", instance="b", receiver="otlp", transport="grpc"}':
        '100x10',
      [`otelcol_exporter_sent_spans_total{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo"}`]: '5x10',
      [`otelcol_exporter_sent_spans_total{${COLLECTOR}, instance="a", exporter="otlp_grpc/jaeger"}`]: '6x10',
      'otelcol_exporter_sent_spans_total{job="jaeger", instance="b", exporter="jaeger_storage_exporter"}':
        '100x10',
      [`otelcol_processor_memory_limiter_accepted_spans_total{${COLLECTOR}, instance="a", processor="memory_limiter"}`]:
        '7x10',
    },
    checks: [
      {
        expr: 'sum by (transport) (traces_received_total)',
        at: 60,
        is: { '{transport="grpc"}': 3, '{transport="http"}': 4 },
      },
      {
        expr: 'sum by (exporter) (traces_exported_total)',
        at: 60,
        is: { '{exporter="otlp_grpc/tempo"}': 5, '{exporter="otlp_grpc/jaeger"}': 6 },
      },
      {
        expr: 'otelcol_processor_accepted_spans',
        at: 60,
        is: {
          [`otelcol_processor_accepted_spans{${COLLECTOR}, instance="a", processor="memory_limiter"}`]: 7,
        },
      },
    ],
  },
  survivesRestarts(
    'traces_received_total',
    (instance) =>
      `otelcol_receiver_accepted_spans_total{${COLLECTOR}, instance="${instance}", receiver="otlp", transport="grpc"}`,
  ),
  survivesRestarts(
    'traces_exported_total',
    (instance) =>
      `otelcol_exporter_sent_spans_total{${COLLECTOR}, instance="${instance}", exporter="otlp_grpc/tempo"}`,
  ),
  survivesRestarts(
    'otelcol_processor_accepted_spans',
    (instance) =>
      `otelcol_processor_memory_limiter_accepted_spans_total{${COLLECTOR}, instance="${instance}", processor="memory_limiter"}`,
  ),
  survivesRestarts(
    'otelcol_processor_dropped_spans',
    (instance) =>
      `otelcol_exporter_send_failed_spans_total{${COLLECTOR}, instance="${instance}", exporter="otlp_grpc/tempo"}`,
  ),
  {
    names: ['otelcol_processor_dropped_spans'],
    title: 'begins at 0, so that the first loss counts; an instance each; 0 again after a restart',
    series: {
      [`otelcol_exporter_queue_size{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo", data_type="traces"}`]:
        '0x60',
      [`otelcol_exporter_queue_size{${COLLECTOR}, instance="b", exporter="otlp_grpc/tempo", data_type="traces"}`]:
        '0x60',
      [`otelcol_exporter_queue_size{${COLLECTOR}, instance="a", exporter="otlp_http/prometheus", data_type="metrics"}`]:
        '0x60',
      [`otelcol_processor_memory_limiter_accepted_spans_total{${COLLECTOR}, instance="a", processor="memory_limiter"}`]:
        '0+10x60',
      // Absent for five minutes, then 100 at once, in two series; from 15 minutes on a new process.
      [`otelcol_exporter_send_failed_spans_total{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo", server_address="tempo"}`]:
        '_x10 60x19 stale',
      [`otelcol_exporter_send_failed_spans_total{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo", error_type="Internal"}`]:
        '_x10 40x19 stale',
      'otelcol_exporter_send_failed_spans_total{job="jaeger", instance="c", exporter="jaeger_storage_exporter"}':
        '9x60',
    },
    checks: [
      {
        expr: 'otelcol_processor_dropped_spans',
        at: 120,
        is: {
          [`otelcol_processor_dropped_spans{${COLLECTOR}, instance="a", processor="memory_limiter", reason="refused"}`]: 0,
          [`otelcol_processor_dropped_spans{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo", reason="send_failed"}`]: 0,
          [`otelcol_processor_dropped_spans{${COLLECTOR}, instance="b", exporter="otlp_grpc/tempo", reason="send_failed"}`]: 0,
          [`otelcol_processor_dropped_spans{${COLLECTOR}, instance="a", exporter="otlp_grpc/tempo", reason="enqueue_failed"}`]: 0,
          [`otelcol_processor_dropped_spans{${COLLECTOR}, instance="b", exporter="otlp_grpc/tempo", reason="enqueue_failed"}`]: 0,
        },
      },
      {
        expr: 'round(sum by (instance) (increase(otelcol_processor_dropped_spans{reason="send_failed"}[10m])), 10)',
        at: 570,
        is: { '{instance="a"}': 100, '{instance="b"}': 0 },
      },
      { expr: 'sum(otelcol_processor_dropped_spans)', at: 600, is: { '{}': 100 } },
      { expr: 'sum(otelcol_processor_dropped_spans)', at: 1000, is: { '{}': 0 } },
      { expr: 'sum(rate(otelcol_processor_dropped_spans[5m]))', at: 1500, is: { '{}': 0 } },
    ],
  },
  {
    names: [],
    title: 'qdrant_collections_total is what the server prints',
    series: { 'qdrant_collections_total{job="qdrant", instance="qdrant:6333"}': '2x10' },
    checks: [
      {
        expr: 'qdrant_collections_total',
        at: 60,
        is: { 'qdrant_collections_total{job="qdrant", instance="qdrant:6333"}': 2 },
      },
    ],
  },
  {
    names: ['qdrant_points_total'],
    title: 'points by node; 0 where there is no collection; nothing where there is no node',
    series: {
      'qdrant_collections_total{job="qdrant", instance="a"}': '2x10 stale',
      'qdrant_collections_total{job="qdrant", instance="b"}': '0x10 0x10',
      'qdrant_collection_points{job="qdrant", instance="a", id="docs"}': '56x10 stale',
      'qdrant_collection_points{job="qdrant", instance="a", id="multi"}': '2x10 stale',
    },
    checks: [
      {
        expr: 'qdrant_points_total',
        at: 60,
        is: {
          'qdrant_points_total{job="qdrant", instance="a"}': 58,
          'qdrant_points_total{job="qdrant", instance="b"}': 0,
        },
      },
      { expr: 'qdrant_points_total', at: 400, is: { 'qdrant_points_total{job="qdrant", instance="b"}': 0 } },
    ],
  },
  {
    names: [...SEARCH, 'qdrant_search_latency_seconds'],
    title: 'successful searches over both protocols, and nothing else',
    series: {
      ...Object.fromEntries(
        (
          [
            ['rest', 'method="POST", endpoint="/collections/{collection_name}/points/query", status="200"'],
            [
              'rest',
              'method="POST", endpoint="/collections/{collection_name}/points/search/matrix/pairs", status="200"',
            ],
            ['grpc', 'endpoint="/qdrant.Points/Query", status="0"'],
            // Not searches, or not successful.
            ['rest', 'method="POST", endpoint="/collections/{collection_name}/points/scroll", status="200"'],
            ['rest', 'method="PUT", endpoint="/collections/{collection_name}/points", status="200"'],
            ['grpc', 'endpoint="/qdrant.Points/Upsert", status="0"'],
            ['grpc', 'endpoint="/qdrant.Points/Query", status="5"'],
          ] as const
        ).flatMap(([protocol, labels]) =>
          (
            [
              ['bucket', ', le="0.1"', '0+0x40'],
              ['bucket', ', le="0.5"', '0+10x40'],
              ['bucket', ', le="+Inf"', '0+10x40'],
              ['sum', '', '0+3x40'],
              ['count', '', '0+10x40'],
            ] as const
          ).map(([part, le, values]) => [
            `qdrant_${protocol}_responses_duration_seconds_${part}{job="qdrant", instance="a", ${labels}${le}}`,
            values,
          ]),
        ),
      ),
    },
    checks: [
      {
        expr: 'sum by (protocol) (qdrant_search_latency_seconds_count)',
        at: 300,
        is: { '{protocol="rest"}': 200, '{protocol="grpc"}': 100 },
      },
      { expr: 'sum(qdrant_search_latency_seconds_sum)', at: 300, is: { '{}': 90 } },
      {
        expr: 'sum by (le) (qdrant_search_latency_seconds_bucket)',
        at: 300,
        is: { '{le="0.1"}': 0, '{le="0.5"}': 300, '{le="+Inf"}': 300 },
      },
      {
        expr: 'qdrant_search_latency_seconds{quantile="0.5"}',
        at: 900,
        is: {
          'qdrant_search_latency_seconds{job="qdrant", instance="a", protocol="rest", quantile="0.5"}': 0.3,
          'qdrant_search_latency_seconds{job="qdrant", instance="a", protocol="grpc", quantile="0.5"}': 0.3,
        },
      },
    ],
  },
  survivesRestarts(
    'qdrant_search_latency_seconds_count',
    (instance) =>
      `qdrant_grpc_responses_duration_seconds_count{job="qdrant", instance="${instance}", endpoint="/qdrant.Points/Query", status="0"}`,
  ),
  {
    names: ['service:errors:ratio_rate5m', 'service:apdex:ratio_rate5m', 'operation:errors:rate5m'],
    title: 'errors are 0 before the first one; consumers count, clients do not',
    series: {
      [`${CALLS}{${SERVER}}`]: '0+30x40',
      [`${CALLS}{${SPAN}, span_kind="SPAN_KIND_CONSUMER", status_code="STATUS_CODE_UNSET"}`]: '0+30x40',
      [`${CALLS}{${SPAN}, span_kind="SPAN_KIND_CLIENT", status_code="STATUS_CODE_ERROR"}`]: '0+30x40',
      [`${DURATION}_bucket{${SERVER}, le="250"}`]: '0+10x40',
      [`${DURATION}_bucket{${SERVER}, le="1000"}`]: '0+20x40',
      [`${DURATION}_bucket{${SERVER}, le="+Inf"}`]: '0+30x40',
    },
    checks: [
      { expr: 'sum(service:requests:rate5m)', at: 600, is: { '{}': 2 } },
      {
        expr: 'service:errors:ratio_rate5m',
        at: 600,
        is: {
          'service:errors:ratio_rate5m{deployment_environment_name="production", service_namespace="shop", service_name="checkout"}': 0,
        },
      },
      { expr: 'count(operation:errors:rate5m)', at: 600, is: { '{}': 2 } },
      // (10 + 20) / 2 of 30
      { expr: 'sum(service:apdex:ratio_rate5m)', at: 600, is: { '{}': 0.5 } },
    ],
  },
  {
    names: ['service:spans_kept:ratio_rate5m'],
    title: 'kept of sent: 0 where nothing was kept',
    series: {
      [`${CALLS}{${SERVER}}`]: '0+100x40',
      [`${CALLS}{job="quiet", service_name="quiet", span_kind="SPAN_KIND_SERVER"}`]: '0+10x40',
      'traces_spanmetrics_calls_total{service="checkout", span_name="POST /order", span_kind="SPAN_KIND_SERVER"}':
        '0+25x40',
    },
    checks: [
      {
        expr: 'service:spans_kept:ratio_rate5m',
        at: 600,
        is: {
          'service:spans_kept:ratio_rate5m{service_name="checkout"}': 0.25,
          'service:spans_kept:ratio_rate5m{service_name="quiet"}': 0,
        },
      },
    ],
  },
];

const { path: promtool, missing } = await findPromtool();
const folder = mkdtempSync(join(tmpdir(), 'uat-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(missing !== undefined)(
  `promtool test rules${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test.each(
      CASES.map((each, index) => [`${each.names.at(-1) ?? 'no rule'}: ${each.title}`, index] as const),
    )(
      '%s',
      async (title, index) => {
        const { names, series, checks } = CASES[index]!;
        const rules = names.length === 0 ? [] : rulesBehind(names);
        writeFileSync(
          join(folder, `${index}.rules.yml`),
          toYaml({ groups: [{ name: 'test', rules: rules.map(toRule) }] }),
        );
        const group = {
          name: title,
          interval: '30s',
          input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
          promql_expr_test: checks.map(({ expr, at, is }) => ({
            expr,
            eval_time: `${at}s`,
            exp_samples: Object.entries(is).map(([labels, value]) => ({ labels, value })),
          })),
        };
        writeFileSync(join(folder, `${index}.test.yml`), testFile(`${index}.rules.yml`, [group], 30));
        const { code, text } = await testRules(promtool!, `${index}.test.yml`, folder);
        expect(code, text).toBe(0);
      },
      60_000,
    );
  },
);

test('every name is tried', () => {
  const tried = CASES.flatMap(({ names, checks }) => [...names, ...checks.map(({ expr }) => expr)]).join(' ');
  expect(BRIEF_NAMES.filter((name) => !tried.includes(name))).toEqual([]);
});
