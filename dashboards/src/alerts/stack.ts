import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, gauge } from './alert.ts';

export const stackAlerts: readonly Alert[] = [
  {
    name: 'GrafanaDown',
    component: 'grafana',
    severity: 'warning',
    expr: `up{job="${JOBS.grafana}"} == 0`,
    forMinutes: 5,
    summary: 'Grafana at {{ $labels.instance }} does not answer',
    description: 'Dashboards cannot be seen. Alerts of Prometheus are not affected.',
    panel: 'targets',
    steps: ['Is it running? `docker compose ps grafana`, then its log.'],
    cases: {
      series: [gauge(`up{job="${JOBS.grafana}", instance="grafana:3000"}`, 1, 1, 0)],
      fires: { job: JOBS.grafana, instance: 'grafana:3000' },
    },
  },
  {
    name: 'ScrapeJobGone',
    component: 'stack',
    severity: 'warning',
    expr: 'count by (job) (last_over_time(up[1h])) unless count by (job) (up)',
    forMinutes: 5,
    summary: 'Prometheus no longer scrapes {{ $labels.job }}',
    description:
      'Its targets were there less than an hour ago and are not known any more: alerts on them are blind.',
    panel: 'targets',
    steps: [
      'Was the job taken out of prometheus.yml, or did discovery lose its targets?',
      'On purpose: silence the alert for an hour.',
    ],
    cases: {
      series: [
        gauge('up{job="payments", instance="payments:8080"}', 1, 0, null),
        gauge('up{job="prometheus", instance="localhost:9090"}', 1, 1, 1),
      ],
      fires: { job: 'payments' },
      goneFires: true,
    },
  },
  {
    name: 'Watchdog',
    component: 'stack',
    severity: 'none',
    expr: 'vector(1)',
    forMinutes: 0,
    summary: 'Alerts get through: this one always fires',
    description: "For a dead man's switch: when it stops to come, Prometheus or Alertmanager is down.",
    panel: 'alerting',
    steps: [
      'It fires: nothing to do.',
      'The switch says that it is missing: is Prometheus up, is Alertmanager, does the route to the receiver `watchdog` work?',
    ],
    cases: { series: [], fires: {} },
  },
];
