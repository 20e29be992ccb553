/** Points as answers show them: with as much payload and as many vectors as were asked for. */
import { onlyPaths, readPayloadPath, removeAt } from '../filter/payload-path.ts';
import { noVariant } from '../format-error.ts';
import { copyOf, isObject, type Json, type JsonObject } from '../json.ts';
import { shortest32 } from '../single-precision.ts';
import type { Collection } from '../store/collection.ts';
import type { Hit } from './top-hits.ts';

export interface Selection {
  /** Undefined when no payload is wanted. */
  payload(payload: JsonObject): JsonObject | undefined;
  /** All, none, or these. */
  readonly vectors: boolean | readonly string[];
}

export function readSelection(
  withPayload: unknown,
  withVector: unknown,
  payloadByDefault = false,
): Selection {
  return {
    payload: readPayloadSelection(withPayload ?? payloadByDefault),
    vectors: readVectorSelection(withVector),
  };
}

function readVectorSelection(value: unknown): boolean | readonly string[] {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw noVariant('WithVector');
}

function readPayloadSelection(value: unknown): Selection['payload'] {
  if (value === true) return (payload) => payload;
  if (value === false) return () => undefined;
  const include = Array.isArray(value) ? value : isObject(value) ? value.include : undefined;
  if (Array.isArray(include)) {
    const paths = include.map(readPayloadPath);
    return (payload) => (onlyPaths(payload, paths) ?? {}) as JsonObject;
  }
  if (isObject(value) && Array.isArray(value.exclude)) {
    const paths = value.exclude.map(readPayloadPath);
    return (payload) => {
      const copy = copyOf(payload);
      for (const path of paths) removeAt(copy, path);
      return copy;
    };
  }
  throw noVariant('WithPayloadInterface');
}

export function recordOf(collection: Collection, slot: number, selection: Selection): JsonObject {
  const { points } = collection;
  const payload = selection.payload(points.payloadOf(slot));
  const vector = vectorsOf(collection, slot, selection.vectors);
  return {
    id: points.idOf(slot),
    ...(payload === undefined ? {} : { payload }),
    ...(vector === undefined ? {} : { vector }),
  };
}

export function scoredPoint(collection: Collection, hit: Hit, selection: Selection): JsonObject {
  const { id, ...rest } = recordOf(collection, hit.slot, selection);
  return {
    id: id!,
    version: hit.version,
    score: shortest32(hit.score),
    ...rest,
    ...(hit.orderValue === undefined ? {} : { order_value: hit.orderValue }),
  };
}

function vectorsOf(collection: Collection, slot: number, wanted: Selection['vectors']): Json | undefined {
  if (wanted === false) return undefined;
  const unnamed = collection.fields.get('');
  if (unnamed && (wanted === true || wanted.includes(''))) {
    const only = collection.fields.size === 1;
    if (only) return unnamed.output(slot) ?? {};
  }
  const names = wanted === true ? [...collection.fields.keys()] : wanted;
  const found = names.flatMap((name) => {
    const vector = collection.fields.get(name)?.output(slot);
    return vector === undefined ? [] : [[name, vector] as const];
  });
  return Object.fromEntries(found);
}
