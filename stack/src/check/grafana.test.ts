import { at, testCases } from './check-cases.fixture.ts';

testCases('Grafana', [
  {
    name: 'Grafana is down',
    arrange: ({ grafana }) => grafana.close(),
    rows: [
      { part: 'grafana', check: 'healthy', status: 'failed', reason: 'nothing listens at' },
      { part: 'grafana', check: 'has its', status: 'failed', reason: 'nothing listens at' },
      { part: 'grafana', check: 'reaches', status: 'skipped', reason: 'unknown' },
    ],
  },
  {
    name: 'Grafana has a broken database',
    arrange: ({ grafana }) => {
      grafana.fault = at(/health$/, { body: { database: 'failing' } });
    },
    rows: [
      { part: 'grafana', check: 'healthy', status: 'failed', reason: 'does not say that the database is ok' },
      { part: 'grafana', check: 'reaches', status: 'failed', reason: 'no reason given' },
    ],
  },
  {
    name: 'Grafana has another password',
    arrange: ({ grafana, keys }) => {
      grafana.fault = at(/datasources/, { status: 401, body: `no: ${keys.grafana}` });
    },
    rows: [
      {
        part: 'grafana',
        check: 'has its',
        status: 'failed',
        reason: 'refuses admin with the password of grafana_admin_password (401)',
        hint: 'reset-admin-password',
      },
      { part: 'grafana', check: 'reaches', status: 'skipped', reason: 'unknown' },
    ],
  },
  {
    name: 'a data source is missing',
    arrange: ({ grafana }) => {
      grafana.fault = at(/datasources$/, {
        body: [{ uid: 'prometheus', name: 'Prometheus', type: 'prometheus' }],
      });
    },
    rows: [
      {
        part: 'grafana',
        check: 'has its',
        status: 'failed',
        reason: 'the data source tempo is missing; there are: prometheus',
        hint: 'provisioning',
      },
      { part: 'grafana', check: 'reaches', status: 'skipped', reason: 'unknown' },
    ],
  },
  {
    name: 'a data source does not answer',
    arrange: ({ grafana }) => {
      grafana.fault = at(/tempo\/health/, {
        status: 400,
        body: { status: 'ERROR', message: 'dial tcp: lookup tempo' },
      });
    },
    rows: [{ part: 'grafana', check: 'reaches', status: 'failed', reason: 'Tempo: dial tcp: lookup tempo' }],
  },
  {
    name: 'there are no secrets',
    arrange: () => {},
    settings: () => ({ secretsFolder: '/nonexistent' }),
    rows: [
      {
        part: 'grafana',
        check: 'has its',
        status: 'failed',
        reason: 'there is no /nonexistent/grafana_admin_password',
        hint: 'npm run stack -- init',
      },
      { part: 'grafana', check: 'reaches', status: 'skipped', reason: 'unknown' },
      {
        part: 'qdrant',
        check: 'writes',
        status: 'failed',
        reason: 'there is no /nonexistent/qdrant_api_key',
        hint: 'npm run stack -- init',
      },
    ],
  },
]);
