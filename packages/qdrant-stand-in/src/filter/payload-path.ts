/**
 * Paths into a payload: `a.b`, `a[].b`, `a[0]`, `"a.b".c`. As in the server, a list is entered only by `[]` or `[n]`.
 * https://qdrant.tech/documentation/concepts/payload/
 */
import { FormatError } from '../format-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

export type PayloadPath = readonly (
  | { readonly key: string }
  | { readonly index: number }
  | { readonly every: true }
)[];

const FIRST = /(?:"([^"]+)"|([\p{L}\p{N}_-]+))/uy;
const NEXT = /(?:\.(?:"([^"]+)"|([\p{L}\p{N}_-]+))|\[(\d*)\])/uy;

const known = new Map<string, PayloadPath>();

/** @throws FormatError for a text that is no path. */
export function readPayloadPath(text: unknown): PayloadPath {
  if (typeof text !== 'string')
    throw new FormatError(`invalid type: ${typeof text}, expected a string`, null);
  const remembered = known.get(text);
  if (remembered) return remembered;
  const steps: PayloadPath[number][] = [];
  let at = 0;
  while (at < text.length || at === 0) {
    const pattern = at === 0 ? FIRST : NEXT;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (!match) throw new FormatError(`Invalid json path: \`${text}\``, null);
    const key = match[1] ?? match[2];
    if (key !== undefined) steps.push({ key });
    else steps.push(match[3] === '' ? { every: true } : { index: Number(match[3]) });
    at = pattern.lastIndex;
  }
  if (known.size < 1000) known.set(text, steps);
  return steps;
}

/** Every value that the path leads to; none when there is none. */
export function valuesAt(value: unknown, path: PayloadPath, from = 0): unknown[] {
  const step = path[from];
  if (step === undefined) return [value];
  if ('key' in step)
    return isObject(value) && Object.hasOwn(value, step.key) ? valuesAt(value[step.key], path, from + 1) : [];
  if (!Array.isArray(value)) return [];
  if ('index' in step) return step.index < value.length ? valuesAt(value[step.index], path, from + 1) : [];
  return value.flatMap((item) => valuesAt(item, path, from + 1));
}

/** Takes away what the path leads to. */
export function removeAt(value: unknown, path: PayloadPath, from = 0): void {
  const step = path[from];
  if (step === undefined) return;
  const last = from === path.length - 1;
  if ('key' in step) {
    if (!isObject(value) || !Object.hasOwn(value, step.key)) return;
    if (last) delete value[step.key];
    else removeAt(value[step.key], path, from + 1);
  } else if (Array.isArray(value)) {
    if ('index' in step) {
      if (last) value.splice(step.index, 1);
      else removeAt(value[step.index], path, from + 1);
    } else if (last) value.length = 0;
    else for (const item of value) removeAt(item, path, from + 1);
  }
}

/** Merges an object into the objects at the path, which are made where there are none. */
export function mergeAt(target: JsonObject, path: PayloadPath, source: JsonObject): void {
  const [first, ...rest] = path;
  if (first === undefined) {
    merge(target, source);
    return;
  }
  if (!('key' in first)) return;
  setIn(target, first.key, rest, source);
}

/** What is null in the source is taken away from the target. */
export function merge(target: JsonObject, source: JsonObject): void {
  for (const [key, value] of Object.entries(source)) {
    if (value === null) delete target[key];
    else put(target, key, value);
  }
}

/** Sets an own property, whatever its name. */
function put(target: JsonObject, key: string, value: Json): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}

function setIn(target: JsonObject, key: string, rest: PayloadPath, source: JsonObject): void {
  const [next] = rest;
  const old = Object.hasOwn(target, key) ? target[key] : undefined;
  if (next === undefined || 'key' in next) {
    const inner: JsonObject = isObject(old) ? (old as JsonObject) : {};
    if (inner !== old) put(target, key, inner);
    mergeAt(inner, rest, source);
    return;
  }
  const list: Json[] = Array.isArray(old) ? old : [];
  if (list !== old) put(target, key, list);
  const places = 'index' in next ? [next.index].filter((index) => index < list.length) : list.keys();
  for (const index of places) {
    const item: JsonObject = isObject(list[index]) ? (list[index] as JsonObject) : {};
    list[index] = item;
    mergeAt(item, rest.slice(1), source);
  }
}

/** The payload with only what the paths lead to, in its place. */
export function onlyPaths(value: Json, paths: readonly PayloadPath[], from = 0): Json | undefined {
  if (paths.some((path) => path.length === from)) return value;
  if (Array.isArray(value)) {
    const kept = value.flatMap((item, index) => {
      const deeper = paths.filter((path) => {
        const step = path[from]!;
        return 'every' in step || ('index' in step && step.index === index);
      });
      const inner = deeper.length > 0 ? onlyPaths(item, deeper, from + 1) : undefined;
      return inner === undefined ? [] : [inner];
    });
    return kept.length > 0 ? kept : undefined;
  }
  if (!isObject(value)) return undefined;
  const kept: JsonObject = {};
  for (const key of Object.keys(value)) {
    const deeper = paths.filter((path) => {
      const step = path[from]!;
      return 'key' in step && step.key === key;
    });
    const inner = deeper.length > 0 ? onlyPaths(value[key] as Json, deeper, from + 1) : undefined;
    if (inner !== undefined) put(kept, key, inner);
  }
  return kept;
}
