import {
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
  type status,
} from '@grpc/grpc-js';
import { decodeTraces, type ReceivedAttributes, type ReceivedSpan } from '@uat/tracing-sdk/testing';
import { type HttpStandIn, NOT_FOUND, startHttpStandIn } from './http-stand-in.ts';

/** How a gRPC call ends when it does not end well. */
export type GrpcFault =
  | 'hangs'
  | { readonly code: status; readonly details: string }
  | { readonly answer: Buffer };

export interface CollectorStandIn {
  readonly grpcPlace: string;
  readonly http: HttpStandIn;
  readonly health: HttpStandIn;
  readonly metrics: HttpStandIn;
  /** All that was taken, as it was sent. */
  readonly received: ReceivedSpan[];
  /** What went on to the stores. */
  readonly exported: ReceivedSpan[];
  grpcFault: GrpcFault | undefined;
  /** Which spans tail sampling does not keep. */
  dropped: (span: ReceivedSpan) => boolean;
  /** What becomes of a span before it goes on. */
  scrub: (span: ReceivedSpan) => ReceivedSpan;
  /** Lines that the metrics page has besides. */
  readonly moreMetrics: string[];
  close(): Promise<void>;
}

/** Both OTLP receivers, health and metrics page of a collector 0.161.0; its metrics as recorded from a real one. */
export async function startCollectorStandIn(): Promise<CollectorStandIn> {
  const received: ReceivedSpan[] = [];
  const exported: ReceivedSpan[] = [];
  const counts = { grpc: 0, http: 0 };
  const take = (transport: 'grpc' | 'http', spans: readonly ReceivedSpan[]): void => {
    counts[transport] += spans.length;
    received.push(...spans);
    exported.push(...spans.filter((span) => !standIn.dropped(span)).map((span) => standIn.scrub(span)));
  };
  const http = await startHttpStandIn(({ method, path, body }) => {
    if (method !== 'POST' || path !== '/v1/traces') return NOT_FOUND;
    take('http', decodeTraces(body, 'json'));
    return { body: { partialSuccess: {} } };
  });
  const health = await startHttpStandIn(({ path }) =>
    path === '/health' ? { body: { status: 'Server available' } } : NOT_FOUND,
  );
  const metrics = await startHttpStandIn(({ path }) =>
    path === '/metrics' ? { body: metricsPage(standIn, counts) } : NOT_FOUND,
  );
  const grpc = new Server();
  const asIs = (bytes: Buffer): Buffer => bytes;
  grpc.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.trace.v1.TraceService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: asIs,
        requestDeserialize: asIs,
        responseSerialize: asIs,
        responseDeserialize: asIs,
      },
    },
    {
      export: (call: ServerUnaryCall<Buffer, Buffer>, callback: sendUnaryData<Buffer>) => {
        const fault = standIn.grpcFault;
        if (fault === 'hangs') return;
        if (fault === undefined) {
          take('grpc', decodeTraces(call.request, 'protobuf'));
          callback(null, Buffer.alloc(0));
        } else if ('answer' in fault) callback(null, fault.answer);
        else callback(fault);
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    ),
  );
  const standIn: CollectorStandIn = {
    grpcPlace: `127.0.0.1:${port}`,
    http,
    health,
    metrics,
    received,
    exported,
    grpcFault: undefined,
    dropped: () => false,
    scrub: scrubbed,
    moreMetrics: [],
    async close() {
      grpc.forceShutdown();
      await Promise.all([http.close(), health.close(), metrics.close()]);
    },
  };
  return standIn;
}

function metricsPage(
  { received, exported, moreMetrics }: CollectorStandIn,
  counts: Readonly<Record<'grpc' | 'http', number>>,
): string {
  const notSampled = received.length - exported.length;
  return `# HELP otelcol_receiver_accepted_spans_total Number of spans successfully pushed into the pipeline. [Alpha]
# TYPE otelcol_receiver_accepted_spans_total counter
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="grpc"} ${counts.grpc}
otelcol_receiver_accepted_spans_total{receiver="otlp",transport="http"} ${counts.http}
otelcol_exporter_queue_capacity{data_type="metrics",exporter="otlp_http/prometheus"} 5000
otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_grpc/jaeger"} 2e+06
otelcol_exporter_queue_capacity{data_type="traces",exporter="otlp_grpc/tempo"} 2e+06
otelcol_exporter_sent_spans_total{exporter="otlp_grpc/jaeger",server_address="jaeger",server_port="4317"} ${exported.length}
otelcol_exporter_sent_spans_total{exporter="otlp_grpc/tempo",server_address="tempo",server_port="4320"} ${exported.length}
otelcol_processor_tail_sampling_global_count_traces_sampled_total{decision="not_sampled",sampled="false"} ${notSampled / 2}
otelcol_processor_tail_sampling_global_count_traces_sampled_total{decision="sampled",sampled="true"} ${exported.length / 2}
${moreMetrics.map((line) => `${line}\n`).join('')}`;
}

/** Secret keys go, and everything random in texts: what the checks plant is 16 bytes of hex or an AWS key id. */
export function scrubbed(span: ReceivedSpan): ReceivedSpan {
  return {
    ...span,
    name: masked(span.name),
    attributes: scrubbedAttributes(span.attributes),
    status: { ...span.status, message: masked(span.status.message) },
    events: span.events.map((event) => ({ ...event, attributes: scrubbedAttributes(event.attributes) })),
    resource: { attributes: scrubbedAttributes(span.resource.attributes) },
  };
}

function scrubbedAttributes(attributes: ReceivedAttributes): ReceivedAttributes {
  return Object.fromEntries(
    Object.entries(attributes)
      .filter(([key]) => !/password|authorization|cookie|api_key/.test(key))
      .map(([key, value]) => [key, typeof value === 'string' ? masked(value) : value]),
  );
}

function masked(text: string): string {
  return text.replace(/[0-9a-f]{32}|AKIA[A-Z0-9]{16}/g, 'REDACTED');
}
