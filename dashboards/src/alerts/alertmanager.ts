import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, counter, gauge } from './alert.ts';
import { limit } from './thresholds.ts';

const ALERTMANAGER = `job="${JOBS.alertmanager}"`;
const HERE = { job: JOBS.alertmanager, instance: 'alertmanager:9093' };
const AT = `${ALERTMANAGER}, instance="alertmanager:9093"`;

export const alertmanagerAlerts: readonly Alert[] = [
  {
    name: 'AlertmanagerDown',
    component: 'alertmanager',
    severity: 'critical',
    expr: `up{${ALERTMANAGER}} == 0`,
    forMinutes: 2,
    summary: 'Alertmanager at {{ $labels.instance }} does not answer',
    description:
      "Alerts fire, and nobody is told. This one is seen in Prometheus and Grafana; the dead man's switch misses its Watchdog.",
    panel: 'targets',
    steps: [
      'Is it running? `docker compose ps alertmanager`, then its log.',
      '`amtool check-config` names what it refuses.',
    ],
    inhibits: [
      {
        alerts: ['AlertmanagerConfigBad', 'AlertmanagerNotificationsFailing', 'AlertmanagerStateNotSaved'],
        equal: ['instance'],
      },
      { alerts: ['PrometheusAlertsLost'], equal: [] },
    ],
    cases: { series: [gauge(`up{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'AlertmanagerConfigBad',
    component: 'alertmanager',
    severity: 'critical',
    expr: `alertmanager_config_last_reload_successful{${ALERTMANAGER}} == 0`,
    forMinutes: 5,
    summary: 'Alertmanager at {{ $labels.instance }} could not read its configuration',
    description: 'It goes on with the one before, and will not start with this one.',
    panel: 'alerting',
    steps: ['`amtool check-config` names the line.', 'Its log has the error too.'],
    cases: {
      series: [gauge(`alertmanager_config_last_reload_successful{${AT}}`, 1, 1, 0)],
      fires: HERE,
    },
  },
  {
    name: 'AlertmanagerNotificationsFailing',
    component: 'alertmanager',
    severity: 'critical',
    expr: `sum by (job, instance, integration) (rate(alertmanager_notifications_failed_total{${ALERTMANAGER}}[15m])) / sum by (job, instance, integration) (rate(alertmanager_notifications_total{${ALERTMANAGER}}[15m])) > ${limit('failedNotifications')}`,
    forMinutes: 5,
    summary:
      'Alertmanager at {{ $labels.instance }} cannot notify by {{ $labels.integration }}: {{ $value | humanizePercentage }} fail',
    description: 'Somebody may not be told of what fires now.',
    thresholds: ['failedNotifications'],
    panel: 'alerting',
    steps: [
      'Its log has the answer of the other side.',
      'Token or URL run out? They stand in files that the configuration names.',
    ],
    cases: {
      series: [
        counter(
          `alertmanager_notifications_failed_total{${AT}, integration="webhook", reason="other"}`,
          0,
          0.00096,
          0.00104,
        ),
        counter(`alertmanager_notifications_total{${AT}, integration="webhook"}`, 0.1, 0.1, 0.1),
      ],
      fires: { ...HERE, integration: 'webhook' },
      bad: 40,
      after: 40,
    },
  },
  {
    name: 'AlertmanagerStateNotSaved',
    component: 'alertmanager',
    severity: 'warning',
    expr: `increase(alertmanager_nflog_maintenance_errors_total{${ALERTMANAGER}}[1h]) + increase(alertmanager_silences_maintenance_errors_total{${ALERTMANAGER}}[1h]) > 0`,
    forMinutes: 5,
    summary: 'Alertmanager at {{ $labels.instance }} cannot save silences and notifications',
    description: 'After a restart, silences are gone and people are told again.',
    panel: 'alerting',
    steps: ['Is its disk full or read-only? `df /alertmanager`.', 'Its log has the error.'],
    cases: {
      series: [
        counter(`alertmanager_nflog_maintenance_errors_total{${AT}}`, 0, 0, 0.001),
        counter(`alertmanager_silences_maintenance_errors_total{${AT}}`, 0, 0, 0),
      ],
      fires: HERE,
      bad: 60,
      after: 75,
    },
  },
];
