/**
 * Counts the spans of an OTLP `ExportTraceServiceRequest` without building them: only the three length-delimited
 * fields on the way down are entered (resource_spans = 1, scope_spans = 2, spans = 2), everything else is skipped.
 * Field numbers: opentelemetry-proto, collector/trace/v1 and trace/v1.
 */

const LENGTH_DELIMITED = 2;
const RESOURCE_SPANS = 1;
const SCOPE_SPANS = 2;
const SPANS = 2;

export function countSpans(request: Uint8Array): number {
  return countWithin(request, 0, request.length, RESOURCE_SPANS, (from, to) =>
    countWithin(request, from, to, SCOPE_SPANS, (inner, end) =>
      countWithin(request, inner, end, SPANS, () => 1),
    ),
  );
}

function countWithin(
  bytes: Uint8Array,
  from: number,
  to: number,
  wanted: number,
  count: (from: number, to: number) => number,
): number {
  let total = 0;
  let at = from;
  while (at < to) {
    const [tag, afterTag] = readVarint(bytes, at, to);
    const wireType = tag & 7;
    if (wireType === LENGTH_DELIMITED) {
      const [length, start] = readVarint(bytes, afterTag, to);
      const end = start + length;
      if (end > to) throw new Error(`field of ${length} bytes at offset ${start} runs past the end (${to})`);
      if (tag >>> 3 === wanted) total += count(start, end);
      at = end;
    } else if (wireType === 0) {
      at = readVarint(bytes, afterTag, to)[1];
    } else if (wireType === 1) {
      at = afterTag + 8;
    } else if (wireType === 5) {
      at = afterTag + 4;
    } else {
      throw new Error(`wire type ${wireType} at offset ${at} is not protobuf`);
    }
  }
  return total;
}

/** Lengths and tags fit 32 bits; longer varints (uint64 values) are read past, their value is of no interest. */
function readVarint(bytes: Uint8Array, from: number, to: number): [value: number, next: number] {
  let value = 0;
  let shift = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (shift < 32) value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at + 1];
    shift += 7;
  }
  throw new Error(`varint at offset ${from} has no end`);
}
