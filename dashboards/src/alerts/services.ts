import { JOBS } from '../catalogue/jobs.ts';
import { SERVICE } from '../rules/red.ts';
import { type Alert, type CaseSeries, counter, gauge, type Level } from './alert.ts';
import { limit, type ThresholdName } from './thresholds.ts';

const BY_SERVICE = SERVICE.join(', ');
const LABELS = {
  deployment_environment_name: 'production',
  service_namespace: 'shop',
  service_name: 'checkout',
};
const SPAN = [
  'job="shop/checkout", instance="a", deployment_environment_name="production", service_namespace="shop"',
  'service_name="checkout", span_name="POST /order", span_kind="SPAN_KIND_SERVER"',
].join(', ');

const calls = (status: 'UNSET' | 'ERROR', good: Level, below: Level, bad: Level): CaseSeries =>
  counter(`traces_span_metrics_calls_total{${SPAN}, status_code="STATUS_CODE_${status}"}`, good, below, bad);

/** Requests a second within each bound, in milliseconds. */
const durations = (bounds: Readonly<Record<string, readonly [Level, Level, Level]>>): CaseSeries[] =>
  Object.entries(bounds).map(([le, [good, below, bad]]) =>
    counter(
      `traces_span_metrics_duration_milliseconds_bucket{${SPAN}, status_code="STATUS_CODE_UNSET", le="${le}"}`,
      good,
      below,
      bad,
    ),
  );

const P95 = 'service:duration_seconds:quantile_rate5m{quantile="0.95"}';
const ENOUGH = `service:requests:rate5m > ${limit('requestsForLatency')}`;
const WHO = '{{ $labels.service_name }}';

interface Burn {
  readonly name: string;
  readonly severity: Alert['severity'];
  readonly threshold: ThresholdName;
  readonly long: string;
  readonly longSeconds: number;
  readonly short: string;
  readonly forMinutes: number;
  readonly inhibits?: Alert['inhibits'];
  readonly minutes: { readonly before: number; readonly bad: number; readonly after: number };
}

function burn({
  name,
  severity,
  threshold,
  long,
  longSeconds,
  short,
  forMinutes,
  inhibits,
  minutes,
}: Burn): Alert {
  const ratio = limit(threshold) * limit('errorBudget');
  const share = Number(ratio.toPrecision(6));
  const few = (limit('failedRequests') - 1) / longSeconds;
  return {
    name,
    component: 'service',
    severity,
    expr: [
      `service:errors:ratio_rate${long} > ${share}`,
      `service:errors:ratio_rate${short} > ${share}`,
      `service:errors:count${long} >= ${limit('failedRequests')}`,
    ].join(' and '),
    forMinutes,
    summary: `${WHO} fails {{ $value | humanizePercentage }} of its requests`,
    description: `Over ${long} and over ${short}, more than ${limit(threshold)} times the share that its objective allows.`,
    thresholds: ['errorBudget', threshold, 'failedRequests'],
    panel: 'serviceErrorBudget',
    steps: [
      'Open the panel, pick the operation with the errors, and follow an exemplar to a trace.',
      'In the trace, find the first span that failed: in the service itself, or in what it called.',
      'Compare with the time of the last deployment (annotations); roll back if it fits.',
      'Has something that it calls an alert too? Work on that one.',
    ],
    ...(inhibits ? { inhibits } : {}),
    cases: {
      series: [
        calls('UNSET', 10, 10 - 10 * ratio * 0.97, 10 - 10 * ratio * 1.2),
        calls('ERROR', 0, 10 * ratio * 0.97, 10 * ratio * 1.2),
      ],
      fires: LABELS,
      ...minutes,
      // Half of all requests fail, and there are few.
      never: [{ title: 'too few requests to tell', levels: [few, few], minutes: minutes.bad }],
    },
  };
}

const SAME_SERVICE = [...SERVICE];

