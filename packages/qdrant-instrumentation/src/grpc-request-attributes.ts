/** The same as request-attributes, for the messages of the gRPC client. */
import type { Attributes } from '@opentelemetry/api';
import { type Fields, field, isArray, length } from './app-values.ts';
import type { Request } from './operations.ts';
import { pointsOfAll } from './request-attributes.ts';
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
export const GRPC_FIELDS = [
  'collectionName',
  'limit',
  'groupSize',
  'scoreThreshold',
  'using',
  'vectorName',
  'vector',
  'query',
  'positive',
  'filter',
  'prefetch',
  'params',
  'exact',
  'withPayload',
  'withVectors',
  'readConsistency',
  'ids',
  'wait',
  'ordering',
  'points',
  'pointsSelector',
  'operations',
  'queryPoints',
  'searchPoints',
  'recommendPoints',
  'discoverPoints',
] as const;

export function grpcRequestAttributes(request: Request, fields: Fields, attributes: Attributes): void {
  if (request.request === 'search') searchAttributes(fields, attributes);
  else if (request.request === 'write') writeAttributes(fields, attributes);
}

function searchAttributes(fields: Fields, attributes: Attributes): void {
  number(attributes, ATTR_LIMIT, fields.limit);
  number(attributes, ATTR_GROUP_SIZE, fields.groupSize);
  number(attributes, ATTR_SCORE_THRESHOLD, fields.scoreThreshold);
  const vectorName = fields.using ?? fields.vectorName;
  if (typeof vectorName === 'string' && vectorName !== '' && vectorName.length <= 255)
    attributes[ATTR_VECTOR_NAME] = vectorName;
  const kind = field(field(fields.query, 'variant'), 'case');
  const kindName = typeof kind === 'string' ? QUERY_KINDS.get(kind) : undefined;
  if (kindName !== undefined) attributes[ATTR_QUERY_KIND] = kindName;
  else if (length(fields.vector)) attributes[ATTR_QUERY_KIND] = 'nearest';
  else if (length(fields.positive)) attributes[ATTR_QUERY_KIND] = 'recommend';
  if (fields.filter !== undefined && fields.filter !== null) attributes[ATTR_FILTERED] = true;
  if (length(fields.prefetch)) attributes[ATTR_PREFETCHES] = length(fields.prefetch)!;
  flag(attributes, ATTR_EXACT, field(fields.params, 'exact'));
  flag(attributes, ATTR_EXACT, fields.exact);
  number(attributes, ATTR_HNSW_EF, field(fields.params, 'hnswEf'));
  selector(attributes, ATTR_WITH_PAYLOAD, fields.withPayload);
  selector(attributes, ATTR_WITH_VECTOR, fields.withVectors);
  const consistency = field(fields.readConsistency, 'value');
  const value = field(consistency, 'value');
  if (field(consistency, 'case') === 'type') word(attributes, ATTR_CONSISTENCY, value, CONSISTENCIES);
  else if (typeof value === 'bigint') attributes[ATTR_CONSISTENCY] = String(value);
  number(attributes, ATTR_POINTS, length(fields.ids));
}

function writeAttributes(fields: Fields, attributes: Attributes): void {
  flag(attributes, ATTR_WAIT, fields.wait);
  word(attributes, ATTR_ORDERING, field(fields.ordering, 'type'), ORDERINGS);
  const points =
    fields.operations === undefined
      ? pointsOf(fields.points, fields.pointsSelector)
      : pointsOfAll(fields.operations, ofOperation);
  number(attributes, ATTR_POINTS, points);
  const selected =
    field(fields.pointsSelector, 'pointsSelectorOneOf') ?? field(fields.points, 'pointsSelectorOneOf');
  if (field(selected, 'case') === 'filter') attributes[ATTR_FILTERED] = true;
}

/** A list of points, or a selector: `{ pointsSelectorOneOf: { case: 'points', value: { ids } } }`. */
function pointsOf(points: unknown, pointsSelector: unknown): number | undefined {
  if (isArray(points)) return points.length;
  const oneOf = field(points ?? pointsSelector, 'pointsSelectorOneOf');
  return field(oneOf, 'case') === 'points' ? length(field(field(oneOf, 'value'), 'ids')) : undefined;
}

function ofOperation(operation: unknown): number | undefined {
  const body = field(field(operation, 'operation'), 'value');
  return pointsOf(field(body, 'points'), field(body, 'pointsSelector') ?? body);
}

// Numbers of the protocol's enums ReadConsistencyType and WriteOrderingType.
const CONSISTENCIES = ['all', 'majority', 'quorum'];
const ORDERINGS = ['weak', 'medium', 'strong'];
/** Spelt as over REST. */
const QUERY_KINDS: ReadonlyMap<string, string> = new Map([
  ['nearest', 'nearest'],
  ['nearestWithMmr', 'nearest'],
  ['recommend', 'recommend'],
  ['discover', 'discover'],
  ['context', 'context'],
  ['orderBy', 'order_by'],
  ['fusion', 'fusion'],
  ['rrf', 'rrf'],
  ['formula', 'formula'],
  ['sample', 'sample'],
  ['relevanceFeedback', 'relevance_feedback'],
]);

function number(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'bigint') attributes[key] = Number(value);
  else if (typeof value === 'number' && Number.isFinite(value)) attributes[key] = value;
}

function flag(attributes: Attributes, key: string, value: unknown): void {
  if (typeof value === 'boolean') attributes[key] = value;
}

function word(attributes: Attributes, key: string, value: unknown, words: readonly string[]): void {
  const found = typeof value === 'number' ? words[value] : undefined;
  if (found !== undefined) attributes[key] = found;
}

/** `{ selectorOptions: { case: 'enable', value: false } }` alone asks for nothing. */
function selector(attributes: Attributes, key: string, value: unknown): void {
  const options = field(value, 'selectorOptions');
  if (options === undefined) return;
  attributes[key] = field(options, 'case') !== 'enable' || field(options, 'value') === true;
}
