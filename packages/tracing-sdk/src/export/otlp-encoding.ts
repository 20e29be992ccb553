import type { ReadableSpan } from '../otel-contract.ts';

/** One signal in one encoding of OTLP: items to request body, response body to what the backend made of it. */
export interface OtlpEncoding<Items = readonly ReadableSpan[]> {
  readonly contentType: string;
  /** Path of the signal's gRPC method. */
  readonly grpcMethod: string;
  /** Throws when an item cannot be encoded. */
  encode(items: Items): Uint8Array;
  /** `undefined` for a full success, and for an answer that is not OTLP. */
  decodePartialSuccess(body: Uint8Array): PartialSuccess | undefined;
}

export interface PartialSuccess {
  /** Spans, or data points. */
  readonly rejected: number;
  readonly message: string;
}

/** The part of a serializer of `@opentelemetry/otlp-transformer` that reads answers. */
interface AnswerReader {
  deserializeResponse(body: Uint8Array): {
    readonly partialSuccess?: {
      readonly rejectedSpans?: number;
      readonly rejectedDataPoints?: number;
      readonly errorMessage?: string;
    };
  };
}

export function createEncoding<Items>(
  contentType: string,
  grpcMethod: string,
  answers: AnswerReader,
  encode: (items: Items) => Uint8Array,
): OtlpEncoding<Items> {
  return Object.freeze({
    contentType,
    grpcMethod,
    encode,
    decodePartialSuccess(body: Uint8Array) {
      if (body.length === 0) return undefined;
      try {
        const partial = answers.deserializeResponse(body).partialSuccess;
        if (partial === undefined) return undefined;
        const rejected = Number(partial.rejectedSpans ?? partial.rejectedDataPoints ?? 0);
        const message = partial.errorMessage ?? '';
        return rejected > 0 || message !== '' ? { rejected, message } : undefined;
      } catch {
        return undefined;
      }
    },
  });
}
