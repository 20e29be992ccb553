import { le } from './brief-names.ts';
import type { RecordingRule, RuleGroup } from './recording-rule.ts';

/** Seconds between two rounds; the counts over the windows of error budgets depend on it. */
export const RED_INTERVAL = 60;

export const SERVICE = ['deployment_environment_name', 'service_namespace', 'service_name'] as const;
const BY_SERVICE = SERVICE.join(', ');
const OPERATION = [...SERVICE, 'span_name', 'span_kind'];
const DATABASE = [...SERVICE, 'db_system_name', 'db_collection_name'];

/** What a service is asked to do: requests and messages that come in. */
const SERVED = 'span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';
const CALLS = 'traces_span_metrics_calls_total';
const BUCKETS = 'traces_span_metrics_duration_milliseconds_bucket';
const FAILED = 'status_code="STATUS_CODE_ERROR"';

/** Requests that take no longer satisfy, up to four times as long they are tolerated. Both are bounds of buckets. */
export const APDEX_MILLIS = { satisfied: 250, tolerated: 1000 } as const;

const QUANTILES = [0.5, 0.95, 0.99] as const;

const requests: readonly RecordingRule[] = [
  {
    record: 'service:requests:rate5m',
    expr: `sum by (${BY_SERVICE}) (rate(${CALLS}{${SERVED}}[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: SERVICE,
    meaning: 'Requests and messages that a service was given, a second.',
  },
  {
    record: 'service:errors:rate5m',
    expr: `sum by (${BY_SERVICE}) (rate(${CALLS}{${SERVED}, ${FAILED}}[5m])) or 0 * service:requests:rate5m`,
    type: 'rate',
    unit: '{request}',
    keeps: SERVICE,
    meaning: 'Those that failed; 0 where none has.',
  },
  {
    record: 'service:errors:ratio_rate5m',
    expr: 'service:errors:rate5m / (service:requests:rate5m > 0)',
    type: 'ratio',
    unit: '1',
    keeps: SERVICE,
    meaning: 'Share of the requests that failed.',
  },
  {
    record: 'service:duration_milliseconds_bucket:rate5m',
    expr: `sum by (${BY_SERVICE}, le) (rate(${BUCKETS}{${SERVED}}[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: [...SERVICE, 'le'],
    meaning: 'Requests by duration: for heat maps and quantiles over several services.',
  },
  ...QUANTILES.map(
    (quantile): RecordingRule => ({
      record: 'service:duration_seconds:quantile_rate5m',
      expr: `histogram_quantile(${quantile}, service:duration_milliseconds_bucket:rate5m) / 1000 >= 0`,
      labels: { quantile: String(quantile) },
      type: 'gauge',
      unit: 's',
      keeps: [...SERVICE, 'quantile'],
      meaning: `Duration that ${quantile * 100} % of the requests stayed within.`,
    }),
  ),
  {
    record: 'service:apdex:ratio_rate5m',
    expr: [
      `(sum without (le) (service:duration_milliseconds_bucket:rate5m{${le(APDEX_MILLIS.satisfied)}})`,
      ` + sum without (le) (service:duration_milliseconds_bucket:rate5m{${le(APDEX_MILLIS.tolerated)}}))`,
      ' / 2 / (sum without (le) (service:duration_milliseconds_bucket:rate5m{le="+Inf"}) > 0)',
    ].join(''),
    type: 'ratio',
    unit: '1',
    keeps: SERVICE,
    meaning: `Apdex: requests within ${APDEX_MILLIS.satisfied} ms count whole, within ${APDEX_MILLIS.tolerated} ms half.`,
  },
];

const operations: readonly RecordingRule[] = [
  {
    record: 'operation:requests:rate5m',
    expr: `sum by (${OPERATION.join(', ')}) (rate(${CALLS}{${SERVED}}[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: OPERATION,
    meaning: 'Requests by operation of a service, a second.',
  },
  {
    record: 'operation:errors:rate5m',
    expr: `sum by (${OPERATION.join(', ')}) (rate(${CALLS}{${SERVED}, ${FAILED}}[5m])) or 0 * operation:requests:rate5m`,
    type: 'rate',
    unit: '{request}',
    keeps: OPERATION,
    meaning: 'Those that failed; 0 where none has.',
  },
  {
    record: 'operation:duration_seconds:p95_rate5m',
    expr: `histogram_quantile(0.95, sum by (${OPERATION.join(', ')}, le) (rate(${BUCKETS}{${SERVED}}[5m]))) / 1000 >= 0`,
    type: 'gauge',
    unit: 's',
    keeps: OPERATION,
    meaning: 'Duration that 95 % of the requests stayed within.',
  },
];

const spanTime: readonly RecordingRule[] = [
  {
    record: 'service:span_seconds:rate5m',
    expr: `sum by (${BY_SERVICE}, span_kind) (rate(traces_span_metrics_duration_milliseconds_sum[5m])) / 1000`,
    type: 'rate',
    unit: 's',
    keeps: [...SERVICE, 'span_kind'],
    meaning: 'Seconds a second that spans of each kind were open: where time goes.',
  },
];

const CLIENT_CALL = 'span_kind="SPAN_KIND_CLIENT", db_system_name!=""';
const EDGE = ['client', 'server', 'connection_type'];

const dependencies: readonly RecordingRule[] = [
  {
    record: 'database:calls:rate5m',
    expr: `sum by (${DATABASE.join(', ')}) (rate(${CALLS}{${CLIENT_CALL}}[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: DATABASE,
    meaning: 'Calls of a service to a database and collection, a second.',
  },
  {
    record: 'database:errors:rate5m',
    expr: `sum by (${DATABASE.join(', ')}) (rate(${CALLS}{${CLIENT_CALL}, ${FAILED}}[5m])) or 0 * database:calls:rate5m`,
    type: 'rate',
    unit: '{request}',
    keeps: DATABASE,
    meaning: 'Those that failed; 0 where none has.',
  },
  {
    record: 'database:duration_seconds:p95_rate5m',
    expr: `histogram_quantile(0.95, sum by (${DATABASE.join(', ')}, le) (rate(${BUCKETS}{${CLIENT_CALL}}[5m]))) / 1000 >= 0`,
    type: 'gauge',
    unit: 's',
    keeps: DATABASE,
    meaning: 'Duration that 95 % of the calls stayed within.',
  },
  {
    record: 'edge:requests:rate5m',
    expr: `sum by (${EDGE.join(', ')}) (rate(traces_service_graph_request_total[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: EDGE,
    meaning: 'Requests from one service to another, a second.',
  },
  {
    record: 'edge:errors:rate5m',
    expr: `sum by (${EDGE.join(', ')}) (rate(traces_service_graph_request_failed_total[5m])) or 0 * edge:requests:rate5m`,
    type: 'rate',
    unit: '{request}',
    keeps: EDGE,
    meaning: 'Those that failed; 0 where none has.',
  },
  {
    record: 'edge:duration_seconds:p95_rate5m',
    expr: `histogram_quantile(0.95, sum by (${EDGE.join(', ')}, le) (rate(traces_service_graph_request_server_seconds_bucket[5m]))) >= 0`,
    type: 'gauge',
    unit: 's',
    keeps: EDGE,
    meaning: 'Duration that 95 % of them stayed within, as the called service saw it.',
  },
];

const kept: readonly RecordingRule[] = [
  {
    record: 'service:spans_sent:rate5m',
    expr: `sum by (service_name) (rate(${CALLS}[5m]))`,
    type: 'rate',
    unit: '{span}',
    keeps: ['service_name'],
    meaning: 'Spans of a service that reached the Collector, a second.',
  },
  {
    record: 'service:spans_kept:rate5m',
    expr: 'label_replace(sum by (service) (rate(traces_spanmetrics_calls_total[5m])), "service_name", "$1", "service", "(.*)")',
    type: 'rate',
    unit: '{span}',
    keeps: ['service_name', 'service'],
    meaning: 'Spans of a service that reached Tempo, a second.',
  },
  {
    record: 'service:spans_kept:ratio_rate5m',
    expr: '(sum by (service_name) (service:spans_kept:rate5m) or 0 * service:spans_sent:rate5m) / (service:spans_sent:rate5m > 0)',
    type: 'ratio',
    unit: '1',
    keeps: ['service_name'],
    meaning: 'Share of the spans sent that tail sampling kept.',
  },
];

const group = (name: string, purpose: string, rules: readonly RecordingRule[]): RuleGroup => ({
  name: `uat-red-${name}`,
  file: 'red.yml',
  interval: RED_INTERVAL,
  purpose,
  rules,
});

export const red: readonly RuleGroup[] = [
  group('services', 'Rate, errors and duration by service.', requests),
  group('operations', 'Rate, errors and duration by operation.', operations),
  group('dependencies', 'What services call: databases and each other.', dependencies),
  group('time', 'Where time goes.', spanTime),
  group('kept', 'Spans kept of those sent.', kept),
];
