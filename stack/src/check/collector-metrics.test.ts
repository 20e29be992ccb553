import { status } from '@grpc/grpc-js';
import { always, HTML, NOT_TAKEN, notTaken, testCases } from './check-cases.fixture.ts';
import { parseOtlpEndpoint } from './otlp-endpoint.ts';

testCases('the collector', [
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
]);
