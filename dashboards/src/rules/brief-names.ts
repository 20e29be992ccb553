import { EMITTERS } from '../catalogue/catalogue.ts';
import { JOBS } from '../catalogue/jobs.ts';
import { SPAN_DURATION_BOUNDARIES_MILLIS } from '../catalogue/span-metrics.ts';
import type { RecordingRule, RuleGroup } from './recording-rule.ts';

/**
 * Names that people type and no program prints, from the series that are printed. A recorded counter is a copy, series by
 * series, or a sum within one process: a sum over several would fall when one of them restarts or goes, and rate() would
 * take the fall for a restart and count everything again.
 */

const QUANTILES = [0.5, 0.95, 0.99] as const;
const SERVICE = ['deployment_environment_name', 'service_namespace', 'service_name'];
const COLLECTOR = `job="${JOBS.collector}"`;

const HTTP_SERVER = 'span_kind="SPAN_KIND_SERVER", http_request_method!=""';
/** Tells these series from those of a program that prints the same name itself. */
const FROM_SPANS = { origin: 'span_metrics' };

const labelsOf = (emitterId: string, metric: string): readonly string[] => {
  const emitter = EMITTERS.find(({ id }) => id === emitterId);
  const found = emitter?.metrics.find(({ name }) => name === metric);
  if (!emitter || !found) throw new Error(`${metric} is not in the catalogue of ${emitterId}`);
  return [...emitter.labels, ...found.labels];
};

const spanLabels = [...labelsOf('span-metrics', 'traces_span_metrics_calls_total'), 'origin'];

/** `le` as the OTLP receiver writes it, and as Prometheus writes one that it has scraped: 5, 5.0. */
export const le = (bound: number): string => `le=~"${bound}(\\\\.0)?"`;

const httpRequests: readonly RecordingRule[] = [
  {
    record: 'http_requests_total',
    expr: `traces_span_metrics_calls_total{${HTTP_SERVER}}`,
    labels: FROM_SPANS,
    type: 'counter',
    unit: '{request}',
    keeps: spanLabels,
    meaning: 'HTTP requests served, from the server spans of all services, before sampling.',
  },
];

const httpDurations: readonly RecordingRule[] = [
  {
    record: 'http_request_duration_seconds_count',
    expr: `traces_span_metrics_duration_milliseconds_count{${HTTP_SERVER}}`,
    labels: FROM_SPANS,
    type: 'counter',
    unit: '{request}',
    keeps: spanLabels,
    meaning: 'HTTP requests served.',
  },
  {
    record: 'http_request_duration_seconds_sum',
    expr: `traces_span_metrics_duration_milliseconds_sum{${HTTP_SERVER}} / 1000`,
    labels: FROM_SPANS,
    type: 'counter',
    unit: 's',
    keeps: spanLabels,
    meaning: 'Their durations.',
  },
  ...SPAN_DURATION_BOUNDARIES_MILLIS.map(
    (millis): RecordingRule => ({
      record: 'http_request_duration_seconds_bucket',
      expr: `traces_span_metrics_duration_milliseconds_bucket{${HTTP_SERVER}, ${le(millis)}}`,
      labels: { ...FROM_SPANS, le: String(millis / 1000) },
      type: 'counter',
      unit: '{request}',
      keeps: [...spanLabels, 'le'],
      meaning: `Those of at most ${millis / 1000} s.`,
    }),
  ),
  {
    record: 'http_request_duration_seconds_bucket',
    expr: `traces_span_metrics_duration_milliseconds_bucket{${HTTP_SERVER}, le="+Inf"}`,
    labels: FROM_SPANS,
    type: 'counter',
    unit: '{request}',
    keeps: [...spanLabels, 'le'],
    meaning: 'All of them.',
  },
];

