/** `POST …/points/query/groups`: the best hits of each value of a field. */
import { readPayloadPath, valuesAt } from '../filter/payload-path.ts';
import { readObject, readString, readUint } from '../format-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { readPointId } from '../point-id.ts';
import { invalid } from '../server-error.ts';
import type { Collections } from '../store/collections.ts';
import { type QueryContext, runQuery } from './query.ts';
import { readSelection, recordOf, scoredPoint } from './selected-point.ts';
import type { Hit } from './top-hits.ts';

const DEFAULT_LIMIT = 10;
const DEFAULT_GROUP_SIZE = 3;

export function queryGroups(context: QueryContext, body: unknown): Json {
  const request = readObject(body, 'QueryGroupsRequest');
  const path = readPayloadPath(readString(request.group_by, 'group_by'));
  const limit = readSize(request, 'limit') ?? DEFAULT_LIMIT;
  const size = readSize(request, 'group_size') ?? DEFAULT_GROUP_SIZE;
  const { collection } = context;
  // Every hit is looked at: the server asks again and again until its groups are full.
  const all = { ...request, limit: Math.max(1, collection.points.count), offset: 0 };
  const groups = new Map<string | number, Hit[]>();
  for (const hit of runQuery(context, all)) {
    const keys = valuesAt(collection.points.payloadOf(hit.slot), path).flat().filter(isGroupId);
    for (const key of new Set(keys)) {
      const group = groups.get(key);
      if (group) {
        if (group.length < size) group.push(hit);
      } else if (groups.size < limit) groups.set(key, [hit]);
    }
  }
  const selection = readSelection(request.with_payload, request.with_vector);
  const lookup = readLookup(context.collections, request.with_lookup);
  return {
    groups: [...groups].map(([id, hits]) => ({
      hits: hits.map((hit) => scoredPoint(collection, hit, selection)),
      id,
      ...lookup(id),
    })),
  };
}

function readSize(request: Record<string, unknown>, name: string): number | undefined {
  const size = readUint(request[name]);
  if (size === 0)
    throw invalid('JSON body', `search_group_request.${name}`, 'value 0 invalid, must be 1 or larger');
  return size;
}

function isGroupId(value: unknown): value is string | number {
  return typeof value === 'string' || Number.isInteger(value);
}

/** The record of another collection that has the group's value as its id. */
function readLookup(collections: Collections, value: unknown): (id: string | number) => JsonObject {
  const wanted = typeof value === 'string' ? { collection: value } : value;
  if (!isObject(wanted)) return () => ({});
  const collection = collections.get(String(wanted.collection));
  const selection = readSelection(wanted.with_payload, wanted.with_vectors, true);
  return (id): JsonObject => {
    try {
      const slot = collection.points.slotOf(readPointId(id));
      return slot === undefined ? {} : { lookup: recordOf(collection, slot, selection) };
    } catch {
      return {};
    }
  };
}
