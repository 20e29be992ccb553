import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram, type Metric } from './metric.ts';

const EXPORTER = ['exporter', 'data_type'];
const RECEIVER = ['receiver', 'transport'];
const FIRST_FAILURE = { appears: 'after the first failure' };
const HTTP_SERVER = [
  'http_request_method',
  'http_response_status_code',
  'http_route',
  'network_protocol_name',
  'network_protocol_version',
  'server_address',
  'server_port',
  'url_scheme',
];

/** What every program built on the Collector prints about its process; Jaeger is one. */
export const COLLECTOR_PROCESS: readonly Metric[] = [
  counter('otelcol_process_uptime_seconds_total', 's', [], 'How long the process has been running.'),
  counter('otelcol_process_cpu_seconds_total', 's', [], 'CPU time, user and system.'),
  gauge('otelcol_process_memory_rss_bytes', 'By', [], 'Physical memory of the process.'),
  gauge('otelcol_process_runtime_heap_alloc_bytes', 'By', [], 'Heap in use.'),
  gauge('otelcol_process_runtime_total_sys_memory_bytes', 'By', [], 'Memory got from the operating system.'),
  counter('otelcol_process_runtime_total_alloc_bytes_total', 'By', [], 'Bytes allocated since the start.'),
];

/** What every program built on the Collector prints about spans coming in. */
export const COLLECTOR_RECEIVER: readonly Metric[] = [
  counter('otelcol_receiver_accepted_spans_total', '{span}', RECEIVER, 'Spans taken into the pipeline.'),
  counter(
    'otelcol_receiver_refused_spans_total',
    '{span}',
    RECEIVER,
    'Spans sent back to the sender, who may try again.',
  ),
  counter(
    'otelcol_receiver_failed_spans_total',
    '{span}',
    RECEIVER,
    'Spans lost by an error in the receiver.',
  ),
];

export const COLLECTOR_HTTP_SERVER: Metric = histogram(
  'http_server_request_duration_seconds',
  's',
  HTTP_SERVER,
  'Duration of HTTP requests served.',
);