export const serviceAlerts: readonly Alert[] = [
  burn({
    name: 'ServiceErrorBudgetBurnFast',
    severity: 'critical',
    threshold: 'fastBurn',
    long: '1h',
    longSeconds: 3600,
    short: '5m',
    forMinutes: 2,
    inhibits: [
      { alerts: ['ServiceErrorBudgetBurnSteady', 'ServiceErrorBudgetBurnSlow'], equal: SAME_SERVICE },
    ],
    minutes: { before: 15, bad: 75, after: 30 },
  }),
  burn({
    name: 'ServiceErrorBudgetBurnSteady',
    severity: 'critical',
    threshold: 'steadyBurn',
    long: '6h',
    longSeconds: 21_600,
    short: '30m',
    forMinutes: 5,
    inhibits: [{ alerts: ['ServiceErrorBudgetBurnSlow'], equal: SAME_SERVICE }],
    minutes: { before: 15, bad: 150, after: 60 },
  }),
  burn({
    name: 'ServiceErrorBudgetBurnSlow',
    severity: 'warning',
    threshold: 'slowBurn',
    long: '3d',
    longSeconds: 259_200,
    short: '6h',
    forMinutes: 15,
    // The short window is six hours: as long it takes to end.
    minutes: { before: 15, bad: 120, after: 380 },
  }),
  {
    name: 'ServiceSlow',
    component: 'service',
    severity: 'warning',
    expr: `${P95} > ${limit('slowRequests')} and on (${BY_SERVICE}) ${ENOUGH}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a request (p95)`,
    description: 'One request in twenty takes longer than anybody waits.',
    thresholds: ['slowRequests', 'requestsForLatency'],
    panel: 'serviceDuration',
    steps: [
      'Open the panel and follow an exemplar of a slow request to its trace.',
      'See which span takes the time: the service, a database, a model, a queue.',
      'Look at the event loop and memory of the service on the same dashboard: a busy process makes everything slow.',
    ],
    inhibits: [{ alerts: ['ServiceSlowerThanUsual'], equal: SAME_SERVICE }],
    cases: {
      series: [
        calls('UNSET', 10, 10, 10),
        ...durations({ 5000: [10, 9, 9], 10000: [10, 9.5, 9.45], 30000: [10, 10, 10], '+Inf': [10, 10, 10] }),
      ],
      fires: { ...LABELS, quantile: '0.95' },
      never: [
        {
          title: 'too few requests to tell',
          levels: [0.05, 0, 0, 0.05, 0.05],
          minutes: 60,
        },
      ],
    },
  },
  {
    name: 'ServiceSlowerThanUsual',
    component: 'service',
    severity: 'warning',
    expr: `${P95} > ${limit('slowerThanUsual')} * avg_over_time(${P95}[1d] offset 1h) and ${P95} > ${limit('slowerThanUsualFloor')} and on (${BY_SERVICE}) ${ENOUGH}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a request (p95), at least twice as long as usual`,
    description: 'Compared with its own average of the day before.',
    thresholds: ['slowerThanUsual', 'slowerThanUsualFloor', 'requestsForLatency'],
    panel: 'serviceDuration',
    steps: [
      'Look for a deployment at the time it began (annotations).',
      'Compare a slow trace with one of yesterday: which span has grown?',
      'Look at the requests: more traffic, or another mix of operations, is a cause as well.',
    ],
    cases: {
      series: [
        calls('UNSET', 10, 10, 10),
        ...durations({
          // p95 of 111 ms; 243 ms, which is more than twice that, and nothing that people feel; 375 ms.
          100: [9.46, 0, 0],
          250: [10, 10, 9],
          500: [10, 10, 10],
          '+Inf': [10, 10, 10],
        }),
      ],
      fires: { ...LABELS, quantile: '0.95' },
      before: 150,
      bad: 35,
      never: [
        {
          title: 'a slow service that takes not quite twice as long',
          from: [10, 0, 10, 10, 10],
          levels: [10, 0, 2, 10, 10],
          minutes: 35,
        },
      ],
    },
  },
  {
    name: 'ServiceWithoutTraffic',
    component: 'service',
    severity: 'warning',
    expr: `avg_over_time(service:requests:rate5m[1h] offset 15m) > ${limit('usualTraffic')} unless service:requests:rate5m > 0`,
    forMinutes: 5,
    summary: `${WHO} gets no requests, and got {{ $value | humanize }} a second before`,
    description: 'Nobody calls it any more, or its spans do not arrive.',
    thresholds: ['usualTraffic'],
    panel: 'serviceRequests',
    steps: [
      'Ask the service itself: its health route, its log.',
      'Are other services affected? Then look at the Collector first.',
      'Look at who calls it on the service map: is the caller gone, or does it fail before the call?',
    ],
    cases: {
      series: [calls('UNSET', 1, 0.001, 0)],
      fires: LABELS,
      before: 60,
      bad: 30,
      goneFires: true,
    },
  },
  {
    name: 'ServiceStoppedReporting',
    component: 'service',
    severity: 'critical',
    expr: `max by (${BY_SERVICE}) (max_over_time(process_uptime_seconds{service_name!=""}[1h])) unless max by (${BY_SERVICE}) (process_uptime_seconds{service_name!=""})`,
    forMinutes: 5,
    summary: `No instance of ${WHO} sends metrics any more`,
    description:
      'The last one was heard of less than an hour ago; the alert ends by itself when that is longer ago.',
    panel: 'serviceInstances',
    steps: [
      'Does it run? Ask its orchestrator, its health route, its log.',
      'It was taken away on purpose: silence the alert for an hour.',
      'It runs: can it reach the Collector (port 4317 or 4318)? Its log says once what went wrong with the export.',
    ],
    inhibits: [{ alerts: ['ServiceWithoutTraffic'], equal: SAME_SERVICE }],
    cases: {
      series: [
        gauge(
          'process_uptime_seconds{job="shop/checkout", instance="a", deployment_environment_name="production", service_namespace="shop", service_name="checkout"}',
          500,
          1,
          null,
        ),
      ],
      fires: LABELS,
      bad: 20,
      goneFires: true,
    },
  },
  {
    name: 'ServiceDown',
    component: 'service',
    severity: 'critical',
    expr: `up{job!~"${Object.values(JOBS).join('|')}"} == 0`,
    forMinutes: 2,
    summary: '{{ $labels.job }} at {{ $labels.instance }} does not answer Prometheus',
    description:
      'For services that Prometheus scrapes itself. Those that push are watched by ServiceStoppedReporting.',
    panel: 'serviceInstances',
    steps: [
      'Ask its metrics page from where Prometheus runs; Status > Targets tells the error.',
      'Does the process run? Ask its orchestrator and its log.',
    ],
    cases: {
      series: [gauge('up{job="payments", instance="payments:8080"}', 1, 1, 0)],
      fires: { job: 'payments', instance: 'payments:8080' },
    },
  },
];

