import { status } from '@grpc/grpc-js';
import { describe, expect, test } from 'vitest';
import type { Fault, StandInRequest } from '../../test/stand-ins/http-stand-in.ts';
import { type StackStandIn, startStackStandIn } from '../../test/stand-ins/stack-stand-in.ts';
import type { CheckRow, Part } from './check-row.ts';
import type { CheckSettings } from './check-settings.ts';
import { Concealment } from './concealment.ts';
import { parseOtlpEndpoint } from './otlp-endpoint.ts';
import { type CheckReport, runCheck } from './run-check.ts';

interface ExpectedRow {
  readonly part: Part;
  /** Words of the check's name; all checks of the part when left out. */
  readonly check?: string;
  readonly status: 'failed' | 'skipped';
  readonly reason: string | RegExp;
  /** Words of the hint. Default: the part's own log. */
  readonly hint?: string;
}

interface Case {
  readonly name: string;
  arrange(stack: StackStandIn): void | Promise<void>;
  readonly settings?: (stack: StackStandIn) => Partial<CheckSettings>;
  /** Every other row passes. */
  readonly rows: readonly ExpectedRow[];
}

const always = (fault: Fault) => (): Fault => fault;
const at =
  (path: RegExp, fault: Fault) =>
  (request: StandInRequest): Fault | undefined =>
    path.test(request.path) ? fault : undefined;
const NOT_TAKEN = 'no trace was taken by the collector';
const notTaken = (...parts: Part[]): ExpectedRow[] =>
  parts.map((part) => ({ part, status: 'skipped', reason: NOT_TAKEN }));
const HTML = { body: '<html>a login page</html>' };
const bothStores = (rows: (part: 'jaeger' | 'tempo') => ExpectedRow[]): ExpectedRow[] => [
  ...rows('jaeger'),
  ...rows('tempo'),
];

