import { JOBS } from '../catalogue/jobs.ts';
import { SERVICE } from '../rules/red.ts';
import { type Alert, type CaseSeries, counter, gauge, type Level } from './alert.ts';
import { BY_SERVICE, CHECKOUT, CHECKOUT_INSTANCE, WHO } from './service-labels.ts';
import { limit, type ThresholdName } from './thresholds.ts';

const SPAN = `${CHECKOUT_INSTANCE}, span_name="POST /order", span_kind="SPAN_KIND_SERVER"`;

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
      fires: CHECKOUT,
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
      fires: { ...CHECKOUT, quantile: '0.95' },
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
      fires: { ...CHECKOUT, quantile: '0.95' },
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
      fires: CHECKOUT,
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
      series: [gauge(`process_uptime_seconds{${CHECKOUT_INSTANCE}}`, 500, 1, null)],
      fires: CHECKOUT,
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
