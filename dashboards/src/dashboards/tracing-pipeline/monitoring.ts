import type { Row } from '../dashboard.ts';
import { alerts, panel } from '../link.ts';
import { over } from '../query.ts';
import { ANY_IS_BAD, alertAt, goodFrom, warnThenBad } from '../thresholds.ts';
import { lines } from './lines.ts';
import { ALERTMANAGER, anHour, PROMETHEUS, rate, sumBy } from './selectors.ts';

const list = alerts('prometheus');
const NONE = 'Prometheus does not scrape itself';

export const prometheus: Row = {
  title: 'Prometheus',
  panels: [
    lines('prometheusRules', {
      shows:
        'Time of the last round of each group of rules as a share of its interval, the ten slowest; rounds left out and rules that failed, a second.',
      todo: 'Near 1 rounds are left out, and alerts come late: more CPU, or fewer series. Failed: Status > Rules shows the error.',
      unit: 'percentunit',
      right: { legend: 'a second', unit: 'cps' },
      thresholds: alertAt('ruleTime'),
      queries: [
        over(
          `topk(10, max by (rule_group) (prometheus_rule_group_last_duration_seconds{${PROMETHEUS}} / prometheus_rule_group_interval_seconds{${PROMETHEUS}}))`,
          '{{rule_group}}',
        ),
        over(
          sumBy('instance', 'prometheus_rule_group_iterations_missed_total', PROMETHEUS),
          'left out a second',
        ),
        over(sumBy('instance', 'prometheus_rule_evaluation_failures_total', PROMETHEUS), 'failed a second'),
      ],
      links: [list, panel('targets')],
      empty: NONE,
    }),
    lines('prometheusStorage', {
      shows: 'Samples stored a second, and those refused for being too old (right); failures of the storage.',
      todo: 'None stored: disk full? Too old: the Collector delivers later than the out-of-order window after a long outage. Corruptions: see its log before it is restarted.',
      unit: 'cps',
      right: { legend: 'not', unit: 'cps' },
      queries: [
        over(sumBy('instance', 'prometheus_tsdb_head_samples_appended_total', PROMETHEUS), 'stored'),
        over(sumBy('instance', 'prometheus_tsdb_too_old_samples_total', PROMETHEUS), 'not stored: too old'),
        over(
          [
            'prometheus_tsdb_compactions_failed_total',
            'prometheus_tsdb_reloads_failures_total',
            'prometheus_tsdb_wal_corruptions_total',
            'prometheus_tsdb_wal_writes_failed_total',
          ]
            .map((metric) => sumBy('instance', metric, PROMETHEUS))
            .join(' + '),
          'not well: failures of the storage',
        ),
      ],
      links: [list, panel('collectorMetrics')],
      empty: NONE,
    }),
    lines([140, 'Series in memory'], {
      shows: 'Series that Prometheus holds in memory; some 4 KB each.',
      todo: 'A step up: a label with too many values. Status > TSDB status names the metric; span metrics have a limit (SERIES_LIMIT).',
      unit: 'short',
      queries: [
        over(`sum by (instance) (prometheus_tsdb_head_series{${PROMETHEUS}})`, 'series'),
        over(`sum by (instance) (prometheus_tsdb_exemplar_exemplars_in_storage{${PROMETHEUS}})`, 'exemplars'),
      ],
      links: [panel('spanMetricSeries'), list],
      empty: NONE,
    }),
    lines([141, 'Size on disk'], {
      shows: 'Size of the blocks, as a share of the size from which old ones go.',
      todo: 'Above 1 for long: old blocks cannot be deleted; rights, or a full disk.',
      unit: 'percentunit',
      thresholds: alertAt('prometheusDisk'),
      queries: [
        over(
          `max by (instance) (prometheus_tsdb_storage_blocks_bytes{${PROMETHEUS}} / (prometheus_tsdb_retention_limit_bytes{${PROMETHEUS}} > 0))`,
          '{{instance}}',
        ),
      ],
      links: [list, panel('prometheusStorage')],
      empty: 'No size limit is set',
    }),
    lines([142, 'Queries, p99'], {
      shows:
        'Duration that 99 % of the queries stayed within, by what it was spent on: dashboards, Explore, rules and Grafana alerts.',
      todo: 'queue_time: too many at once. inner_eval of seconds: a panel or rule without a recording rule; query_log_file tells which.',
      unit: 's',
      thresholds: warnThenBad(1, 5),
      queries: [
        over(
          `max by (slice) (prometheus_engine_query_duration_seconds{${PROMETHEUS}, quantile="0.99"})`,
          '{{slice}}',
        ),
      ],
      links: [list],
      empty: 'No queries in this time',
    }),
    lines([143, 'Configuration loaded, ready'], {
      shows: 'Whether Prometheus could read its configuration the last time (1), and can be queried (1).',
      todo: '0: it goes on with the old one. Its log names the line; `promtool check config` does, too.',
      unit: 'short',
      thresholds: goodFrom(1),
      max: 1,
      queries: [
        over(`min(prometheus_config_last_reload_successful{${PROMETHEUS}})`, 'configuration'),
        over(`min(prometheus_ready{${PROMETHEUS}})`, 'ready'),
      ],
      links: [list],
      empty: NONE,
    }),
  ],
};

