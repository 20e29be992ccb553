/** Reads that score nothing: by id, page by page, counts, facets. */
import { readFilter } from '../filter/filter.ts';
import { noVariant, readArray, readObject, readString, readUint } from '../format-error.ts';
import type { Json, JsonObject } from '../json.ts';
import { compareIds, readPointId } from '../point-id.ts';
import { badRequest, invalid, notFound, wrongInput } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import { indexedValues, servesMatch } from '../store/payload-index.ts';
import { ordered, readOrderBy } from './order-by.ts';
import { readSelection, recordOf } from './selected-point.ts';

const DEFAULT_LIMIT = 10;

/** `POST …/points`: those that exist, in the order of the request. */
export function retrieve(collection: Collection, body: unknown): JsonObject[] {
  const request = readObject(body, 'PointRequest');
  const ids = readArray(request.ids, 'ids').map(readPointId);
  const selection = readSelection(request.with_payload, request.with_vector, true);
  return [...new Set(ids)].flatMap((id) => {
    const slot = collection.points.slotOf(id);
    return slot === undefined ? [] : [recordOf(collection, slot, selection)];
  });
}

/** `GET …/points/{id}`. @throws ServerError 404. */
export function onePoint(collection: Collection, text: string): JsonObject {
  let id: ReturnType<typeof readPointId>;
  try {
    id = readPointId(/^\d+$/.test(text) ? Number(text) : text);
  } catch {
    throw badRequest(`Can not recognize "${text}" as point id`);
  }
  const slot = collection.points.slotOf(id);
  if (slot === undefined) throw notFound(`Point with id ${text} does not exists!`);
  return recordOf(collection, slot, readSelection(true, true));
}

/** `POST …/points/scroll`. */
export function scroll(collection: Collection, body: unknown): Json {
  const request = readObject(body, 'ScrollRequest');
  const limit = readUint(request.limit) ?? DEFAULT_LIMIT;
  if (limit === 0) throw invalid('JSON body', 'scroll_request.limit', 'value 0 invalid, must be 1 or larger');
  const offset =
    request.offset === undefined || request.offset === null ? undefined : readPointId(request.offset);
  const selection = readSelection(request.with_payload, request.with_vector, true);
  const matching = collection.matching(readFilter(request.filter, collection));
  const { points } = collection;
  if (request.order_by !== undefined && request.order_by !== null) {
    if (offset !== undefined)
      throw badRequest(
        "Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
      );
    const found = ordered(collection, matching, readOrderBy(request.order_by)).slice(0, limit);
    return {
      points: found.map(({ slot, value }) => ({
        ...recordOf(collection, slot, selection),
        order_value: value,
      })),
      next_page_offset: null,
    };
  }
  const page: number[] = [];
  for (const slot of matching) {
    if (offset !== undefined && compareIds(points.idOf(slot), offset) < 0) continue;
    page.push(slot);
    if (page.length > limit) break;
  }
  const next = page.length > limit ? page.pop() : undefined;
  return {
    points: page.map((slot) => recordOf(collection, slot, selection)),
    next_page_offset: next === undefined ? null : points.idOf(next),
  };
}

/** `POST …/points/count`; always exact. */
export function count(collection: Collection, body: unknown): Json {
  const request = readObject(body, 'CountRequest');
  let sum = 0;
  for (const _ of collection.matching(readFilter(request.filter, collection))) sum++;
  return { count: sum };
}

/** `POST …/facet`: values of a field with the number of points that have them, the most frequent first. */
export function facet(collection: Collection, body: unknown): Json {
  const request = readObject(body, 'FacetRequest');
  const key = readString(request.key, 'key');
  const limit = readUint(request.limit) ?? DEFAULT_LIMIT;
  if (limit === 0) throw invalid('JSON body', 'limit', 'value 0 invalid, must be 1 or larger');
  const index = collection.indexes.get(key);
  if (!index || !servesMatch(index))
    throw wrongInput(
      `No appropriate index for faceting: \`${key}\`. Please create one to facet on this field. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Match conditions`,
    );
  const counts = new Map<Json, number>();
  for (const slot of collection.matching(readFilter(request.filter, collection)))
    for (const value of new Set(indexedValues(index, key, collection.points.payloadOf(slot))))
      counts.set(value, (counts.get(value) ?? 0) + 1);
  const hits = [...counts]
    .map(([value, number]) => ({ value, count: number }))
    .sort((a, b) => b.count - a.count || compareValues(a.value, b.value));
  return { hits: hits.slice(0, limit) };
}

function compareValues(a: Json, b: Json): number {
  return a! < b! ? -1 : a! > b! ? 1 : 0;
}

/** One or several names, of `using` and the like. */
export function readName(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw noVariant('VectorName');
  return value;
}
