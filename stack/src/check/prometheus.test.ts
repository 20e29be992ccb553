import { at, testCases } from './check-cases.fixture.ts';

testCases('Prometheus', [
  {
    name: 'Prometheus is down',
    arrange: ({ prometheus }) => prometheus.close(),
    rows: [
      { part: 'prometheus', check: 'ready', status: 'failed', reason: 'nothing listens at' },
      { part: 'prometheus', check: 'span metrics', status: 'failed', reason: 'nothing listens at' },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
      {
        part: 'service-graph',
        status: 'failed',
        reason: 'nothing listens at',
        hint: 'logs --tail 50 prometheus',
      },
      {
        part: 'alertmanager',
        check: 'Prometheus',
        status: 'failed',
        reason: 'nothing listens at',
        hint: 'logs --tail 50 prometheus',
      },
    ],
  },
  {
    name: 'the metrics come late',
    arrange: (stack) => {
      stack.prometheusLag = 100;
      let queries = 0;
      stack.prometheus.fault = ({ path }) => {
        if (path === '/api/v1/query' && ++queries > 8) stack.prometheusLag = 0;
        return undefined;
      };
    },
    settings: () => ({ waitSeconds: 10 }),
    rows: [],
  },
  {
    name: 'the metrics do not come',
    arrange: (stack) => {
      stack.prometheusLag = 3;
    },
    rows: [
      {
        part: 'prometheus',
        check: 'span metrics',
        status: 'failed',
        reason: 'rose by 5 of 8 after 1 s',
        hint: 'grep -i prometheus',
      },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
      {
        part: 'service-graph',
        status: 'failed',
        reason: 'rose by 5 of 8 after 1 s',
        hint: 'grep -i prometheus',
      },
    ],
  },
  {
    name: 'queries are answered with nonsense',
    arrange: ({ prometheus }) => {
      prometheus.fault = at(/query/, { body: { data: { result: [{ value: ['now', 'much'] }] } } });
    },
    rows: [
      { part: 'prometheus', check: 'span metrics', status: 'failed', reason: 'something that is no number' },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
      {
        part: 'service-graph',
        status: 'failed',
        reason: 'something that is no number',
        hint: 'logs --tail 50 prometheus',
      },
    ],
  },
  {
    name: 'a secret is in a label',
    arrange: ({ prometheus, collector }) => {
      prometheus.fault = ({ path }) => {
        const names = collector.received.map(({ name }) => name);
        return path === '/api/v1/series'
          ? { body: { data: names.map((span_name) => ({ span_name })) } }
          : undefined;
      };
    },
    rows: [
      {
        part: 'prometheus',
        check: 'label',
        status: 'failed',
        reason: 'secrets in labels: span name',
        hint: 'stack/otel-collector/config.yaml',
      },
    ],
  },
]);
