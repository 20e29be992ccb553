/**
 * Reading what belongs to the app without running any of its code: no getter, no proxy trap. A value that cannot be
 * read that way is left out of the span.
 */
import { types } from 'node:util';

export type Fields = Readonly<Record<string, unknown>>;

/** `object[key]` when it is a plain data property, else undefined. */
export function field(object: unknown, key: string): unknown {
  if (typeof object !== 'object' || object === null || types.isProxy(object)) return undefined;
  return Object.getOwnPropertyDescriptor(object, key)?.value;
}

/** How many elements an array has; undefined for anything else. */
export function length(value: unknown): number | undefined {
  return isArray(value) ? value.length : undefined;
}

export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !types.isProxy(value);
}

/** `array[index]` unless it is a getter. */
export function element(array: readonly unknown[], index: number): unknown {
  return Object.getOwnPropertyDescriptor(array, index)?.value;
}

/** The app's arguments, read field by field into an object of our own. */
export function snapshot(value: unknown, keys: readonly string[]): Fields {
  const copy: Record<string, unknown> = {};
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return copy;
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!;
    const found = Object.getOwnPropertyDescriptor(value, key)?.value;
    if (found !== undefined) copy[key] = found;
  }
  return copy;
}
