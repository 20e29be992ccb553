import { at, testCases } from './check-cases.fixture.ts';

testCases('Alertmanager', [
  {
    name: 'Alertmanager is down',
    arrange: ({ alertmanager }) => alertmanager.close(),
    rows: [{ part: 'alertmanager', check: 'ready', status: 'failed', reason: 'nothing listens at' }],
  },
  {
    name: 'Alertmanager is something else',
    arrange: ({ alertmanager }) => {
      alertmanager.fault = at(/status/, { body: {} });
    },
    rows: [{ part: 'alertmanager', check: 'ready', status: 'failed', reason: 'not as an Alertmanager does' }],
  },
  {
    name: 'Prometheus knows no Alertmanager',
    arrange: ({ prometheus }) => {
      prometheus.fault = at(/alertmanagers/, { body: { data: { activeAlertmanagers: [] } } });
    },
    rows: [
      {
        part: 'alertmanager',
        check: 'Prometheus',
        status: 'failed',
        reason: 'alerts go nowhere',
        hint: 'stack/prometheus/',
      },
    ],
  },
]);