/** From the span metrics and not from the copies: two rounds of those, and a rate over them, would be minutes. */
const httpQuantiles: readonly RecordingRule[] = [
  {
    record: 'service:http_duration_milliseconds_bucket:rate5m',
    expr: `sum by (${SERVICE.join(', ')}, le) (rate(traces_span_metrics_duration_milliseconds_bucket{${HTTP_SERVER}}[5m]))`,
    type: 'rate',
    unit: '{request}',
    keeps: [...SERVICE, 'le'],
    meaning: 'HTTP requests by duration.',
  },
  ...QUANTILES.map(
    (quantile): RecordingRule => ({
      record: 'http_request_duration_seconds',
      expr: `histogram_quantile(${quantile}, service:http_duration_milliseconds_bucket:rate5m) / 1000 >= 0`,
      labels: { ...FROM_SPANS, quantile: String(quantile) },
      type: 'gauge',
      unit: 's',
      keeps: [...SERVICE, 'quantile', 'origin'],
      meaning: `Duration that ${quantile * 100} % of the requests of the last 5 minutes stayed within, by service.`,
    }),
  ),
];

const uptime: readonly RecordingRule[] = [
  {
    record: 'process_uptime_seconds',
    expr: 'otelcol_process_uptime_seconds_total or time() - process_start_time_seconds',
    type: 'gauge',
    unit: 's',
    keeps: ['job', 'instance'],
    meaning:
      'How long a scraped program has been running: Collector, Jaeger, and whatever says when it started. Services with metrics on send theirs under this name. Qdrant has none.',
  },
];

/** Counters that do not exist before their first failure start at 0 here, so that rate() sees the first one. */
const lostByExporter = (metric: string, job: string): string =>
  `sum by (job, instance, exporter) (${metric}{${job}}) or sum by (job, instance, exporter) (0 * otelcol_exporter_queue_size{${job}, data_type="traces"})`;

const spans: readonly RecordingRule[] = [
  {
    record: 'traces_received_total',
    expr: `otelcol_receiver_accepted_spans_total{${COLLECTOR}}`,
    type: 'counter',
    unit: '{span}',
    keeps: labelsOf('collector', 'otelcol_receiver_accepted_spans_total'),
    meaning:
      'Spans that the collector took in. Traces: otelcol_processor_tail_sampling_new_trace_id_received_total.',
  },
  {
    record: 'traces_exported_total',
    expr: `otelcol_exporter_sent_spans_total{${COLLECTOR}}`,
    type: 'counter',
    unit: '{span}',
    keeps: labelsOf('collector', 'otelcol_exporter_sent_spans_total'),
    meaning: 'Spans that the collector delivered, by exporter: Jaeger and Tempo each get every kept span.',
  },
  {
    record: 'otelcol_processor_accepted_spans',
    expr: `otelcol_processor_memory_limiter_accepted_spans_total{${COLLECTOR}}`,
    type: 'counter',
    unit: '{span}',
    keeps: labelsOf('collector', 'otelcol_processor_memory_limiter_accepted_spans_total'),
    meaning: 'Spans that passed the first processor of the pipeline.',
  },
  {
    record: 'otelcol_processor_dropped_spans',
    expr: `sum by (job, instance, processor) (otelcol_processor_memory_limiter_refused_spans_total{${COLLECTOR}}) or sum by (job, instance, processor) (0 * otelcol_processor_memory_limiter_accepted_spans_total{${COLLECTOR}})`,
    labels: { reason: 'refused' },
    type: 'counter',
    unit: '{span}',
    keeps: ['job', 'instance', 'processor', 'reason'],
    meaning: 'Spans sent back for want of memory; their sender may try again.',
  },
  {
    record: 'otelcol_processor_dropped_spans',
    expr: lostByExporter('otelcol_exporter_send_failed_spans_total', COLLECTOR),
    labels: { reason: 'send_failed' },
    type: 'counter',
    unit: '{span}',
    keeps: ['job', 'instance', 'exporter', 'reason'],
    meaning: 'Spans lost because the other side refused them for good.',
  },
  {
    record: 'otelcol_processor_dropped_spans',
    expr: lostByExporter('otelcol_exporter_enqueue_failed_spans_total', COLLECTOR),
    labels: { reason: 'enqueue_failed' },
    type: 'counter',
    unit: '{span}',
    keeps: ['job', 'instance', 'exporter', 'reason'],
    meaning: 'Spans lost because the queue did not take them.',
  },
];