const CASES: readonly Case[] = [
  { name: 'all is well', arrange: () => {}, rows: [] },
  {
    name: 'only some parts are asked for',
    arrange: (stack) => stack.grafana.close(),
    settings: () => ({ skip: new Set<Part>(['grafana', 'service-graph']) }),
    rows: [],
  },

  // The collector
  {
    name: 'the receivers are down',
    arrange: async ({ collector }) => {
      collector.grpcFault = { code: status.UNAVAILABLE, details: 'shutting down' };
      await collector.http.close();
    },
    rows: [
      {
        part: 'collector',
        check: 'gRPC',
        status: 'failed',
        reason: 'gRPC status 14: shutting down',
        hint: 'ps otel-collector',
      },
      {
        part: 'collector',
        check: 'HTTP',
        status: 'failed',
        reason: 'nothing listens at',
        hint: 'ps otel-collector',
      },
      { part: 'collector', check: 'counts', status: 'skipped', reason: NOT_TAKEN },
      { part: 'collector', check: 'exports', status: 'skipped', reason: NOT_TAKEN },
      ...notTaken('jaeger', 'tempo', 'service-graph'),
      { part: 'prometheus', check: 'span metrics', status: 'skipped', reason: NOT_TAKEN },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
    ],
  },
  {
    name: 'one receiver refuses: the other still proves the rest',
    arrange: ({ collector }) => {
      collector.http.fault = always({
        status: 503,
        body: { code: 14, message: 'data refused due to high memory usage' },
      });
    },
    rows: [
      {
        part: 'collector',
        check: 'HTTP',
        status: 'failed',
        reason: /answered 503: .*high memory usage/,
        hint: 'ps otel-collector',
      },
    ],
  },
  {
    name: 'gRPC asks for credentials',
    arrange: ({ collector }) => {
      collector.grpcFault = { code: status.UNAUTHENTICATED, details: 'missing bearer token' };
    },
    rows: [
      {
        part: 'collector',
        check: 'gRPC',
        status: 'failed',
        reason: 'gRPC status 16: missing bearer token',
        hint: 'ps otel-collector',
      },
    ],
  },
  {
    name: 'gRPC hangs',
    arrange: ({ collector }) => {
      collector.grpcFault = 'hangs';
    },
    settings: () => ({ waitSeconds: 15 }),
    rows: [
      {
        part: 'collector',
        check: 'gRPC',
        status: 'failed',
        reason: 'did not answer within 10 s',
        hint: 'ps otel-collector',
      },
    ],
  },
  {
    name: 'gRPC and HTTP are swapped',
    arrange: () => {},
    settings: ({ collector }) => ({
      endpoints: [
        parseOtlpEndpoint(`grpc://${collector.http.place}`),
        parseOtlpEndpoint(`http://${collector.grpcPlace}`),
      ],
    }),
    rows: [
      {
        part: 'collector',
        check: 'gRPC',
        status: 'failed',
        reason: 'does not speak gRPC',
        hint: 'ps otel-collector',
      },
      {
        part: 'collector',
        check: 'HTTP',
        status: 'failed',
        reason: 'does not speak HTTP',
        hint: 'ps otel-collector',
      },
      { part: 'collector', check: 'counts', status: 'skipped', reason: NOT_TAKEN },
      { part: 'collector', check: 'exports', status: 'skipped', reason: NOT_TAKEN },
      ...notTaken('jaeger', 'tempo', 'service-graph'),
      { part: 'prometheus', check: 'span metrics', status: 'skipped', reason: NOT_TAKEN },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
    ],
  },
  {
    name: 'something else listens at the HTTP port',
    arrange: ({ collector }) => {
      collector.http.fault = always(HTML);
    },
    rows: [
      {
        part: 'collector',
        check: 'HTTP',
        status: 'failed',
        reason: 'does not answer as an OTLP receiver',
        hint: 'ps otel-collector',
      },
    ],
  },
  {
    name: 'spans are rejected',
    arrange: ({ collector }) => {
      collector.http.fault = always({
        body: { partialSuccess: { rejectedSpans: 3, errorMessage: 'too old' } },
      });
      // ExportTraceServiceResponse{partial_success{rejected_spans: 2, error_message: "late"}}
      collector.grpcFault = { answer: Buffer.from([0x0a, 8, 0x08, 2, 0x12, 4, ...Buffer.from('late')]) };
    },
    rows: [
      {
        part: 'collector',
        check: 'HTTP',
        status: 'failed',
        reason: 'rejected 3 of 8 spans: too old',
        hint: 'ps otel-collector',
      },
      {
        part: 'collector',
        check: 'gRPC',
        status: 'failed',
        reason: 'rejected 2 of 8 spans: late',
        hint: 'ps otel-collector',
      },
      { part: 'collector', check: 'counts', status: 'skipped', reason: NOT_TAKEN },
      { part: 'collector', check: 'exports', status: 'skipped', reason: NOT_TAKEN },
      ...notTaken('jaeger', 'tempo', 'service-graph'),
      { part: 'prometheus', check: 'span metrics', status: 'skipped', reason: NOT_TAKEN },
      { part: 'prometheus', check: 'label', status: 'skipped', reason: 'did not arrive' },
    ],
  },
  {
    name: 'the metrics page is down',
    arrange: ({ collector }) => collector.metrics.close(),
    rows: [
      { part: 'collector', check: 'counts', status: 'failed', reason: 'nothing listens at' },
      { part: 'collector', check: 'exports', status: 'failed', reason: 'nothing listens at' },
    ],
  },
  {
    name: "the metrics are somebody else's",
    arrange: ({ collector }) => {
      collector.metrics.fault = always({ body: 'go_goroutines 7\n' });
    },
    rows: [
      { part: 'collector', check: 'counts', status: 'failed', reason: "not with a collector's metrics" },
      { part: 'collector', check: 'exports', status: 'failed', reason: "not with a collector's metrics" },
    ],
  },
  {
    name: 'the collector is unhealthy',
    arrange: ({ collector }) => {
      collector.health.fault = always({ status: 503, body: { status: 'Server not available' } });
    },
    rows: [{ part: 'collector', check: 'healthy', status: 'failed', reason: 'answered 503' }],
  },
  {
    name: 'another collector is measured',
    arrange: ({ collector }) => {
      collector.metrics.fault = always({
        body: 'otelcol_process_uptime_seconds_total 9\notelcol_receiver_accepted_spans_total{transport="grpc"} 0\n',
      });
    },
    rows: [
      { part: 'collector', check: 'counts', status: 'failed', reason: 'rose by 0, and 8 spans were sent' },
      { part: 'collector', check: 'exports', status: 'failed', reason: 'no exporter has sent a span' },
    ],
  },
  {
    name: 'spans are refused for lack of memory',
    arrange: ({ collector }) => {
      collector.http.fault = () => {
        collector.moreMetrics.push(
          'otelcol_receiver_refused_spans_total{receiver="otlp",transport="http"} 5',
        );
        return undefined;
      };
    },
    rows: [
      {
        part: 'collector',
        check: 'counts',
        status: 'failed',
        reason: 'otelcol_receiver_refused_spans_total rose by 5',
      },
    ],
  },
  {
    name: "a store's queue fills up",
    arrange: ({ collector }) => {
      collector.metrics.fault = (request) => {
        if (request.path !== '/metrics') return undefined;
        return {
          body: [
            `otelcol_receiver_accepted_spans_total{transport="grpc"} ${collector.received.length / 2}`,
            `otelcol_receiver_accepted_spans_total{transport="http"} ${collector.received.length / 2}`,
            'otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_grpc/jaeger"} 2e+06',
            'otelcol_exporter_queue_size{data_type="traces",exporter="otlp_grpc/jaeger"} 16',
          ].join('\n'),
        };
      };
    },
    rows: [
      {
        part: 'collector',
        check: 'exports',
        status: 'failed',
        reason: 'otlp_grpc/jaeger has sent 0 of at least 12 spans; 16 wait in its queue',
        hint: 'logs --tail 50 jaeger',
      },
    ],
  },
  {
    name: 'an export fails for good',
    arrange: ({ collector }) => {
      collector.http.fault = () => {
        collector.moreMetrics.push('otelcol_exporter_send_failed_spans_total{exporter="otlp_grpc/tempo"} 8');
        return undefined;
      };
    },
    rows: [
      {
        part: 'collector',
        check: 'exports',
        status: 'failed',
        reason: 'otelcol_exporter_send_failed_spans_total{exporter="otlp_grpc/tempo"} rose by 8',
      },
    ],
  },

  // The trace stores
  ...(['jaeger', 'tempo'] as const).flatMap((part): Case[] => [
    {
      name: `${part} is down`,
      arrange: (stack) => stack[part].close(),
      rows: [{ part, status: 'failed', reason: 'nothing listens at' }],
    },
    {
      name: `${part} refuses`,
      arrange: (stack) => {
        stack[part].fault = always({ status: 401, body: 'who are you?' });
      },
      rows: [{ part, status: 'failed', reason: /answered 401: who are you\?/ }],
    },
    {
      name: `${part} never answers`,
      arrange: (stack) => {
        stack[part].fault = always('hangs');
      },
      rows: [{ part, status: 'failed', reason: 'did not answer within 5 s' }],
    },
    {
      name: `${part} cuts every connection`,
      arrange: (stack) => {
        stack[part].fault = always('cuts');
      },
      rows: [{ part, status: 'failed', reason: /closed|reset|hang/i }],
    },
    {
      name: `${part} starts late`,
      arrange: (stack) => {
        let answers = 0;
        stack[part].fault = () => (answers++ < 8 ? { status: 503, body: 'starting' } : undefined);
      },
      settings: () => ({ waitSeconds: 10 }),
      rows: [],
    },
    {
      name: `${part} answers with a page`,
      arrange: (stack) => {
        stack[part].fault = always(HTML);
      },
      rows: [{ part, status: 'failed', reason: 'something that is no JSON: <html>' }],
    },
    {
      name: `${part} answers with other JSON`,
      arrange: (stack) => {
        stack[part].fault = always({ body: { result: { spans: 'many' } } });
      },
      rows: [{ part, status: 'failed', reason: 'something that is no trace: no resourceSpans' }],
    },
    {
      name: `${part} has a span without times`,
      arrange: (stack) => {
        stack[part].fault = always({
          body: { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'x' }] }] }] },
        });
      },
      rows: [{ part, status: 'failed', reason: 'a span without times' }],
    },
  ]),
  ...(['slow', 'error', 'secrets'] as const).map(
    (kind): Case => ({
      name: `the ${kind} trace is lost`,
      arrange: ({ collector }) => {
        collector.dropped = (span) => span.attributes['stack.check.kind'] === kind;
      },
      rows: bothStores((part) => [
        {
          part,
          check: kind === 'secrets' ? 'secret' : kind,
          status: 'failed',
          reason: 'is not there after 1 s',
        },
      ]),
    }),
  ),
  {
    name: 'the ordinary trace is sampled away',
    arrange: ({ collector }) => {
      collector.dropped = (span) => span.attributes['stack.check.kind'] === 'ordinary';
    },
    rows: bothStores((part) => [{ part, check: 'ordinary', status: 'skipped', reason: 'sampled away' }]),
  },
  {
    name: 'one store loses the ordinary trace, and nothing was sampled away',
    arrange: ({ tempo, collector }) => {
      tempo.fault = ({ path }) => {
        const ordinary = collector.received.filter(
          (span) => span.attributes['stack.check.kind'] === 'ordinary',
        );
        return ordinary.some(({ traceId }) => path.endsWith(traceId)) ? { status: 404, body: {} } : undefined;
      };
    },
    rows: [{ part: 'tempo', check: 'ordinary', status: 'failed', reason: 'is not there after 1 s' }],
  },
  {
    name: 'half of every trace is lost',
    arrange: ({ collector }) => {
      collector.dropped = (span) => span.parentSpanId !== undefined;
    },
    rows: [
      { part: 'collector', check: 'exports', status: 'failed', reason: 'has sent 8 of at least 12 spans' },
      ...bothStores((part) => [{ part, status: 'failed', reason: 'has 1 of 2 spans after 1 s' }]),
    ],
  },
  {
    name: 'a secret gets through',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => ({
        ...scrub(span),
        resource: span.resource,
        attributes: { ...scrub(span).attributes, 'url.full': span.attributes['url.full'] ?? '' },
      });
    },
    rows: bothStores((part) => [
      {
        part,
        check: 'secret',
        status: 'failed',
        reason:
          'secrets arrived: resource attribute service.api_key, password in url.full, access_token in url.full',
        hint: 'stack/otel-collector/config.yaml',
      },
    ]),
  },
  {
    name: 'nothing is scrubbed',
    arrange: ({ collector }) => {
      collector.scrub = (span) => span;
    },
    rows: bothStores((part) => [
      {
        part,
        check: 'secret',
        status: 'failed',
        reason: /span name.*status message.*exception\.message/s,
        hint: 'stack/otel-collector/config.yaml',
      },
    ]),
  },
  {
    name: 'scrubbing takes the token counts too',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => {
        const { 'gen_ai.usage.input_tokens': _, ...attributes } = scrub(span).attributes;
        return { ...scrub(span), attributes };
      };
    },
    rows: bothStores((part) => [
      { part, status: 'failed', reason: 'has lost its attribute gen_ai.usage.input_tokens' },
    ]),
  },
  {
    name: 'errors lose their status, slow spans their length',
    arrange: ({ collector }) => {
      const { scrub } = collector;
      collector.scrub = (span) => ({
        ...scrub(span),
        status: { code: 0, message: '' },
        endTimeUnixNano: span.startTimeUnixNano + 1_000_000n,
      });
    },
    rows: bothStores((part) => [
      { part, check: 'error', status: 'failed', reason: 'without its error status' },
      { part, check: 'secret', status: 'failed', reason: 'without its error status' },
      { part, check: 'slow', status: 'failed', reason: 'took 5000 ms and is stored with 1 ms' },
    ]),
  },

  // Prometheus
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

  // Alertmanager
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

  // Grafana
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

  // Qdrant
  {
    name: 'Qdrant is down',
    arrange: ({ qdrant }) => qdrant.close(),
    rows: [{ part: 'qdrant', status: 'failed', reason: 'nothing listens at' }],
  },
  ...(
    [
      [
        'refuses the key',
        'PUT',
        403,
        /refuses the key of qdrant_api_key \(403\)/,
        '--always-recreate-deps qdrant',
      ],
      ['cannot write', 'PUT', 500, 'answered 500', undefined],
      ['cannot search', 'POST', 500, 'answered 500', undefined],
      ['cannot delete', 'DELETE', 500, 'could not be deleted again', 'curl -X DELETE'],
    ] as const
  ).map(
    ([name, method, code, reason, hint]): Case => ({
      name: `Qdrant ${name}`,
      arrange: ({ qdrant }) => {
        qdrant.faults.add({ method, answer: { status: code } });
      },
      rows: [
        {
          part: 'qdrant',
          check: 'writes',
          status: 'failed',
          reason,
          ...(hint === undefined ? {} : { hint }),
        },
      ],
    }),
  ),
];

