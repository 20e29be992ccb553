import { RESOURCE } from './jobs.ts';
import { counter, type Emitter, gauge, histogram } from './metric.ts';

const SERVER = [
  'http_request_method',
  'http_response_status_code',
  'http_route',
  'url_scheme',
  'error_type',
  'network_protocol_name',
  'network_protocol_version',
  'server_address',
  'server_port',
];
const COMPONENT = ['otel_component_type', 'otel_component_name'];
const DROPPED = 'With error_type, the spans that were dropped.';

/** Off unless `metrics` is switched on. Ratios and the names of units are as Prometheus' OTLP receiver writes them. */
export const tracingSdk: Emitter = {
  id: 'tracing-sdk',
  title: '@uat/tracing-sdk, with metrics on',
  version: '0.1.0',
  path: 'pushed by OTLP, once a minute',
  labels: RESOURCE,
  metrics: [
    histogram(
      'http_server_request_duration_seconds',
      's',
      SERVER,
      'Duration of HTTP requests served; carries exemplars.',
    ),
    histogram(
      'http_client_request_duration_seconds',
      's',
      SERVER,
      'Duration of HTTP requests made; carries exemplars.',
    ),
    gauge('process_uptime_seconds', 's', [], 'How long the process has been running.'),
    gauge('process_memory_usage_bytes', 'By', [], 'Physical memory of the process.'),
    counter('process_cpu_time_seconds_total', 's', ['cpu_mode'], 'CPU time.'),
    ...['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((part) =>
      gauge(
        `nodejs_eventloop_delay_${part}_seconds`,
        's',
        [],
        `Delay of the event loop between two exports: ${part}.`,
      ),
    ),
    gauge('nodejs_eventloop_utilization_ratio', '1', [], 'Share of the time that the event loop was busy.'),
    counter(
      'nodejs_eventloop_time_seconds_total',
      's',
      ['nodejs_eventloop_state'],
      'Time of the event loop, by state.',
    ),
    histogram('v8js_gc_duration_seconds', 's', ['v8js_gc_type'], 'Pauses of the garbage collector.'),
    gauge('v8js_memory_heap_used_bytes', 'By', ['v8js_heap_space_name'], 'Heap in use.'),
    gauge('v8js_memory_heap_space_size_bytes', 'By', ['v8js_heap_space_name'], 'Heap got.'),
    gauge('v8js_memory_heap_space_available_size_bytes', 'By', ['v8js_heap_space_name'], 'Heap free.'),
    gauge(
      'v8js_memory_heap_space_physical_size_bytes',
      'By',
      ['v8js_heap_space_name'],
      'Heap in physical memory.',
    ),
    counter(
      'otel_sdk_span_started_total',
      '{span}',
      ['otel_span_sampling_result'],
      'Spans begun: recorded and sampled, recorded only, dropped by the sampler.',
    ),
    counter(
      'otel_sdk_processor_span_processed_total',
      '{span}',
      [...COMPONENT, 'error_type'],
      `Spans handed on. ${DROPPED}`,
    ),
    counter(
      'otel_sdk_exporter_span_exported_total',
      '{span}',
      [...COMPONENT, 'error_type'],
      `Spans exported. ${DROPPED}`,
    ),
    gauge('otel_sdk_processor_span_queue_size', '{span}', COMPONENT, 'Spans waiting for their export.'),
    gauge('otel_sdk_processor_span_queue_capacity', '{span}', COMPONENT, 'Spans that may wait.'),
  ],
};

const OPERATION = [
  'db_system_name',
  'db_collection_name',
  'db_operation_name',
  'db_response_status_code',
  'error_type',
  'server_address',
  'server_port',
  'db_query_summary',
];

export const qdrantClient: Emitter = {
  id: 'qdrant-client',
  title: '@uat/qdrant-instrumentation',
  version: '0.1.0',
  path: 'pushed by OTLP, with the metrics of the service',
  labels: RESOURCE,
  metrics: [
    histogram(
      'db_client_operation_duration_seconds',
      's',
      OPERATION,
      'Duration of calls, as the client saw it; carries exemplars.',
    ),
    histogram('db_client_response_returned_rows', '1', OPERATION, 'Points that came back.'),
  ],
};
