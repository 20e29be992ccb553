import type { Row } from '../dashboard.ts';
import { alerts, panel } from '../link.ts';
import { over } from '../query.ts';
import { alertAt, goodFrom } from '../thresholds.ts';
import { lines } from './lines.ts';
import { anHour, anyTrace, quantile, rate, sumBy, TEMPO } from './selectors.ts';

const DOWN = 'Prometheus does not reach Tempo';
const list = alerts('tempo');

export const tempo: Row = {
  title: 'Tempo',
  panels: [
    lines('tempoSpans', {
      shows: 'Spans a second that Tempo received, sent back, and threw away for a limit.',
      todo: 'Thrown away: the limits in its configuration (overrides), mostly the size of a trace or the bytes a second. Received falls: see the queues of the Collector.',
      unit: 'cps',
      queries: [
        over(sumBy('tenant', 'tempo_distributor_spans_received_total', TEMPO), 'received'),
        over(sumBy('transport', 'tempo_receiver_refused_spans', TEMPO), 'sent back {{transport}}'),
        over(sumBy('instance', 'instance:tempo_discarded_spans:total', TEMPO), 'thrown away'),
      ],
      links: [anyTrace, panel('hops'), list],
      empty: DOWN,
    }),
    lines('tempoRequests', {
      shows:
        'Requests a second that failed, by route, and on the right the duration that 99 % of the searches and reads stayed within.',
      todo: '5xx: the log says which part. Slow searches: narrow the time, name a service; attributes outside of span. and resource. read everything.',
      unit: 'reqps',
      right: { legend: 'p99', unit: 's' },
      queries: [
        over(
          sumBy('route, status_code', 'tempo_request_duration_seconds_count', `${TEMPO}, status_code=~"5.."`),
          '{{status_code}} {{route}}',
        ),
        over(
          quantile(0.99, 'route', 'tempo_request_duration_seconds', `${TEMPO}, route=~"api_.*"`),
          'p99 {{route}}',
        ),
      ],
      links: [anyTrace, list],
      empty: 'No requests in this time',
    }),
    lines('tempoStorage', {
      shows: 'Failures an hour of everything that writes, merges and deletes blocks.',
      todo: 'One is tried again. More: is the disk full, are its rights right? The log names the block.',
      unit: 'short',
      thresholds: alertAt('tempoFailures'),
      queries: [
        over(anHour('tempo_live_store_failed_completions_total', TEMPO), 'blocks not completed'),
        over(anHour('tempo_live_store_local_failed_flushes_total', TEMPO), 'blocks not written'),
        over(anHour('tempo_backend_scheduler_work_flushes_failed_total', TEMPO), 'job lists not written'),
        over(anHour('tempodb_compaction_errors_total', TEMPO), 'compactions'),
        over(anHour('tempodb_retention_errors_total', TEMPO), 'deletions'),
      ],
      links: [list, anyTrace],
      empty: DOWN,
    }),
    lines('tempoGenerator', {
      shows:
        "Spans a second that Tempo's generator got and did not count, and samples that it could not write to Prometheus. It counts what was kept: the kept ratio of Distributed Tracing is made of it.",
      todo: 'Not counted: spans arrive too late (metrics_ingestion_time_range_slack). Not written: Prometheus, see its row.',
      unit: 'cps',
      queries: [
        over(sumBy('tenant', 'tempo_metrics_generator_spans_received_total', TEMPO), 'got'),
        over(
          sumBy('reason', 'tempo_metrics_generator_spans_discarded_total', TEMPO),
          'not counted {{reason}}',
        ),
        over(
          sumBy('instance', 'prometheus_remote_storage_samples_failed_total', TEMPO),
          'samples not written',
        ),
        over(
          sumBy('tenant', 'tempo_metrics_generator_registry_series_limited_total', TEMPO),
          'series over the limit',
        ),
      ],
      links: [panel('samplingDecisions'), list],
      empty: DOWN,
    }),
    lines([130, 'Recent traces'], {
      shows: 'Traces being written, and blocks that wait to be completed (right).',
      todo: 'Traces that only grow in number: they are not cut into blocks, see the log. Blocks that pile up: the disk is too slow.',
      unit: 'short',
      right: { legend: 'blocks', unit: 'short' },
      queries: [
        over(`sum(tempo_live_store_live_traces{${TEMPO}})`, 'traces being written'),
        over(`sum(tempo_live_store_complete_queue_length{${TEMPO}})`, 'blocks waiting'),
      ],
      links: [anyTrace, list],
      empty: DOWN,
    }),
    lines([131, 'Queue of reads'], {
      shows: 'Parts of queries that wait for a worker, as a share of those that may wait.',
      todo: 'Near 1 queries are refused: fewer at once, or a larger queue and more workers.',
      unit: 'percentunit',
      thresholds: alertAt('tempoWorkQueue'),
      max: 1,
      queries: [
        over(
          `max by (instance) (tempodb_work_queue_length{${TEMPO}} / tempodb_work_queue_max{${TEMPO}})`,
          '{{instance}}',
        ),
      ],
      links: [list, anyTrace],
      empty: DOWN,
    }),
    lines([132, 'Ready'], {
      width: 12,
      height: 7,
      shows: 'Whether recent traces can be queried: 1 yes, 0 no.',
      todo: '0 for minutes after a start is normal with much to read back. Else look at the log of Tempo.',
      unit: 'short',
      thresholds: goodFrom(1),
      max: 1,
      queries: [over(`min by (instance) (tempo_live_store_ready{${TEMPO}})`, '{{instance}}')],
      links: [list, anyTrace],
      empty: DOWN,
    }),
    lines([133, 'Blocks'], {
      width: 12,
      height: 7,
      shows:
        'Blocks completed and deleted for their age, a second, and time to read the list of blocks (right, p99).',
      todo: 'None deleted once the retention has passed: the compactor does not run, the disk fills. A list that takes seconds: too many small blocks.',
      unit: 'ops',
      right: { legend: 'p99', unit: 's' },
      queries: [
        over(`sum(${rate('tempo_live_store_blocks_completed_total', TEMPO)})`, 'completed'),
        over(`sum(${rate('tempodb_retention_deleted_total', TEMPO)})`, 'deleted'),
        over(
          quantile(0.99, 'instance', 'tempodb_blocklist_poll_duration_seconds', TEMPO),
          'p99 {{instance}}',
        ),
      ],
      links: [list, anyTrace],
      empty: DOWN,
    }),
  ],
};
