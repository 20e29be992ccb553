/**
 * The server's reason for an error repeats what it was sent: `value not-a-uuid is not a valid point ID`. What came
 * from the request's ids, payloads, filters or vectors is masked in it; names of collections, fields and vectors stay.
 */
import { types } from 'node:util';

/** Fields whose strings are names from the schema, not values. */
const SCHEMA_FIELDS: ReadonlySet<string> = new Set([
  'collection_name',
  'collectionName',
  'field_name',
  'fieldName',
  'vector_name',
  'vectorName',
  'using',
  'key',
  'keys',
  'group_by',
  'groupBy',
  'wait',
  'ordering',
  'distance',
  'timeout',
  'consistency',
  '$typeName',
  'case',
]);

/** Enough for what people search and filter for; a bulk upsert is looked at in part, and its reason cut (see below). */
const MAX_VALUES = 20_000;
const UUID = /\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b/gi;
const FRACTION = /-?\b\d+\.\d+(?:e[+-]?\d+)?\b/gi;

/** @param reason what the server says. @param request the body it is about. */
export function maskEchoedValues(reason: string, request: unknown): string {
  const echoed: Echoed = { reason, strings: new Set(), numbers: new Set(), left: MAX_VALUES };
  collect(request, '', echoed, 0);
  let masked = reason;
  // The longest first: one value may be part of another.
  for (const text of [...echoed.strings].sort((a, b) => b.length - a.length)) {
    masked = text.length >= 4 ? masked.replaceAll(text, '?') : masked.replace(quotedOrNamed(text), '$1?');
  }
  for (const digits of echoed.numbers) {
    masked = masked.replace(digits.length >= 4 ? standing(digits) : quotedOrNamed(digits), '$1?');
  }
  masked = masked.replace(UUID, '?').replace(FRACTION, '?');
  // Some values were not compared: say no more than how it begins, up to the first value.
  return echoed.left > 0 ? masked : masked.replace(/[`"':\d].*$/s, '…');
}

interface Echoed {
  readonly reason: string;
  readonly strings: Set<string>;
  readonly numbers: Set<string>;
  left: number;
}

/** Stands for the key of whatever lies inside a payload; no JSON key is a space. */
const PAYLOAD = ' ';

function addString(text: string, echoed: Echoed): void {
  if (text === '') return;
  if (echoed.reason.includes(text)) echoed.strings.add(text);
  // As JSON and Rust's debug format write it.
  const escaped = JSON.stringify(text).slice(1, -1);
  if (escaped !== text && echoed.reason.includes(escaped)) echoed.strings.add(escaped);
}

function collect(value: unknown, key: string, echoed: Echoed, depth: number): void {
  if (echoed.left <= 0) return;
  echoed.left--;
  switch (typeof value) {
    case 'string':
      if (!SCHEMA_FIELDS.has(key)) addString(value, echoed);
      return;
    case 'number':
    case 'bigint': {
      const digits = String(value);
      if (!SCHEMA_FIELDS.has(key) && echoed.reason.includes(digits)) echoed.numbers.add(digits);
      return;
    }
    case 'object':
      if (value === null || types.isProxy(value) || depth > 16) return;
      if (Array.isArray(value)) {
        // Components of a vector: a fraction in the reason is masked whatever it was.
        if (value.length > 64 && typeof value[0] === 'number' && !Number.isInteger(value[0])) return;
        for (let at = 0; at < value.length; at++) collect(value[at], key, echoed, depth + 1);
        return;
      }
      if (ArrayBuffer.isView(value)) return;
      for (const [name, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value))) {
        // Keys of a payload are the app's, like its values.
        const inPayload = key === 'payload' || key === PAYLOAD;
        if (inPayload && name.length >= 4) addString(name, echoed);
        collect(inner, inPayload ? PAYLOAD : name, echoed, depth + 1);
      }
  }
}

/** A short value is part of many words: it is masked where it is quoted, or named as a value. */
function quotedOrNamed(text: string): RegExp {
  return new RegExp(`([\`"']|\\b(?:ids?|points?|value)[: ]+[\`"']?)${escaped(text)}(?![\\w-])`, 'gi');
}

function standing(digits: string): RegExp {
  return new RegExp(`(^|[^\\w.])${escaped(digits)}(?![\\w.]*\\w)`, 'g');
}

/** `RegExp.escape` is not in Node.js 22. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