export const collector: Emitter = {
  id: 'collector',
  title: 'OpenTelemetry Collector',
  version: '0.161.0',
  path: 'scraped at port 8888',
  job: JOBS.collector,
  page: 'otelcol',
  labels: SCRAPED,
  metrics: [
    ...COLLECTOR_RECEIVER,
    ...COLLECTOR_PROCESS,
    COLLECTOR_HTTP_SERVER,
    histogram(
      'rpc_server_call_duration_seconds',
      's',
      ['rpc_method', 'rpc_response_status_code', 'rpc_system_name'],
      'Duration of gRPC calls served.',
    ),
    counter(
      'otelcol_processor_incoming_items_total',
      '{item}',
      ['otel_signal', 'processor'],
      'Items given to a processor. Not printed by tail_sampling.',
    ),
    counter(
      'otelcol_processor_outgoing_items_total',
      '{item}',
      ['otel_signal', 'processor'],
      'Items given on by a processor. Not printed by tail_sampling.',
    ),
    histogram(
      'otelcol_processor_internal_duration_seconds',
      's',
      ['otel_signal', 'processor'],
      'Time a processor takes for a batch.',
    ),
    counter(
      'otelcol_processor_memory_limiter_accepted_spans_total',
      '{span}',
      ['processor'],
      'Spans that the memory limiter let through.',
    ),
    counter(
      'otelcol_processor_memory_limiter_refused_spans_total',
      '{span}',
      ['processor'],
      'Spans that the memory limiter sent back, for want of memory.',
      { appears: 'after the first refusal' },
    ),
    counter(
      'otelcol_processor_memory_limiter_accepted_metric_points_total',
      '{point}',
      ['processor'],
      'Metric points that the memory limiter let through.',
    ),
    counter(
      'otelcol_processor_tail_sampling_new_trace_id_received_total',
      '{trace}',
      [],
      'Traces seen for the first time.',
    ),
    counter(
      'otelcol_processor_tail_sampling_global_count_traces_sampled_total',
      '{trace}',
      ['decision', 'sampled'],
      'Traces decided on: kept or not.',
    ),
    counter(
      'otelcol_processor_tail_sampling_count_traces_sampled_total',
      '{trace}',
      ['decision', 'policy', 'sampled'],
      'Traces decided on, by policy; a trace counts under each.',
    ),
    counter(
      'otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total',
      '{trace}',
      [],
      'Traces thrown out before their decision, because more than num_traces were waiting.',
    ),
    counter(
      'otelcol_processor_tail_sampling_sampling_policy_evaluation_error_total',
      '{event}',
      [],
      'Policies that could not be evaluated.',
    ),
    counter(
      'otelcol_processor_tail_sampling_sampling_policy_execution_count_total',
      '{event}',
      ['policy'],
      'Evaluations of a policy.',
    ),
    counter(
      'otelcol_processor_tail_sampling_sampling_policy_execution_time_sum_microseconds_total',
      'us',
      ['policy'],
      'Time spent in a policy.',
    ),
    histogram(
      'otelcol_processor_tail_sampling_sampling_decision_timer_latency_milliseconds',
      'ms',
      [],
      'Time of one round of decisions; there is one a second.',
    ),
    histogram(
      'otelcol_processor_tail_sampling_sampling_trace_removal_age_seconds',
      's',
      [],
      'Age of a trace when it leaves memory.',
    ),
    gauge(
      'otelcol_processor_tail_sampling_sampling_traces_on_memory',
      '{trace}',
      [],
      'Traces held in memory.',
    ),
    counter(
      'otelcol_exporter_sent_spans_total',
      '{span}',
      ['exporter', 'server_address', 'server_port'],
      'Spans delivered. Every exporter counts for itself.',
    ),
    counter(
      'otelcol_exporter_send_failed_spans_total',
      '{span}',
      ['exporter', 'server_address', 'server_port', 'error_type', 'error_permanent'],
      'Spans given up by an exporter.',
      FIRST_FAILURE,
    ),
    counter(
      'otelcol_exporter_enqueue_failed_spans_total',
      '{span}',
      ['exporter'],
      'Spans that did not get into the queue of an exporter.',
      FIRST_FAILURE,
    ),
    counter(
      'otelcol_exporter_sent_metric_points_total',
      '{point}',
      ['exporter', 'server_address', 'server_port', 'url_path'],
      'Metric points delivered.',
    ),
    counter(
      'otelcol_exporter_send_failed_metric_points_total',
      '{point}',
      ['exporter', 'server_address', 'server_port', 'url_path', 'error_type', 'error_permanent'],
      'Metric points given up by an exporter.',
      FIRST_FAILURE,
    ),
    counter(
      'otelcol_exporter_enqueue_failed_metric_points_total',
      '{point}',
      ['exporter'],
      'Metric points that did not get into the queue of an exporter.',
      FIRST_FAILURE,
    ),
    gauge('otelcol_exporter_queue_size', '{item}', EXPORTER, 'What waits in the queue of an exporter.'),
    gauge('otelcol_exporter_queue_capacity', '{item}', EXPORTER, 'What the queue of an exporter can hold.'),
    gauge(
      'otelcol_exporter_in_flight_requests',
      '{request}',
      EXPORTER,
      'Requests under way, retries included.',
    ),
    histogram(
      'otelcol_exporter_queue_batch_send_size',
      '{item}',
      ['exporter', 'server_address', 'server_port', 'url_path'],
      'Items in a batch sent.',
    ),
    gauge(
      'target_info',
      '1',
      ['collector_instance_id', 'service_instance_id', 'service_name', 'service_version'],
      'The resource of the process, as labels.',
    ),
  ],
};
