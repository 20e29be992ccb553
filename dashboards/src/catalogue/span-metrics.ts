import { RESOURCE } from './jobs.ts';
import { counter, type Emitter, histogram } from './metric.ts';

/**
 * Upper bounds of the buckets of `traces_span_metrics_duration_milliseconds`, in milliseconds: those of `span_metrics`
 * in the Collector's configuration.
 */
export const SPAN_DURATION_BOUNDARIES_MILLIS = [
  5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000,
] as const;

const SPAN = [
  'span_name',
  'span_kind',
  'status_code',
  'collector_instance_id',
  'http_request_method',
  'http_response_status_code',
  'db_system_name',
  'db_collection_name',
  'gen_ai_request_model',
  'gen_ai_operation_name',
];

/** From all spans that arrived, before tail sampling, multiplied by the `ot=th` of a head sampler. */
export const spanMetrics: Emitter = {
  id: 'span-metrics',
  title: 'Collector, span_metrics',
  version: '0.161.0',
  path: 'pushed by OTLP, every 15 s; gone 15 minutes after the last span',
  labels: RESOURCE,
  metrics: [
    counter(
      'traces_span_metrics_calls_total',
      '{span}',
      [...SPAN, 'otel_metric_overflow'],
      'Spans by service, name, kind and status.',
    ),
    histogram(
      'traces_span_metrics_duration_milliseconds',
      'ms',
      [...SPAN, 'otel_metric_overflow'],
      'Duration of spans; carries exemplars.',
    ),
  ],
};

const EDGE = ['client', 'server', 'connection_type'];

/** The Collector alone writes these: Tempo's `service-graphs` has the same names, and both would count twice. */
export const serviceGraph: Emitter = {
  id: 'service-graph',
  title: 'Collector, service_graph',
  version: '0.161.0',
  path: 'pushed by OTLP, every 15 s',
  labels: ['job', 'instance'],
  metrics: [
    counter('traces_service_graph_request_total', '{request}', EDGE, 'Requests from one service to another.'),
    counter('traces_service_graph_request_failed_total', '{request}', EDGE, 'Those that failed.', {
      appears: 'after the first failed request',
    }),
    histogram(
      'traces_service_graph_request_server_seconds',
      's',
      EDGE,
      'Duration as the called service saw it.',
    ),
    histogram('traces_service_graph_request_client_seconds', 's', EDGE, 'Duration as the caller saw it.'),
    counter(
      'traces_service_graph_unpaired_spans_total',
      '{span}',
      EDGE,
      'Client or server spans whose other half did not come.',
      { appears: 'after the first unpaired span' },
    ),
  ],
};
