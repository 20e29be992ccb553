import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, counter, gauge } from './alert.ts';
import { limit } from './thresholds.ts';

const PROMETHEUS = `job="${JOBS.prometheus}"`;
const HERE = { job: JOBS.prometheus, instance: 'localhost:9090' };
const AT = `${PROMETHEUS}, instance="localhost:9090"`;
const GROUP = 'rule_group="/etc/prometheus/rules/red.yml;uat-red-services"';
const RULE_GROUP = { rule_group: '/etc/prometheus/rules/red.yml;uat-red-services' };
const TO = 'alertmanager="http://alertmanager:9093/api/v2/alerts"';

export const prometheusAlerts: readonly Alert[] = [
  {
    name: 'PrometheusConfigBad',
    component: 'prometheus',
    severity: 'warning',
    expr: `prometheus_config_last_reload_successful{${PROMETHEUS}} == 0`,
    forMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} could not read its configuration',
    description: 'It goes on with the one before, and will not start with this one.',
    panel: 'prometheusRules',
    steps: [
      '`promtool check config` names the line.',
      'Its log has the error too.',
      'Mend the file: a changed one is taken up within 30 seconds.',
      'The same file as before put back is no change to `--config.auto-reload`, and the alert stays: `docker compose kill -s HUP prometheus`.',
    ],
    cases: { series: [gauge(`prometheus_config_last_reload_successful{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'PrometheusWithoutAlertmanager',
    component: 'prometheus',
    severity: 'critical',
    expr: `prometheus_notifications_alertmanagers_discovered{${PROMETHEUS}} < 1`,
    forMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} knows no Alertmanager',
    description: 'Alerts fire, and nobody is told. This one is seen in Prometheus and Grafana only.',
    panel: 'alerting',
    steps: ['Look at `alerting` in prometheus.yml.', 'Does the name of the Alertmanager resolve?'],
    cases: {
      series: [gauge(`prometheus_notifications_alertmanagers_discovered{${AT}}`, 1, 1, 0)],
      fires: HERE,
    },
  },
  {
    name: 'PrometheusAlertsLost',
    component: 'prometheus',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(prometheus_notifications_errors_total{${PROMETHEUS}}[5m])) + sum by (job, instance) (rate(prometheus_notifications_dropped_total{${PROMETHEUS}}[5m])) > 0`,
    forMinutes: 5,
    keepMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} cannot deliver alerts',
    description: 'Somebody may not be told of what fires now.',
    panel: 'alerting',
    steps: ['Is the Alertmanager up?', 'The log of Prometheus has its answer.'],
    cases: {
      series: [
        counter(`prometheus_notifications_errors_total{${AT}, ${TO}}`, 0, 0, 0.1),
        counter(`prometheus_notifications_dropped_total{${AT}, ${TO}}`, 0, 0, 0.1),
      ],
      fires: HERE,
    },
  },
  {
    name: 'PrometheusNotStoring',
    component: 'prometheus',
    severity: 'critical',
    // One that has stored nothing since its start does not print how much.
    expr: `sum by (job, instance) (rate(prometheus_tsdb_head_samples_appended_total{${PROMETHEUS}}[5m])) == 0 or up{${PROMETHEUS}} == 1 unless on (job, instance) prometheus_tsdb_head_samples_appended_total`,
    forMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} stores nothing',
    description:
      'Every alert of its own is blind. Seen by another Prometheus that scrapes it: of itself it cannot tell, since what it would tell it by is not stored. For that there is the Watchdog.',
    panel: 'prometheusStorage',
    steps: [
      'Is its disk full? `df /prometheus`.',
      'Has it targets? Status > Targets.',
      'Its log has the error.',
    ],
    cases: {
      series: [
        counter(`prometheus_tsdb_head_samples_appended_total{${AT}, type="float"}`, 100, 0.1, 0),
        gauge(`up{${AT}}`, 1, 1, 1),
      ],
      fires: HERE,
      absenceFires: [0],
    },
  },
  {
    name: 'PrometheusRulesFailing',
    component: 'prometheus',
    severity: 'critical',
    expr: `rate(prometheus_rule_evaluation_failures_total{${PROMETHEUS}}[5m]) > 0`,
    forMinutes: 5,
    keepMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} cannot evaluate rules of {{ $labels.rule_group }}',
    description: 'Alerts and panels that use them show nothing.',
    panel: 'prometheusRules',
    steps: [
      'Status > Rules has the error beside the rule.',
      '"many-to-many" or "duplicate series": two programs write the same series, often Tempo and the Collector both.',
    ],
    cases: {
      series: [counter(`prometheus_rule_evaluation_failures_total{${AT}, ${GROUP}}`, 0, 0, 0.1)],
      fires: { ...HERE, ...RULE_GROUP },
    },
  },
  {
    name: 'PrometheusRulesSlow',
    component: 'prometheus',
    severity: 'warning',
    expr: `prometheus_rule_group_last_duration_seconds{${PROMETHEUS}} / prometheus_rule_group_interval_seconds{${PROMETHEUS}} > ${limit('ruleTime')}`,
    forMinutes: 10,
    summary: 'Rules of {{ $labels.rule_group }} take {{ $value | humanizePercentage }} of their interval',
    description: 'Beyond 100 %, rounds are left out, and rates and alerts have holes.',
    thresholds: ['ruleTime'],
    panel: 'prometheusRules',
    steps: [
      'How many series does the group read? Lower SERIES_LIMIT, or take out a dimension.',
      'Raise PROMETHEUS_CPUS.',
    ],
    inhibits: [{ alerts: ['PrometheusRulesMissed'], equal: ['instance', 'rule_group'] }],
    cases: {
      series: [
        gauge(`prometheus_rule_group_last_duration_seconds{${AT}, ${GROUP}}`, 1, 23.9, 24.1),
        gauge(`prometheus_rule_group_interval_seconds{${AT}, ${GROUP}}`, 30, 30, 30),
      ],
      fires: { ...HERE, ...RULE_GROUP },
    },
  },
  {
    name: 'PrometheusRulesMissed',
    component: 'prometheus',
    severity: 'warning',
    expr: `rate(prometheus_rule_group_iterations_missed_total{${PROMETHEUS}}[5m]) > 0`,
    forMinutes: 5,
    keepMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} leaves out rounds of {{ $labels.rule_group }}',
    description: 'Rates and alerts have holes.',
    panel: 'prometheusRules',
    steps: ['Is it short of CPU? Raise PROMETHEUS_CPUS.', 'Is it short of memory, or is its disk slow?'],
    cases: {
      series: [counter(`prometheus_rule_group_iterations_missed_total{${AT}, ${GROUP}}`, 0, 0, 0.01)],
      fires: { ...HERE, ...RULE_GROUP },
    },
  },
  {
    name: 'PrometheusStorageFailing',
    component: 'prometheus',
    severity: 'critical',
    expr: [
      `increase(prometheus_tsdb_compactions_failed_total{${PROMETHEUS}}[1h])`,
      `increase(prometheus_tsdb_reloads_failures_total{${PROMETHEUS}}[1h])`,
      `increase(prometheus_tsdb_wal_writes_failed_total{${PROMETHEUS}}[1h])`,
      `increase(prometheus_tsdb_wal_corruptions_total{${PROMETHEUS}}[1h])`,
    ]
      .join(' + ')
      .concat(' > 0'),
    forMinutes: 5,
    summary: 'Prometheus at {{ $labels.instance }} has trouble with its disk',
    description: 'Samples of the last two hours may be lost with the next restart.',
    panel: 'prometheusStorage',
    steps: [
      'Is the disk full? `df /prometheus`.',
      'Its log names block or segment.',
      'Network file systems do not work for it.',
    ],
    cases: {
      series: [
        counter(`prometheus_tsdb_compactions_failed_total{${AT}}`, 0, 0, 0.001),
        counter(`prometheus_tsdb_reloads_failures_total{${AT}}`, 0, 0, 0),
        counter(`prometheus_tsdb_wal_writes_failed_total{${AT}}`, 0, 0, 0),
        counter(`prometheus_tsdb_wal_corruptions_total{${AT}}`, 0, 0, 0),
      ],
      fires: HERE,
      bad: 60,
      after: 75,
    },
  },
  {
    name: 'PrometheusRefusingOldSamples',
    component: 'prometheus',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(prometheus_tsdb_too_old_samples_total{${PROMETHEUS}}[5m])) > 0`,
    forMinutes: 5,
    keepMinutes: 10,
    summary:
      'Prometheus at {{ $labels.instance }} refuses {{ $value | humanize }} samples a second for their age',
    description: 'Metrics of services have holes.',
    panel: 'prometheusStorage',
    steps: [
      'After an outage longer than out_of_order_time_window: that part is lost; it passes.',
      'Else compare the clocks of services and Collector.',
    ],
    cases: {
      series: [counter(`prometheus_tsdb_too_old_samples_total{${AT}, type="float"}`, 0, 0, 1)],
      fires: HERE,
    },
  },
  {
    name: 'PrometheusDiskOverRetention',
    component: 'prometheus',
    severity: 'warning',
    expr: `prometheus_tsdb_storage_blocks_bytes{${PROMETHEUS}} / (prometheus_tsdb_retention_limit_bytes{${PROMETHEUS}} > 0) > ${limit('prometheusDisk')}`,
    forMinutes: 180,
    summary: 'Prometheus at {{ $labels.instance }} holds {{ $value | humanizePercentage }} of what it may',
    description: 'Old blocks are not deleted; the disk will fill.',
    thresholds: ['prometheusDisk'],
    panel: 'prometheusStorage',
    steps: ['Its log says which block it cannot delete.', 'May it delete in /prometheus?'],
    cases: {
      series: [
        gauge(`prometheus_tsdb_storage_blocks_bytes{${AT}}`, 5e9, 1.09e10, 1.12e10),
        gauge(`prometheus_tsdb_retention_limit_bytes{${AT}}`, 1e10, 1e10, 1e10),
      ],
      fires: HERE,
    },
  },
];
