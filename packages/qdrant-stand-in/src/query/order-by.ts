import { readPayloadPath, valuesAt } from '../filter/payload-path.ts';
import { dateOf } from '../filter/ranges.ts';
import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';
import { wrongInput } from '../server-error.ts';
import type { Collection } from '../store/collection.ts';
import { servesRange } from '../store/payload-index.ts';

export interface OrderBy {
  readonly key: string;
  readonly descending: boolean;
  /** Number, or date as text. */
  readonly startFrom: unknown;
}

export function readOrderBy(value: unknown): OrderBy {
  if (typeof value === 'string') return { key: value, descending: false, startFrom: undefined };
  if (!isObject(value) || typeof value.key !== 'string') throw noVariant('OrderByInterface');
  const direction = value.direction ?? 'asc';
  if (direction !== 'asc' && direction !== 'desc') throw noVariant('OrderByInterface');
  return { key: value.key, descending: direction === 'desc', startFrom: value.start_from ?? undefined };
}

export interface OrderedSlot {
  readonly slot: number;
  /** Of a date: microseconds since 1970. */
  readonly value: number;
}

/** A point comes once for each of its values, as in the server. */
export function ordered(collection: Collection, slots: Iterable<number>, order: OrderBy): OrderedSlot[] {
  const index = collection.indexes.get(order.key);
  if (!index || !servesRange(index))
    throw wrongInput(
      `No range index for \`order_by\` key: \`${order.key}\`. Please create one to use \`order_by\`. Check https://qdrant.tech/documentation/concepts/indexing/#payload-index to see which payload schemas support Range conditions`,
    );
  const path = readPayloadPath(order.key);
  const numberOf = (value: unknown): number | undefined => {
    if (index.type !== 'datetime') return typeof value === 'number' ? value : undefined;
    const date = typeof value === 'string' ? dateOf(value) : undefined;
    return date === undefined ? undefined : Math.round(date * 1000);
  };
  const start = typeof order.startFrom === 'number' ? order.startFrom : numberOf(order.startFrom);
  const found: OrderedSlot[] = [];
  for (const slot of slots) {
    for (const value of valuesAt(collection.points.payloadOf(slot), path).flat()) {
      const number = numberOf(value);
      if (number === undefined) continue;
      if (start !== undefined && (order.descending ? number > start : number < start)) continue;
      found.push({ slot, value: number });
    }
  }
  return found.sort((a, b) => (order.descending ? b.value - a.value : a.value - b.value));
}
