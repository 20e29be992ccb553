/**
 * The SDK's own OTLP receiver, in parts: its decoders, what it checks of a request, and its answers. Taken from the
 * SDK's source, because the package gives out the receiver only as a whole, with a server of its own; here one server
 * answers OTLP and the page, so that there is one port to remember. The build puts them into our bundle.
 */
export { HttpProblem } from '../../../tracing-sdk/src/testing/http-problem.ts';
export { foreignRequestProblem, isLoopback } from '../../../tracing-sdk/src/testing/local-request.ts';
export {
  CONTENT_TYPES,
  encodeExportResponse,
  encodeStatus,
} from '../../../tracing-sdk/src/testing/otlp-answer.ts';
export {
  decodeTraces,
  MalformedOtlpError,
  type OtlpBodyEncoding,
  OtlpTooLargeError,
} from '../../../tracing-sdk/src/testing/otlp-decoder.ts';
export type {
  ReceivedAttributes,
  ReceivedEvent,
  ReceivedLink,
  ReceivedSpan,
  ReceivedValue,
} from '../../../tracing-sdk/src/testing/received-span.ts';
export { readRequestBody } from '../../../tracing-sdk/src/testing/request-body.ts';
