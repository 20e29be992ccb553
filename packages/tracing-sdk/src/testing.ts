/** `@uat/tracing-sdk/testing`: what an app's own tests need to look at its spans. */
export { type AssertSpanOptions, assertSpan, type ExpectedSpan } from './testing/assert-span.ts';
export { createInMemoryExporter, type InMemoryExporter } from './testing/in-memory-exporter.ts';
export {
  type DecodeOptions,
  decodeTraces,
  MalformedOtlpError,
  type OtlpBodyEncoding,
  OtlpTooLargeError,
} from './testing/otlp-decoder.ts';
export {
  type OtlpReceiver,
  type OtlpReceiverOptions,
  type ReceivedRequest,
  type ReceiverAnswer,
  type ReceiverCounts,
  startOtlpReceiver,
} from './testing/otlp-receiver.ts';
export type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
} from './testing/received-span.ts';
export type { ReceivedTrace, SpanPredicate } from './testing/span-store.ts';