/** Every row is as expected, and no secret is in any. */
function expectReport(report: CheckReport, expected: readonly ExpectedRow[], stack: StackStandIn): void {
  const matches = (row: CheckRow, { part, check = '' }: ExpectedRow): boolean =>
    row.part === part && row.check.includes(check);
  for (const row of report.rows) {
    const wanted = expected.find((candidate) => matches(row, candidate));
    const title = `${row.part}: ${row.check}: ${row.reason}`;
    expect(row.status, title).toBe(wanted?.status ?? 'passed');
    if (wanted === undefined) continue;
    if (typeof wanted.reason === 'string') expect(row.reason, title).toContain(wanted.reason);
    else expect(row.reason, title).toMatch(wanted.reason);
    if (row.status === 'failed')
      expect(row.hint, title).toContain(wanted.hint ?? 'docker compose -f stack/compose.yaml logs --tail 50');
    else expect(row.hint, title).toBeUndefined();
  }
  for (const wanted of expected) {
    expect(
      report.rows.some((row) => matches(row, wanted)),
      `a row for ${wanted.part}: ${wanted.check ?? ''}`,
    ).toBe(true);
  }
  expect(report.passed).toBe(!expected.some((row) => row.status === 'failed'));
  const printed = JSON.stringify(report);
  for (const key of Object.values(stack.keys)) expect(printed).not.toContain(key);
}

describe.concurrent('the pipeline check', () => {
  for (const { name, arrange, settings, rows } of CASES) {
    test(name, async () => {
      const stack = await startStackStandIn();
      try {
        await arrange(stack);
        const chosen = stack.settings(settings?.(stack));
        const report = await runCheck(chosen, new Concealment(), new AbortController().signal);
        expectReport(report, rows, stack);
      } finally {
        await stack.close();
      }
    });
  }
});
