/** The body of a request is not OTLP. `message` says where and why. */
export class MalformedOtlpError extends Error {
  override readonly name = 'MalformedOtlpError';
}

/** The body is OTLP, but holds more than we are willing to hold in memory. */
export class OtlpTooLargeError extends Error {
  override readonly name = 'OtlpTooLargeError';
}

/**
 * Spans, events, links, attributes and array elements in one request. An empty event is two bytes on the wire and fifty
 * times that in memory, so that a limit on bytes alone bounds nothing. Collectors send 8192 spans at a time: this leaves
 * each of them 240 parts.
 */
const DEFAULT_MAX_PARTS = 2_000_000;
/** Arrays in arrays; protobuf libraries stop at 100. */
const MAX_VALUE_DEPTH = 64;

/** What one request may still take up. */
export interface DecodeBudget {
  /** @throws OtlpTooLargeError when the request holds too many parts. */
  takePart(): void;
  /** Call before decoding a value within a value, and `leaveValue` after. @throws MalformedOtlpError */
  enterValue(): void;
  leaveValue(): void;
}

export function createDecodeBudget(maxParts: number = DEFAULT_MAX_PARTS): DecodeBudget {
  let parts = 0;
  let depth = 0;
  return {
    takePart() {
      if (++parts > maxParts) {
        throw new OtlpTooLargeError(
          `more than ${maxParts} spans, events, links and attributes in one request; send smaller batches`,
        );
      }
    },
    enterValue() {
      if (++depth > MAX_VALUE_DEPTH) {
        throw new MalformedOtlpError(`an attribute value is nested more than ${MAX_VALUE_DEPTH} levels deep`);
      }
    },
    leaveValue() {
      depth--;
    },
  };
}
