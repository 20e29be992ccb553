import { readPayloadPath, valuesAt } from '../filter/payload-path.ts';
import { dateOf } from '../filter/ranges.ts';
import { noVariant } from '../format-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { uuidOf } from '../point-id.ts';

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: (value) => typeof value === 'string',
  integer: Number.isInteger,
  float: (value) => typeof value === 'number',
  geo: (value) => isObject(value) && typeof value.lon === 'number' && typeof value.lat === 'number',
  text: (value) => typeof value === 'string',
  bool: (value) => typeof value === 'boolean',
  datetime: (value) => typeof value === 'string' && dateOf(value) !== undefined,
  uuid: (value) => typeof value === 'string' && uuidOf(value) !== undefined,
};

export interface PayloadIndex {
  readonly type: string;
  readonly params?: JsonObject;
}

/** Of `field_schema`: a type's name, or an object with a `type`. */
export function readPayloadIndex(schema: unknown): PayloadIndex {
  if (typeof schema === 'string' && Object.hasOwn(TYPES, schema)) return { type: schema };
  if (isObject(schema) && typeof schema.type === 'string' && Object.hasOwn(TYPES, schema.type))
    return { type: schema.type, params: schema as JsonObject };
  throw noVariant('PayloadFieldSchema', ['field_schema']);
}

/** Whether the index answers `match`, as facets need it. */
export function servesMatch({ type, params }: PayloadIndex): boolean {
  return ['keyword', 'uuid', 'bool'].includes(type) || (type === 'integer' && params?.lookup !== false);
}

/** Whether the index answers `range`, as `order_by` needs it. */
export function servesRange({ type, params }: PayloadIndex): boolean {
  return ['float', 'datetime'].includes(type) || (type === 'integer' && params?.range !== false);
}

/** Values of the field that the index holds, in a payload. */
export function indexedValues({ type }: PayloadIndex, field: string, payload: JsonObject): Json[] {
  return valuesAt(payload, readPayloadPath(field))
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(TYPES[type]!) as Json[];
}
