import type { SpanKind, SpanStatusCode } from '@opentelemetry/api';

/**
 * An attribute value as it came over the wire. Integers outside ±(2^53 - 1) are bigints; a value that was left empty
 * is null.
 */
export type ReceivedValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | ReceivedValue[]
  | ReceivedAttributes;

export interface ReceivedAttributes {
  [key: string]: ReceivedValue;
}

/**
 * A span as an OTLP receiver got it, the same from protobuf and from JSON. Where `ReadableSpan` has the field, it has
 * the same name, and the same numbers for kind and status: `SpanKind.SERVER` of the API fits, OTLP's own are one higher.
 */
export interface ReceivedSpan {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** Undefined for a root. */
  readonly parentSpanId: string | undefined;
  /** W3C tracestate as text, empty for none. */
  readonly traceState: string;
  /** Lowest 8 bits: W3C trace flags. 0x100: whether the parent is remote is known; 0x200: it is. */
  readonly flags: number;
  readonly name: string;
  readonly kind: SpanKind;
  /** Nanoseconds since 1970. */
  readonly startTimeUnixNano: bigint;
  /** Nanoseconds since 1970. */
  readonly endTimeUnixNano: bigint;
  readonly attributes: ReceivedAttributes;
  readonly events: readonly ReceivedEvent[];
  readonly links: readonly ReceivedLink[];
  readonly status: { readonly code: SpanStatusCode; readonly message: string };
  /** What the sender cut from this span because of its limits. */
  readonly droppedCounts: { readonly attributes: number; readonly events: number; readonly links: number };
  /** One object for all spans of one resource in one request. */
  readonly resource: { readonly attributes: ReceivedAttributes };
  /** One object for all spans of one scope in one request. Empty strings where the sender said nothing. */
  readonly instrumentationScope: { readonly name: string; readonly version: string };
}

export interface ReceivedEvent {
  readonly name: string;
  /** Nanoseconds since 1970. */
  readonly timeUnixNano: bigint;
  readonly attributes: ReceivedAttributes;
  readonly droppedAttributesCount: number;
}

export interface ReceivedLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: ReceivedAttributes;
  readonly droppedAttributesCount: number;
}