export const alerting: Row = {
  title: 'Alerts on their way',
  panels: [
    lines('alerting', {
      shows: 'Alertmanagers that Prometheus knows; alerts a second that it sent, and that did not get there.',
      todo: 'No Alertmanager, or alerts that do not get there: nobody is told of anything. See the alerting part of prometheus.yml, and whether Alertmanager runs.',
      unit: 'short',
      queries: [
        over(`max(prometheus_notifications_alertmanagers_discovered{${PROMETHEUS}})`, 'Alertmanagers'),
        over(`sum(${rate('prometheus_notifications_sent_total', PROMETHEUS)})`, 'sent a second'),
        over(
          `sum(${rate('prometheus_notifications_errors_total', PROMETHEUS)}) + sum(${rate('prometheus_notifications_dropped_total', PROMETHEUS)})`,
          'not sent a second',
        ),
      ],
      links: [alerts('alertmanager'), panel('targets')],
      empty: NONE,
    }),
    lines([150, 'Notifications that failed'], {
      shows: 'Share of the notifications that did not get through, by integration.',
      todo: 'Its log says what the other side answered: a wrong address or key, mostly.',
      unit: 'percentunit',
      thresholds: alertAt('failedNotifications'),
      max: 1,
      queries: [
        over(
          `${sumBy('integration', 'alertmanager_notifications_failed_total', ALERTMANAGER)} / (${sumBy('integration', 'alertmanager_notifications_total', ALERTMANAGER)} > 0)`,
          '{{integration}}',
        ),
      ],
      links: [alerts('alertmanager')],
      empty: 'No notifications in this time',
    }),
    lines([151, 'Alerts and silences held'], {
      shows: 'Alerts that Alertmanager holds, by state, and silences that are in force.',
      todo: 'Suppressed and not active: a silence or an inhibition holds them back. Look whether that is still wanted.',
      unit: 'short',
      queries: [
        over(`sum by (state) (alertmanager_alerts{${ALERTMANAGER}})`, 'alerts {{state}}'),
        over(`sum by (state) (alertmanager_silences{${ALERTMANAGER}})`, 'silences {{state}}'),
      ],
      links: [{ title: 'Silences', url: '/alerting/silences' }, alerts('alertmanager')],
      empty: 'Prometheus does not reach Alertmanager',
    }),
    lines([152, 'State not saved'], {
      width: 12,
      height: 7,
      shows: 'Writes of silences and of the notification log that failed, an hour.',
      todo: 'After a restart silences would be gone and notifications be sent again. Look whether its volume is full or read-only.',
      unit: 'short',
      thresholds: ANY_IS_BAD,
      queries: [
        over(anHour('alertmanager_silences_maintenance_errors_total', ALERTMANAGER), 'silences'),
        over(anHour('alertmanager_nflog_maintenance_errors_total', ALERTMANAGER), 'notification log'),
      ],
      links: [alerts('alertmanager')],
      empty: 'Prometheus does not reach Alertmanager',
    }),
    lines([153, 'Configuration of Alertmanager'], {
      width: 12,
      height: 7,
      shows: 'Whether Alertmanager could read its configuration the last time: 1 yes, 0 no.',
      todo: '0: it goes on with the old one. `amtool check-config` names the line.',
      unit: 'short',
      thresholds: goodFrom(1),
      max: 1,
      queries: [
        over(
          `min by (instance) (alertmanager_config_last_reload_successful{${ALERTMANAGER}})`,
          '{{instance}}',
        ),
      ],
      links: [alerts('alertmanager')],
      empty: 'Prometheus does not reach Alertmanager',
    }),
  ],
};