const REST_SEARCH = 'endpoint=~".*/points/(query|search|recommend|discover).*", status="200"';
const GRPC_SEARCH = 'endpoint=~"/qdrant.Points/(Query|Search|Recommend|Discover).*", status="0"';

const qdrantSearch = (part: 'bucket' | 'sum' | 'count'): readonly RecordingRule[] =>
  (['rest', 'grpc'] as const).map((protocol) => ({
    record: `qdrant_search_latency_seconds_${part}`,
    expr: `qdrant_${protocol}_responses_duration_seconds_${part}{${protocol === 'rest' ? REST_SEARCH : GRPC_SEARCH}}`,
    labels: { protocol },
    type: 'counter',
    unit: part === 'sum' ? 's' : '{request}',
    keeps: [
      ...labelsOf('qdrant', `qdrant_${protocol}_responses_duration_seconds`),
      'protocol',
      ...(part === 'bucket' ? ['le'] : []),
    ],
    meaning: `Successful searches over ${protocol === 'rest' ? 'REST' : 'gRPC'}: ${part}.`,
  }));

const qdrant: readonly RecordingRule[] = [
  {
    record: 'qdrant_points_total',
    expr: 'sum by (job, instance) (qdrant_collection_points) or sum by (job, instance) (0 * qdrant_collections_total)',
    type: 'gauge',
    unit: '{point}',
    keeps: ['job', 'instance'],
    meaning:
      'Points on a node, about; in a cluster every replica counts. By collection: qdrant_collection_points.',
  },
  ...qdrantSearch('bucket'),
  ...qdrantSearch('sum'),
  ...qdrantSearch('count'),
  ...QUANTILES.map(
    (quantile): RecordingRule => ({
      record: 'qdrant_search_latency_seconds',
      expr: `histogram_quantile(${quantile}, sum by (job, instance, protocol, le) (rate(qdrant_search_latency_seconds_bucket[5m]))) >= 0`,
      labels: { quantile: String(quantile) },
      type: 'gauge',
      unit: 's',
      keeps: ['job', 'instance', 'protocol', 'quantile'],
      meaning: `Duration that ${quantile * 100} % of the searches of the last 5 minutes stayed within, on the server.`,
    }),
  ),
];

const group = (name: string, purpose: string, rules: readonly RecordingRule[]): RuleGroup => ({
  name: `uat-names-${name}`,
  file: 'names.yml',
  purpose,
  rules,
});

export const briefNames: readonly RuleGroup[] = [
  group('http', 'HTTP requests of services, from span metrics.', httpRequests),
  {
    // The most expensive by far: a copy of every bucket, 18 µs of CPU a series. Apart, so that a large installation can do
    // without. One group, since only its rules read and write at one moment: of buckets that are some seconds apart,
    // histogram_quantile() makes nonsense (an +Inf that is ahead of the others is a slow request).
    ...group('http-durations', 'Durations of HTTP requests, from span metrics.', httpDurations),
    file: 'names-http-durations.yml',
    interval: 60,
  },
  {
    ...group('http-quantiles', 'Quantiles of the durations of HTTP requests, by service.', httpQuantiles),
    file: 'names-http-durations.yml',
    interval: 60,
  },
  group('process', 'How long programs have been running.', uptime),
  group('spans', 'Spans received, exported and dropped by the Collector.', spans),
  group('qdrant', 'Points and searches of Qdrant. qdrant_collections_total is its own name.', qdrant),
];

/** What the first description of the system asks for, and what answers. */
export const BRIEF_NAMES = [
  'http_requests_total',
  'http_request_duration_seconds',
  'process_uptime_seconds',
  'traces_received_total',
  'traces_exported_total',
  'otelcol_processor_accepted_spans',
  'otelcol_processor_dropped_spans',
  'qdrant_collections_total',
  'qdrant_points_total',
  'qdrant_search_latency_seconds',
] as const;
