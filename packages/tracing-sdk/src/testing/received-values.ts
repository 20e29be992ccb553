/** The checks and conversions that both encodings of OTLP share. */
import type { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { MalformedOtlpError } from './decode-budget.ts';
import type { ReceivedAttributes, ReceivedValue } from './received-span.ts';

/** Some senders write this for "no parent". */
export const NO_SPAN_ID = '0'.repeat(16);

/**
 * @param id lower-case hex
 * @throws MalformedOtlpError when the length is wrong, or the id is all zeros, which W3C and OTLP call invalid
 */
export function checkedId(id: string, digits: number, what: string, where: string): string {
  if (id.length !== digits) {
    throw new MalformedOtlpError(
      `${where}: a ${what} has ${digits / 2} bytes, got ${id === '' ? 'none' : `${id.length / 2} (${shorten(id)})`}`,
    );
  }
  for (let i = 0; i < digits; i++) if (id.charCodeAt(i) !== 0x30) return id;
  throw new MalformedOtlpError(`${where}: the ${what} is all zeros`);
}

/**
 * OTLP: unspecified 0, internal 1, server 2, client 3, producer 4, consumer 5. The API has no unspecified and starts with
 * internal 0; unspecified counts as internal, as trace.proto allows. A kind we do not know yet does as well.
 */
export function spanKind(otlp: number): SpanKind {
  return (otlp >= 1 && otlp <= 5 ? otlp - 1 : 0) as SpanKind;
}

/** Unset 0, ok 1, error 2 in OTLP and in the API; an unknown code counts as unset, as protobuf enums do. */
export function statusCode(otlp: number): SpanStatusCode {
  return (otlp === 1 || otlp === 2 ? otlp : 0) as SpanStatusCode;
}

/** A key sent twice: the last one holds. */
export function setAttribute(into: ReceivedAttributes, key: string, value: ReceivedValue): void {
  if (key === '__proto__') {
    // An assignment would change the prototype and lose the attribute.
    Object.defineProperty(into, key, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  into[key] = value;
}

/** For error texts: what came from outside, in quotes, escaped and short. */
export function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
