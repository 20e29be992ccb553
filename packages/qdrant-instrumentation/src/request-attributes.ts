/**
 * Attributes from the arguments of a request. What is read is a number, a flag, a name from the schema or a word of a
 * fixed list: never a vector, payload, filter value or id.
 */
import type { Attributes } from '@opentelemetry/api';
import { element, type Fields, field, isArray, length } from './app-values.ts';
import type { Request } from './operations.ts';
import {
  ATTR_CONSISTENCY,
  ATTR_EXACT,
  ATTR_FILTERED,
  ATTR_GROUP_SIZE,
  ATTR_HNSW_EF,
  ATTR_LIMIT,
  ATTR_ORDERING,
  ATTR_POINTS,
  ATTR_PREFETCHES,
  ATTR_QUERY_KIND,
  ATTR_SCORE_THRESHOLD,
  ATTR_VECTOR_NAME,
  ATTR_WAIT,
  ATTR_WITH_PAYLOAD,
  ATTR_WITH_VECTOR,
} from './semconv.ts';

/** The fields that are read here. */
export const REST_FIELDS = [
  'collection_name',
  'limit',
  'group_size',
  'score_threshold',
  'using',
  'vector',
  'query',
  'positive',
  'filter',
  'prefetch',
  'params',
  'exact',
  'with_payload',
  'with_vector',
  'with_vectors',
  'consistency',
  'ids',
  'wait',
  'ordering',
  'points',
  'batch',
  'operations',
  'searches',
] as const;

/** `fields` are those of the request body, in an object whose own properties are plain. */
export function restRequestAttributes(request: Request, fields: Fields, attributes: Attributes): void {
  if (request.request === 'search') searchAttributes(fields, attributes);
  else if (request.request === 'write') writeAttributes(fields, attributes);
}

function searchAttributes(fields: Fields, attributes: Attributes): void {
  const { limit, group_size, score_threshold, using, vector, query, params, ids, filter, prefetch } = fields;
  number(attributes, ATTR_LIMIT, limit);
  number(attributes, ATTR_GROUP_SIZE, group_size);
  number(attributes, ATTR_SCORE_THRESHOLD, score_threshold);
  name(attributes, ATTR_VECTOR_NAME, using ?? field(vector, 'name'));
  if (query !== undefined && query !== null) attributes[ATTR_QUERY_KIND] = queryKind(query);
  else if (vector !== undefined) attributes[ATTR_QUERY_KIND] = 'nearest';
  else if (fields.positive !== undefined) attributes[ATTR_QUERY_KIND] = 'recommend';
  if (filter !== undefined && filter !== null) attributes[ATTR_FILTERED] = true;
  if (prefetch !== undefined && prefetch !== null) attributes[ATTR_PREFETCHES] = length(prefetch) ?? 1;
  if (params !== undefined) {
    flag(attributes, ATTR_EXACT, field(params, 'exact'));
    number(attributes, ATTR_HNSW_EF, field(params, 'hnsw_ef'));
  }
  flag(attributes, ATTR_EXACT, fields.exact);
  selector(attributes, ATTR_WITH_PAYLOAD, fields.with_payload);
  selector(attributes, ATTR_WITH_VECTOR, fields.with_vector ?? fields.with_vectors);
  word(attributes, ATTR_CONSISTENCY, fields.consistency, CONSISTENCIES);
  number(attributes, ATTR_POINTS, length(ids));
}

function writeAttributes(fields: Fields, attributes: Attributes): void {
  flag(attributes, ATTR_WAIT, fields.wait);
  word(attributes, ATTR_ORDERING, fields.ordering, ORDERINGS);
  if (fields.filter !== undefined && fields.filter !== null) attributes[ATTR_FILTERED] = true;
  number(
    attributes,
    ATTR_POINTS,
    fields.operations === undefined
      ? pointsOf(fields.points, fields.batch)
      : pointsOfAll(fields.operations, restOperation),
  );
}

function pointsOf(points: unknown, batch: unknown): number | undefined {
  return batch === undefined ? length(points) : length(field(batch, 'ids'));
}

/** A few hundred operations in a batch are usual; past that the sum is not worth the time. */
const MAX_OPERATIONS = 1000;

export function pointsOfAll(
  operations: unknown,
  pointsOfOne: (operation: unknown) => number | undefined,
): number | undefined {
  if (!isArray(operations) || operations.length > MAX_OPERATIONS) return undefined;
  let sum: number | undefined;
  for (let at = 0; at < operations.length; at++) {
    const points = pointsOfOne(element(operations, at));
    if (points !== undefined) sum = (sum ?? 0) + points;
  }
  return sum;
}

/** `{ upsert: { points } }`, `{ delete: { points } }`, `{ delete_vectors: { points } }` … */
function restOperation(operation: unknown): number | undefined {
  if (typeof operation !== 'object' || operation === null) return undefined;
  for (const key of OPERATION_KEYS) {
    const body = field(operation, key);
    if (body !== undefined) return pointsOf(field(body, 'points'), field(body, 'batch'));
  }
  return undefined;
}

/** @internal Shared with the reader of batches. */
export const OPERATION_KEYS = [
  'upsert',
  'delete',
  'set_payload',
  'overwrite_payload',
  'delete_payload',
  'clear_payload',
  'update_vectors',
  'delete_vectors',
] as const;

const CONSISTENCIES: readonly unknown[] = ['majority', 'quorum', 'all'];
const ORDERINGS: readonly unknown[] = ['weak', 'medium', 'strong'];
const QUERY_KINDS = [
  'nearest',
  'recommend',
  'discover',
  'context',
  'order_by',
  'fusion',
  'rrf',
  'formula',
  'sample',
  'relevance_feedback',
] as const;

function queryKind(query: unknown): string {
  // A vector, or the id of a point whose vector is meant.
  if (typeof query !== 'object' || isArray(query)) return 'nearest';
  for (const kind of QUERY_KINDS) {
    if (field(query, kind) !== undefined) return kind;
  }
  // A sparse vector, a text or an image to embed.
  return 'nearest';
}

function number(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value)) attributes[key] = value;
}

function flag(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'boolean') attributes[key] = value;
}

/** A name from the schema. One that long is none. */
function name(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'string' && value.length > 0 && value.length <= 255) attributes[key] = value;
}

/** `true`, `false`, a list of names, or rules: some of it was asked for, or nothing. */
function selector(attributes: Attributes, key: string, value: unknown): void {
  if (value !== undefined && value !== null) attributes[key] = value !== false;
}

function word(attributes: Attributes, key: string, value: unknown, words: readonly unknown[]): void {
  if (words.includes(value)) attributes[key] = value as string;
  else if (typeof value === 'number' && Number.isInteger(value)) attributes[key] = String(value);
}
