/**
 * Bodies of OTLP/HTTP answers, in the encoding of the request.
 * https://opentelemetry.io/docs/specs/otlp/#otlphttp-response
 */
import type { OtlpBodyEncoding } from './otlp-decoder.ts';

export const CONTENT_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

/** google.rpc.Code by HTTP status, where the collector has one; 2 is unknown. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  405: 12,
  413: 8,
  415: 3,
  429: 8,
  500: 13,
  502: 14,
  503: 14,
  504: 14,
};

/** ExportTraceServiceResponse; a full success must leave `partial_success` out. */
export function encodeExportResponse(
  encoding: OtlpBodyEncoding,
  rejectedSpans: number,
  message: string,
): Uint8Array {
  const partial = rejectedSpans > 0 || message !== '';
  if (encoding === 'json') {
    // 64-bit integers are strings in protobuf's JSON.
    const partialSuccess = { rejectedSpans: String(rejectedSpans), errorMessage: message };
    return Buffer.from(JSON.stringify(partial ? { partialSuccess } : {}));
  }
  if (!partial) return new Uint8Array(0);
  return bytesField(1, Buffer.concat([varintField(1, rejectedSpans), textField(2, message)]));
}

/** google.rpc.Status with code and message. */
export function encodeStatus(encoding: OtlpBodyEncoding, httpStatus: number, message: string): Uint8Array {
  const code = RPC_CODES[httpStatus] ?? 2;
  if (encoding === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([varintField(1, code), textField(2, message)]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([(field << 3) | 0, ...varint(value)]);
}

function textField(field: number, text: string): Buffer {
  return bytesField(field, Buffer.from(text));
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.byteLength)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
}
