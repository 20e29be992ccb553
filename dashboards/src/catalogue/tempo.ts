import { GO_PROCESS, REMOTE_WRITE } from './go-process.ts';
import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram } from './metric.ts';

const TENANT = ['tenant'];
const REQUEST = ['method', 'route', 'status_code', 'ws'];

export const tempo: Emitter = {
  id: 'tempo',
  title: 'Tempo',
  version: '3.0.3',
  path: 'scraped at port 3200',
  job: JOBS.tempo,
  page: 'tempo',
  labels: SCRAPED,
  metrics: [
    ...GO_PROCESS,
    ...REMOTE_WRITE,
    counter('tempo_distributor_spans_received_total', '{span}', TENANT, 'Spans received.'),
    counter('tempo_distributor_bytes_received_total', 'By', TENANT, 'Bytes received, after limits.'),
    histogram('tempo_distributor_push_duration_seconds', 's', [], 'Time to take in a batch.'),
    counter(
      'tempo_receiver_accepted_spans',
      '{span}',
      ['receiver', 'transport'],
      'Spans taken into the pipeline.',
    ),
    counter(
      'tempo_receiver_refused_spans',
      '{span}',
      ['receiver', 'transport'],
      'Spans sent back to the sender.',
    ),
    counter('tempo_discarded_spans_total', '{span}', ['reason', 'tenant'], 'Spans thrown away for a limit.', {
      appears: 'after the first one',
    }),
    gauge('tempo_live_store_ready', '1', [], '1 when recent traces can be queried.'),
    gauge('tempo_live_store_live_traces', '{trace}', TENANT, 'Traces still being written.'),
    counter('tempo_live_store_traces_created_total', '{trace}', TENANT, 'Traces begun.'),
    gauge('tempo_live_store_complete_queue_length', '{item}', [], 'Blocks waiting to be completed.'),
    counter('tempo_live_store_blocks_completed_total', '{item}', [], 'Blocks completed.'),
    counter(
      'tempo_live_store_failed_completions_total',
      '{event}',
      [],
      'Blocks that could not be completed.',
    ),
    counter(
      'tempo_live_store_local_failed_flushes_total',
      '{event}',
      [],
      'Blocks that could not be written to disk.',
    ),
    counter(
      'tempo_backend_scheduler_work_flushes_failed_total',
      '{event}',
      [],
      'Failed writes of the list of jobs.',
    ),
    counter('tempodb_compaction_errors_total', '{event}', [], 'Failed compactions.'),
    counter('tempodb_retention_errors_total', '{event}', [], 'Failed deletions of old blocks.'),
    counter('tempodb_retention_deleted_total', '{item}', [], 'Blocks deleted for their age.'),
    gauge('tempodb_work_queue_length', '{item}', [], 'Reads waiting for a worker.'),
    gauge('tempodb_work_queue_max', '{item}', [], 'Reads that may wait.'),
    histogram('tempodb_blocklist_poll_duration_seconds', 's', [], 'Time to read the list of blocks.'),
    histogram('tempo_request_duration_seconds', 's', REQUEST, 'Duration of requests served.'),
    gauge('tempo_inflight_requests', '{request}', ['method', 'route'], 'Requests under way.'),
    counter('tempo_query_frontend_queries_total', '{request}', ['op', 'result', 'tenant'], 'Queries.', {
      appears: 'after the first query',
    }),
    gauge('tempo_query_frontend_queue_length', '{item}', ['user'], 'Parts of queries waiting.', {
      appears: 'after the first query',
    }),
    counter(
      'tempo_metrics_generator_spans_received_total',
      '{span}',
      TENANT,
      'Spans that the generator got.',
    ),
    counter(
      'tempo_metrics_generator_spans_discarded_total',
      '{span}',
      ['processor', 'reason', 'tenant'],
      'Spans that the generator did not count.',
    ),
    gauge('tempo_metrics_generator_registry_active_series', '{series}', TENANT, 'Series of the generator.'),
    gauge(
      'tempo_metrics_generator_registry_max_active_series',
      '{series}',
      TENANT,
      'Series that the generator may have; 0 is no limit.',
    ),
    counter(
      'tempo_metrics_generator_registry_series_limited_total',
      '{series}',
      TENANT,
      'Series not made because of the limit.',
    ),
  ],
};

const KEPT = ['service', 'span_name', 'span_kind', 'status_code', '__metrics_gen_instance'];

/** Of the spans that Tempo was given: what tail sampling kept. */
export const tempoSpanMetrics: Emitter = {
  id: 'tempo-span-metrics',
  title: 'Tempo, metrics generator',
  version: '3.0.3',
  path: 'pushed by remote write',
  labels: [],
  metrics: [
    counter('traces_spanmetrics_calls_total', '{span}', KEPT, 'Spans kept.'),
    histogram('traces_spanmetrics_latency', 's', KEPT, 'Duration of the spans kept; carries exemplars.'),
    counter('traces_spanmetrics_size_total', 'By', KEPT, 'Size of the spans kept.'),
  ],
};
