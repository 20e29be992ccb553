import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, type CaseSeries, counter, gauge, type Level } from './alert.ts';
import { limit } from './thresholds.ts';
import { undelivered } from './undelivered.ts';

const TEMPO = `job="${JOBS.tempo}"`;
const HERE = { job: JOBS.tempo, instance: 'tempo:3200' };
const AT = `${TEMPO}, instance="tempo:3200"`;
const TENANT = 'tenant="single-tenant"';

const failures = (series: string, good: Level = 0): CaseSeries => counter(series, good, 2 / 3700, 4 / 3600);

/** More than a few failures in an hour. */
const tempoFailing = (
  alert: Pick<Alert, 'name' | 'summary' | 'description' | 'steps' | 'panel'> & {
    readonly metrics: readonly string[];
  },
): Alert => {
  const { metrics, ...rest } = alert;
  const sum = metrics.map((metric) => `increase(${metric}{${TEMPO}}[1h])`).join(' + ');
  return {
    ...rest,
    component: 'tempo',
    severity: 'critical',
    expr: `${sum} > ${limit('tempoFailures')}`,
    forMinutes: 5,
    thresholds: ['tempoFailures'],
    cases: {
      series: metrics.map((metric, index) =>
        index === 0 ? failures(`${metric}{${AT}}`) : counter(`${metric}{${AT}}`, 0, 0, 0),
      ),
      fires: HERE,
      before: 30,
      bad: 90,
      after: 70,
    },
  };
};

