import { FormatError, noVariant } from './format-error.ts';

/** A whole number from 0, or a UUID in lower case with hyphens. */
export type PointId = number | string;

// The forms that Rust's uuid crate reads: plain, hyphenated, in braces, as URN.
const UUID =
  /^(?:urn:uuid:)?(\{)?([0-9a-f]{8})(-?)([0-9a-f]{4})\3([0-9a-f]{4})\3([0-9a-f]{4})\3([0-9a-f]{12})(\})?$/i;

export function uuidOf(text: string): string | undefined {
  const match = UUID.exec(text);
  if (!match || (match[1] === undefined) !== (match[8] === undefined)) return undefined;
  return [match[2], match[4], match[5], match[6], match[7]].join('-').toLowerCase();
}

/** @throws FormatError as the server words it, which names no position. */
export function readPointId(value: unknown): PointId {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  const uuid = typeof value === 'string' ? uuidOf(value) : undefined;
  if (uuid !== undefined) return uuid;
  if (typeof value !== 'string' && typeof value !== 'number') throw noVariant('ExtendedPointId', null);
  throw new FormatError(
    `value ${value} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
    null,
  );
}

/** Numbers in order, then UUIDs in order. */
export function compareIds(a: PointId, b: PointId): number {
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === 'number' ? -1 : 1;
}
