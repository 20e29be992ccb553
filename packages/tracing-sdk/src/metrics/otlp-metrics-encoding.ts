import { JsonMetricsSerializer, ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { createEncoding, type OtlpEncoding } from '../export/otlp-encoding.ts';
import type { PointWithExemplars } from './exemplar-meter-provider.ts';
import type { Exemplar } from './exemplars.ts';
import { encodeMetricsRequest } from './otlp-metrics-protobuf.ts';

const GRPC_METHOD = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

export const protobufMetrics: OtlpEncoding<ResourceMetrics> = createEncoding(
  'application/x-protobuf',
  GRPC_METHOD,
  ProtobufMetricsSerializer,
  encodeMetricsRequest,
);

export const jsonMetrics: OtlpEncoding<ResourceMetrics> = createEncoding(
  'application/json',
  GRPC_METHOD,
  JsonMetricsSerializer,
  (collected) => {
    const body = JsonMetricsSerializer.serializeRequest(collected);
    if (body === undefined) throw new Error('the serializer returned nothing');
    return addExemplars(body, collected);
  },
);

interface JsonRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly histogram?: { readonly dataPoints: { exemplars?: object[] }[] };
      }[];
    }[];
  }[];
}

/** The serializer leaves them out; what it writes has the order of what it was given. */
function addExemplars(body: Uint8Array, { scopeMetrics }: ResourceMetrics): Uint8Array {
  const request = JSON.parse(Buffer.from(body).toString()) as JsonRequest;
  for (const [s, { metrics }] of scopeMetrics.entries()) {
    for (const [m, metric] of metrics.entries()) {
      if (metric.dataPointType !== DataPointType.HISTOGRAM) continue;
      for (const [p, { exemplars }] of (metric.dataPoints as PointWithExemplars[]).entries()) {
        const point = request.resourceMetrics[0]?.scopeMetrics[s]?.metrics[m]?.histogram?.dataPoints[p];
        if (point !== undefined && exemplars !== undefined) point.exemplars = exemplars.map(toJson);
      }
    }
  }
  return Buffer.from(JSON.stringify(request));
}

function toJson({ value, time, traceId, spanId }: Exemplar): object {
  return {
    timeUnixNano: String(BigInt(time[0]) * 1_000_000_000n + BigInt(time[1])),
    asDouble: value,
    ...(traceId === undefined ? {} : { traceId, spanId }),
  };
}