export const tempoAlerts: readonly Alert[] = [
  {
    name: 'TempoDown',
    component: 'tempo',
    severity: 'critical',
    expr: `up{${TEMPO}} == 0`,
    forMinutes: 2,
    summary: 'Tempo at {{ $labels.instance }} does not answer',
    description: 'Grafana shows no traces; the Collector keeps them in its queue until it is back.',
    panel: 'targets',
    steps: [
      'Is it running? `docker compose ps tempo`, then its log: keys of older versions stop it at the start.',
      'Killed for memory? Raise TEMPO_MEMORY.',
      'It runs: does port 3200, path /ready, answer?',
    ],
    inhibits: [
      {
        alerts: [
          'TempoNotReady',
          'TempoDiscardingSpans',
          'TempoRefusingSpans',
          'TempoBlocksFailing',
          'TempoCompactionsFailing',
          'TempoRetentionFailing',
          'TempoRequestsFailing',
          'TempoReadQueueNearlyFull',
          'TempoGeneratorNotCounting',
          'TempoRemoteWriteFailing',
          'TempoGeneratorSeriesLimited',
        ],
        equal: ['instance'],
      },
      undelivered('tempo'),
    ],
    cases: { series: [gauge(`up{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'TempoNotReady',
    component: 'tempo',
    severity: 'warning',
    expr: `tempo_live_store_ready{${TEMPO}} == 0`,
    forMinutes: 10,
    summary: 'Tempo at {{ $labels.instance }} is not ready to be queried',
    description: 'Traces of the last minutes are missing from searches.',
    panel: 'tempoRequests',
    steps: ['After a start it reads its write-ahead log: wait.', 'Its log says what it waits for.'],
    cases: { series: [gauge(`tempo_live_store_ready{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'TempoDiscardingSpans',
    component: 'tempo',
    severity: 'warning',
    expr: 'rate(instance:tempo_discarded_spans:total[5m]) > 0',
    forMinutes: 1,
    keepMinutes: 15,
    summary: 'Tempo at {{ $labels.instance }} throws away {{ $value | humanize }} spans a second',
    description: 'They are beyond one of its limits, and gone.',
    panel: 'tempoSpans',
    steps: [
      'Which limit? `sum by (reason) (rate(tempo_discarded_spans_total[5m]))`.',
      'rate_limited: raise ingestion.rate_limit_bytes, or sample more.',
      'trace_too_large: find the service that puts everything into one trace; only then raise max_bytes_per_trace.',
    ],
    cases: {
      series: [
        counter(`tempo_discarded_spans_total{${AT}, reason="rate_limited", ${TENANT}}`, null, 0, 1),
        counter(`tempo_distributor_bytes_received_total{${AT}, ${TENANT}}`, 1000, 1000, 1000),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TempoRefusingSpans',
    component: 'tempo',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(tempo_receiver_refused_spans{${TEMPO}}[5m])) > 0`,
    forMinutes: 2,
    keepMinutes: 5,
    summary: 'Tempo at {{ $labels.instance }} sends back {{ $value | humanize }} spans a second',
    description: 'The Collector tries again, and its queue grows.',
    panel: 'tempoSpans',
    steps: ['Its log says why.', 'Is it beyond its rate limit? Look at TempoDiscardingSpans.'],
    cases: {
      series: [
        counter(
          `tempo_receiver_refused_spans{${AT}, receiver="otlp/otlp_receiver", transport="grpc"}`,
          0,
          0,
          1,
        ),
      ],
      fires: HERE,
    },
  },
  tempoFailing({
    name: 'TempoBlocksFailing',
    metrics: ['tempo_live_store_failed_completions_total', 'tempo_live_store_local_failed_flushes_total'],
    summary:
      'Tempo at {{ $labels.instance }} failed {{ $value | humanize }} times in an hour to write a block',
    description: 'Recent traces are only in its memory and write-ahead log, and lost with them.',
    panel: 'tempoStorage',
    steps: [
      'Is its disk full? `df /var/tempo`.',
      'Its log has the error.',
      'With S3: credentials, bucket, clock.',
    ],
  }),
  tempoFailing({
    name: 'TempoCompactionsFailing',
    metrics: ['tempodb_compaction_errors_total'],
    summary:
      'Tempo at {{ $labels.instance }} failed {{ $value | humanize }} times in an hour to compact blocks',
    description: 'Blocks pile up: searches get slow, the disk fills.',
    panel: 'tempoStorage',
    steps: [
      'Is its disk full? Compaction needs room for a copy.',
      'Its log names the block: a corrupt one can be moved away.',
    ],
  }),
  tempoFailing({
    name: 'TempoRetentionFailing',
    metrics: ['tempodb_retention_errors_total'],
    summary:
      'Tempo at {{ $labels.instance }} failed {{ $value | humanize }} times in an hour to delete old blocks',
    description: 'The disk fills, and traces stay longer than they should.',
    panel: 'tempoStorage',
    steps: ['Its log has the error.', 'May it delete? Rights in /var/tempo, or of the bucket.'],
  }),
  {
    name: 'TempoRequestsFailing',
    component: 'tempo',
    severity: 'warning',
    expr: `sum by (job, instance, route) (rate(tempo_request_duration_seconds_count{${TEMPO}, status_code=~"5.."}[5m])) / sum by (job, instance, route) (rate(tempo_request_duration_seconds_count{${TEMPO}}[5m])) > ${limit('tempoRequestErrors')}`,
    forMinutes: 5,
    summary: 'Tempo at {{ $labels.instance }} fails {{ $value | humanizePercentage }} of {{ $labels.route }}',
    description: 'Traces and searches cannot be shown.',
    thresholds: ['tempoRequestErrors'],
    panel: 'tempoRequests',
    steps: ['Its log has the error.', 'Too large a search? Ask for a shorter time, or for a service.'],
    cases: {
      series: [
        counter(
          `tempo_request_duration_seconds_count{${AT}, method="GET", route="api_search", status_code="500", ws="false"}`,
          null,
          0.048,
          0.052,
        ),
        counter(
          `tempo_request_duration_seconds_count{${AT}, method="GET", route="api_search", status_code="200", ws="false"}`,
          1,
          0.952,
          0.948,
        ),
      ],
      fires: { ...HERE, route: 'api_search' },
    },
  },
  {
    name: 'TempoReadQueueNearlyFull',
    component: 'tempo',
    severity: 'warning',
    expr: `tempodb_work_queue_length{${TEMPO}} / tempodb_work_queue_max{${TEMPO}} > ${limit('tempoWorkQueue')}`,
    forMinutes: 5,
    summary: 'Tempo at {{ $labels.instance }} has its queue of reads {{ $value | humanizePercentage }} full',
    description: 'Queries are refused when it is full.',
    thresholds: ['tempoWorkQueue'],
    panel: 'tempoRequests',
    steps: ['Who asks for days of traces without a filter?', 'Raise TEMPO_CPUS, or run it in parts.'],
    cases: {
      series: [
        gauge(`tempodb_work_queue_length{${AT}}`, 0, 15_900, 16_100),
        gauge(`tempodb_work_queue_max{${AT}}`, 20_000, 20_000, 20_000),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TempoGeneratorNotCounting',
    component: 'tempo',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(tempo_metrics_generator_spans_discarded_total{${TEMPO}, reason=~"outside_metrics_ingestion_slack|invalid_utf8"}[5m])) / sum by (job, instance) (rate(tempo_metrics_generator_spans_received_total{${TEMPO}}[5m])) > ${limit('tempoNotCounted')}`,
    forMinutes: 10,
    summary:
      'Tempo at {{ $labels.instance }} does not count {{ $value | humanizePercentage }} of the spans it gets',
    description: 'The kept ratio of services is too low. Traces themselves are not affected.',
    thresholds: ['tempoNotCounted'],
    panel: 'tempoGenerator',
    steps: [
      'outside_metrics_ingestion_slack: spans come more than 30 s late. After an outage that is the queue, and passes.',
      'Else compare the clocks of the services.',
    ],
    cases: {
      series: [
        counter(
          `tempo_metrics_generator_spans_discarded_total{${AT}, processor="all", reason="outside_metrics_ingestion_slack", ${TENANT}}`,
          0,
          0.48,
          0.52,
        ),
        counter(`tempo_metrics_generator_spans_received_total{${AT}, ${TENANT}}`, 10, 10, 10),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TempoRemoteWriteFailing',
    component: 'tempo',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(prometheus_remote_storage_samples_failed_total{${TEMPO}}[5m])) > 0`,
    forMinutes: 5,
    keepMinutes: 10,
    summary:
      'Tempo at {{ $labels.instance }} cannot write {{ $value | humanize }} samples a second to Prometheus',
    description: 'The kept ratio of services has holes.',
    panel: 'tempoGenerator',
    steps: [
      "Is Prometheus' receiver on (--web.enable-remote-write-receiver)?",
      'Its log has the answer of Prometheus.',
    ],
    cases: {
      series: [
        counter(
          `prometheus_remote_storage_samples_failed_total{${AT}, remote_name="x", ${TENANT}, url="http://prometheus:9090/api/v1/write"}`,
          0,
          0,
          1,
        ),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TempoGeneratorSeriesLimited',
    component: 'tempo',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(tempo_metrics_generator_registry_series_limited_total{${TEMPO}}[5m])) > 0`,
    forMinutes: 5,
    keepMinutes: 10,
    summary: 'Tempo at {{ $labels.instance }} has no more room for series of kept spans',
    description: 'New operations are missing from the kept ratio.',
    panel: 'tempoGenerator',
    steps: [
      'Find the span names that never end, as for SpanMetricsOverLimit.',
      'Else raise metrics_generator.max_active_series.',
    ],
    cases: {
      series: [counter(`tempo_metrics_generator_registry_series_limited_total{${AT}, ${TENANT}}`, 0, 0, 1)],
      fires: HERE,
    },
  },
];