const SDK =
  'job="shop/checkout", instance="a", deployment_environment_name="production", service_namespace="shop", service_name="checkout"';
const PROCESSOR = 'otel_component_type="batching_span_processor", otel_component_name="uat/0"';

export const sdkAlerts: readonly Alert[] = [
  {
    name: 'SdkDroppingSpans',
    component: 'sdk',
    severity: 'warning',
    expr: `sum by (${BY_SERVICE}) (rate(instance:otel_sdk_dropped_spans:total[10m])) > 0`,
    forMinutes: 5,
    keepMinutes: 10,
    summary: `${WHO} loses {{ $value | humanize }} spans a second before they leave it`,
    description: 'Traces of this service have holes.',
    panel: 'sdkDropped',
    steps: [
      'See which reason the panel shows: queue_full, rejected, exit_timeout, unencodable.',
      'queue_full: the Collector is slow or away; look at its alerts. Else raise the queue of the service.',
      "rejected: the Collector's log says why.",
    ],
    cases: {
      series: [
        counter(
          `otel_sdk_processor_span_processed_total{${SDK}, ${PROCESSOR}, error_type="queue_full"}`,
          null,
          0,
          1,
        ),
        counter(`otel_sdk_processor_span_processed_total{${SDK}, ${PROCESSOR}}`, 10, 10, 10),
        gauge(`otel_sdk_processor_span_queue_size{${SDK}, ${PROCESSOR}}`, 5, 2000, 2048),
      ],
      fires: LABELS,
    },
  },
  {
    name: 'SdkQueueNearlyFull',
    component: 'sdk',
    severity: 'warning',
    expr: `otel_sdk_processor_span_queue_size / otel_sdk_processor_span_queue_capacity > ${limit('sdkQueue')}`,
    forMinutes: 3,
    summary: `The span queue of ${WHO} at {{ $labels.instance }} is {{ $value | humanizePercentage }} full`,
    description: 'When it is full, the service loses spans. Nothing is lost yet.',
    thresholds: ['sdkQueue'],
    panel: 'sdkQueue',
    steps: [
      'Does the Collector answer? Look at its alerts.',
      'Is the traffic higher than usual? Then raise the queue, or sample at the head.',
    ],
    cases: {
      series: [
        gauge(`otel_sdk_processor_span_queue_size{${SDK}, ${PROCESSOR}}`, 5, 1630, 1650),
        gauge(`otel_sdk_processor_span_queue_capacity{${SDK}, ${PROCESSOR}}`, 2048, 2048, 2048),
      ],
      fires: {
        ...LABELS,
        job: 'shop/checkout',
        instance: 'a',
        otel_component_type: 'batching_span_processor',
        otel_component_name: 'uat/0',
      },
    },
  },
];
