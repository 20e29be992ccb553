import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan } from '../otel-contract.ts';
import { encodeTraceRequest } from './otlp-protobuf.ts';

/** Both encodings of OTLP: spans to request body, response body to what the backend made of it. */
export interface OtlpEncoding {
  readonly contentType: string;
  /** Throws when a span cannot be encoded. */
  encode(spans: readonly ReadableSpan[]): Uint8Array;
  /** `undefined` for a full success, and for an answer that is not OTLP. */
  decodePartialSuccess(body: Uint8Array): PartialSuccess | undefined;
}

export interface PartialSuccess {
  readonly rejectedSpans: number;
  readonly message: string;
}

type Serializer = typeof ProtobufTraceSerializer | typeof JsonTraceSerializer;

function createEncoding(
  contentType: string,
  serializer: Serializer,
  encode: (spans: readonly ReadableSpan[]) => Uint8Array,
): OtlpEncoding {
  return Object.freeze({
    contentType,
    encode,
    decodePartialSuccess(body: Uint8Array) {
      if (body.length === 0) return undefined;
      try {
        const partial = serializer.deserializeResponse(body).partialSuccess;
        if (partial === undefined) return undefined;
        const rejectedSpans = Number(partial.rejectedSpans ?? 0);
        const message = partial.errorMessage ?? '';
        return rejectedSpans > 0 || message !== '' ? { rejectedSpans, message } : undefined;
      } catch {
        return undefined;
      }
    },
  });
}

export const protobufEncoding: OtlpEncoding = createEncoding(
  'application/x-protobuf',
  ProtobufTraceSerializer,
  encodeTraceRequest,
);

export const jsonEncoding: OtlpEncoding = createEncoding('application/json', JsonTraceSerializer, (spans) => {
  const body = JsonTraceSerializer.serializeRequest(spans as never);
  if (body === undefined) throw new Error('the serializer returned nothing');
  return body;
});
