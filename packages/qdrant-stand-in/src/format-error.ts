import { isObject } from './json.ts';

export type JsonPath = readonly (string | number)[];

/**
 * The body is JSON but not of the request's form. `path` is the value whose reading failed: the server tells the
 * position behind it. Null where the server tells none.
 */
export class FormatError extends Error {
  readonly path: JsonPath | null;

  constructor(message: string, path: JsonPath | null = []) {
    super(message);
    this.path = path;
  }
}

/** serde's words for a value of the wrong type. */
export function describeJson(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`;
  if (typeof value === 'boolean') return `boolean \`${value}\``;
  if (typeof value === 'number')
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  return Array.isArray(value) ? 'sequence' : 'map';
}

export function wrongType(value: unknown, expected: string, path?: JsonPath | null): FormatError {
  return new FormatError(`invalid type: ${describeJson(value)}, expected ${expected}`, path);
}

export function noVariant(name: string, path?: JsonPath | null): FormatError {
  return new FormatError(`data did not match any variant of untagged enum ${name}`, path);
}

export function missingField(name: string): FormatError {
  return new FormatError(`missing field \`${name}\``);
}

export function readObject(value: unknown, struct: string): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(value, `struct ${struct}`);
  return value;
}

export function readArray(value: unknown, field: string): unknown[] {
  if (value === undefined) throw missingField(field);
  if (!Array.isArray(value)) throw wrongType(value, 'a sequence');
  return value;
}

export function readString(value: unknown, field: string): string {
  if (value === undefined) throw missingField(field);
  if (typeof value !== 'string') throw wrongType(value, 'a string');
  return value;
}

/** A whole number from 0; undefined when it is left out or null. */
export function readUint(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, 'usize');
  if (value < 0) throw new FormatError(`invalid value: integer \`${value}\`, expected usize`);
  return value;
}

export function readFloat(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw wrongType(value, 'f32');
  return value;
}

export function readBoolean(value: unknown): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') throw wrongType(value, 'a boolean');
  return value;
}

/** One value or a list of them; an empty list when there is none. */
export function oneOrMany(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}
