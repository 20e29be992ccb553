import type { ReadableSpan } from '../otel-contract.ts';

/** Ids, times, name and framing of a span without attributes, encoded. */
const SPAN_BYTES = 80;
const ATTRIBUTE_BYTES = 8;
const EVENT_BYTES = 24;

/**
 * A cheap estimate of a span's encoded size, to close a batch early when spans are large. Exact sizes are counted once
 * the batch is encoded.
 *
 * @returns bytes; texts outside ASCII are underestimated by up to three times.
 */
export function estimateSpanBytes(span: ReadableSpan): number {
  let bytes = SPAN_BYTES + span.name.length + attributesBytes(span.attributes);
  for (const event of span.events) {
    bytes += EVENT_BYTES + event.name.length;
    if (event.attributes !== undefined) bytes += attributesBytes(event.attributes);
  }
  for (const link of span.links) {
    bytes += EVENT_BYTES;
    if (link.attributes !== undefined) bytes += attributesBytes(link.attributes);
  }
  return bytes;
}

function attributesBytes(attributes: Readonly<Record<string, unknown>>): number {
  let bytes = 0;
  for (const key in attributes) {
    const value = attributes[key];
    bytes +=
      ATTRIBUTE_BYTES + key.length + (typeof value === 'object' ? nestedBytes(value, 4) : scalarBytes(value));
  }
  return bytes;
}

function scalarBytes(value: unknown): number {
  return typeof value === 'string' ? value.length : 8;
}

function nestedBytes(value: unknown, depth: number): number {
  if (value === null || typeof value !== 'object') return scalarBytes(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (depth === 0) return ATTRIBUTE_BYTES;
  let bytes = 0;
  for (const [key, item] of Object.entries(value)) bytes += key.length + nestedBytes(item, depth - 1);
  return bytes;
}
