import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { createEncoding, type OtlpEncoding } from './otlp-encoding.ts';
import { encodeTraceRequest } from './otlp-trace-protobuf.ts';

const GRPC_METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';

export const protobufEncoding: OtlpEncoding = createEncoding(
  'application/x-protobuf',
  GRPC_METHOD,
  ProtobufTraceSerializer,
  encodeTraceRequest,
);

export const jsonEncoding: OtlpEncoding = createEncoding(
  'application/json',
  GRPC_METHOD,
  JsonTraceSerializer,
  (spans) => {
    const body = JsonTraceSerializer.serializeRequest(spans as never);
    if (body === undefined) throw new Error('the serializer returned nothing');
    return body;
  },
);
