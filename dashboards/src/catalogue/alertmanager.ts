import { GO_PROCESS } from './go-process.ts';
import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram } from './metric.ts';

export const alertmanager: Emitter = {
  id: 'alertmanager',
  title: 'Alertmanager',
  version: '0.31.1',
  path: 'scraped at port 9093',
  job: JOBS.alertmanager,
  page: 'alertmanager',
  labels: SCRAPED,
  metrics: [
    ...GO_PROCESS,
    gauge(
      'alertmanager_config_last_reload_successful',
      '1',
      [],
      '1 where the last reading of the configuration worked.',
    ),
    gauge('alertmanager_alerts', '1', ['state'], 'Alerts held.'),
    counter('alertmanager_alerts_received_total', '{event}', ['status', 'version'], 'Alerts received.'),
    counter(
      'alertmanager_alerts_invalid_total',
      '{event}',
      ['version'],
      'Alerts received that made no sense.',
    ),
    counter('alertmanager_notifications_total', '{event}', ['integration'], 'Notifications tried.'),
    counter(
      'alertmanager_notifications_failed_total',
      '{event}',
      ['integration', 'reason'],
      'Notifications that did not get through.',
    ),
    histogram(
      'alertmanager_notification_latency_seconds',
      's',
      ['integration'],
      'Duration of notifications.',
    ),
    gauge('alertmanager_silences', '1', ['state'], 'Silences held.'),
    counter(
      'alertmanager_nflog_maintenance_errors_total',
      '{event}',
      [],
      'Failed writes of the notification log.',
    ),
    counter(
      'alertmanager_silences_maintenance_errors_total',
      '{event}',
      [],
      'Failed writes of the silences.',
    ),
  ],
};
