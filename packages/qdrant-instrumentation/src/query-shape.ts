/**
 * `db.query.text`: what a search looks like, without what it searches for. Only words of Qdrant's own query language and
 * the names of payload fields and vectors are written; every value is a `?`, lists of values are one `?`, and whatever
 * else stands in the request is a `?` too.
 */
import { types } from 'node:util';

const MAX_LENGTH = 1024;
const MAX_DEPTH = 12;

/** The parts of a request that are its query. */
const PARTS = ['prefetch', 'query', 'filter', 'order_by', 'orderBy', 'group_by', 'groupBy'] as const;

/** REST's words with underscores, gRPC's in camel case; a word of one is never a value in the other. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'prefetch query filter using score_threshold limit params lookup_from ' +
    'must should must_not min_should conditions min_count ' +
    'key match value text text_any any except phrase prefix range gt gte lt lte ' +
    'geo_bounding_box top_left bottom_right geo_radius center radius lon lat geo_polygon exterior interiors points ' +
    'values_count is_empty is_null has_id has_vector nested ' +
    'nearest mmr recommend positive negative strategy discover target context order_by direction start_from ' +
    'fusion rrf k weights formula defaults sample relevance_feedback feedback group_by ' +
    'field keyword keywords integer integers boolean except_integers except_keywords datetime_range'
  )
    .split(' ')
    .flatMap((word) => [word, word.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())]),
);

/** Their strings are names of payload fields and vectors. */
const NAMES: ReadonlySet<string> = new Set(['key', 'using', 'group_by', 'groupBy', 'order_by', 'orderBy']);
/** Of these at most what kind of search it is; vectors, ids, texts are all values. */
const MAX_NAME = 64;

/** @returns undefined for a request without a query. */
export function queryShape(request: unknown): string | undefined {
  if (!isPlain(request)) return undefined;
  let shape = '';
  for (const part of PARTS) {
    const value = Object.getOwnPropertyDescriptor(request, part)?.value;
    if (
      value === undefined ||
      value === null ||
      (Array.isArray(value) && value.length === 0 && part === 'prefetch')
    )
      continue;
    shape += `${shape === '' ? '' : ','}"${part}":${write(value, part, 1)}`;
    if (shape.length > MAX_LENGTH) break;
  }
  if (shape === '') return undefined;
  const whole = `{${shape}}`;
  return whole.length <= MAX_LENGTH ? whole : `${whole.slice(0, MAX_LENGTH - 1)}…`;
}

function write(value: unknown, key: string, depth: number): string {
  if (typeof value === 'string' && NAMES.has(key) && value.length <= MAX_NAME) return JSON.stringify(value);
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH || types.isProxy(value)) return '"?"';
  if (Array.isArray(value)) return writeList(value, key, depth);
  const oneOf = Object.getOwnPropertyDescriptor(value, 'case')?.value;
  if (typeof oneOf === 'string') {
    // Of a message's alternatives the one that is set.
    const inner = Object.getOwnPropertyDescriptor(value, 'value')?.value;
    return WORDS.has(oneOf) ? `{"${oneOf}":${write(inner, oneOf, depth + 1)}}` : '"?"';
  }
  let text = '';
  for (const name of Object.keys(value)) {
    const inner = Object.getOwnPropertyDescriptor(value, name)?.value;
    if (inner === undefined || name === '$typeName' || (Array.isArray(inner) && inner.length === 0)) continue;
    // The name of the field that holds the alternatives says nothing.
    const isOneOf = isPlain(inner) && Object.hasOwn(inner, 'case');
    const written = isOneOf ? unwrapped(write(inner, name, depth + 1)) : undefined;
    if (isOneOf && written === undefined) continue;
    const entry = written ?? (WORDS.has(name) ? `"${name}":${write(inner, name, depth + 1)}` : '"?":"?"');
    text += text === '' ? entry : `,${entry}`;
    if (text.length > MAX_LENGTH) break;
  }
  return text === '' && Object.keys(value).length > 0 ? '"?"' : `{${text}}`;
}

/** Conditions and prefetches one by one; vectors, ids and lists of values as one. */
function writeList(list: readonly unknown[], key: string, depth: number): string {
  if (key === 'query' || key === 'nearest') return '"?"';
  let text = '';
  for (let at = 0; at < list.length; at++) {
    const item = Object.getOwnPropertyDescriptor(list, at)?.value;
    if (!isPlain(item)) return '["?"]';
    text += `${text === '' ? '' : ','}${write(item, key, depth + 1)}`;
    if (text.length > MAX_LENGTH) break;
  }
  return `[${text}]`;
}

function unwrapped(text: string): string | undefined {
  return text.startsWith('{') ? text.slice(1, -1) : undefined;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !types.isProxy(value) && !Array.isArray(value);
}
