import { createDecodeBudget } from './decode-budget.ts';
import { decodeJsonTraces } from './otlp-json.ts';
import { decodeProtobufTraces } from './otlp-protobuf.ts';
import type { ReceivedSpan } from './received-span.ts';

export { MalformedOtlpError, OtlpTooLargeError } from './decode-budget.ts';

export type OtlpBodyEncoding = 'protobuf' | 'json';

export interface DecodeOptions {
  /** Spans, events, links, attributes and array elements in one body. Default: 2,000,000. */
  readonly maxParts?: number;
}

/**
 * Decodes the body of an OTLP trace export (ExportTraceServiceRequest, not compressed).
 *
 * @returns the spans in the order of the body; the ones of one resource share one `resource` object.
 * @throws MalformedOtlpError when the body is truncated or not OTLP; the message says where and what is allowed.
 * @throws OtlpTooLargeError when it holds more than `maxParts`.
 */
export function decodeTraces(
  body: Uint8Array,
  encoding: OtlpBodyEncoding,
  { maxParts }: DecodeOptions = {},
): ReceivedSpan[] {
  const budget = createDecodeBudget(maxParts);
  return encoding === 'json' ? decodeJsonTraces(body, budget) : decodeProtobufTraces(body, budget);
}
