import { GO_PROCESS } from './go-process.ts';
import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram, summary } from './metric.ts';

const RULES = { appears: 'with rules' };
const ALERTMANAGER = { appears: 'with an Alertmanager' };

export const prometheus: Emitter = {
  id: 'prometheus',
  title: 'Prometheus',
  version: '3.15.0',
  path: 'scraped at port 9090',
  job: JOBS.prometheus,
  page: 'prometheus',
  labels: SCRAPED,
  metrics: [
    ...GO_PROCESS,
    gauge(
      'prometheus_config_last_reload_successful',
      '1',
      [],
      '1 where the last reading of the configuration worked.',
    ),
    gauge('prometheus_ready', '1', [], '1 when it can be queried.'),
    gauge('prometheus_notifications_alertmanagers_discovered', '1', [], 'Alertmanagers that alerts go to.'),
    counter(
      'prometheus_notifications_errors_total',
      '{event}',
      ['alertmanager'],
      'Alerts that an Alertmanager did not take.',
      ALERTMANAGER,
    ),
    counter('prometheus_notifications_sent_total', '{event}', ['alertmanager'], 'Alerts sent.', ALERTMANAGER),
    counter(
      'prometheus_notifications_dropped_total',
      '{event}',
      ['alertmanager'],
      'Alerts thrown away unsent.',
      ALERTMANAGER,
    ),
    counter(
      'prometheus_rule_evaluation_failures_total',
      '{event}',
      ['rule_group'],
      'Rules that could not be evaluated.',
      RULES,
    ),
    counter(
      'prometheus_rule_group_iterations_missed_total',
      '{event}',
      ['rule_group'],
      'Rounds left out because the one before was not done.',
      RULES,
    ),
    gauge(
      'prometheus_rule_group_last_duration_seconds',
      's',
      ['rule_group'],
      'Time of the last round.',
      RULES,
    ),
    gauge('prometheus_rule_group_interval_seconds', 's', ['rule_group'], 'Time between two rounds.', RULES),
    counter('prometheus_tsdb_head_samples_appended_total', '{sample}', ['type'], 'Samples stored.'),
    gauge('prometheus_tsdb_head_series', '{series}', [], 'Series in memory.'),
    gauge('prometheus_tsdb_storage_blocks_bytes', 'By', [], 'Size of the blocks on disk.'),
    gauge('prometheus_tsdb_retention_limit_bytes', 'By', [], 'Size from which old blocks go; 0 is no limit.'),
    counter('prometheus_tsdb_compactions_failed_total', '{event}', [], 'Failed compactions.'),
    counter('prometheus_tsdb_reloads_failures_total', '{event}', [], 'Blocks that could not be read.'),
    counter('prometheus_tsdb_wal_corruptions_total', '{event}', [], 'Corruptions of the write-ahead log.'),
    counter(
      'prometheus_tsdb_wal_writes_failed_total',
      '{event}',
      [],
      'Failed writes of the write-ahead log.',
    ),
    counter(
      'prometheus_tsdb_too_old_samples_total',
      '{sample}',
      ['type'],
      'Samples refused for being older than the out-of-order window.',
    ),
    gauge('prometheus_tsdb_exemplar_exemplars_in_storage', '1', [], 'Exemplars held.'),
    counter(
      'prometheus_target_scrapes_exceeded_sample_limit_total',
      '{event}',
      [],
      'Scrapes thrown away for too many samples.',
    ),
    counter('prometheus_http_requests_total', '{request}', ['code', 'handler'], 'Requests served.'),
    histogram('prometheus_http_request_duration_seconds', 's', ['handler'], 'Duration of requests served.'),
    summary(
      'prometheus_engine_query_duration_seconds',
      's',
      ['slice'],
      'Duration of the parts of queries: waiting, preparing, evaluating, sorting.',
    ),
    gauge('prometheus_engine_queries', '1', [], 'Queries under way or waiting.'),
    gauge('prometheus_engine_queries_concurrent_max', '1', [], 'Queries that may be under way.'),
  ],
};

/** Series that Prometheus makes of alerting rules. */
export const alertSeries: Emitter = {
  id: 'alert-series',
  title: 'Prometheus, about alerts',
  version: '3.15.0',
  path: 'made by Prometheus for every alert',
  labels: [],
  metrics: [
    gauge(
      'ALERTS',
      '1',
      ['alertname', 'alertstate', 'severity', 'component', 'service_name', 'instance', 'job'],
      '1 for every alert that is pending or firing, with the labels of the alert.',
    ),
  ],
};
