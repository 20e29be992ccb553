import { parseQuery, quote, type Token, tokenize } from '../search/query.ts';

/** Fields that the controls beside the search field set. */
export type Field = 'service' | 'operation' | 'status' | 'duration';

/** @returns the value of a field in a query, as far as a control can show it */
export function fieldOf(query: string, field: Field): string {
  return tokenize(query).find((token) => isField(token, field))?.value ?? '';
}

/** @returns the query with the field set, or without it where the value is empty */
export function withField(query: string, field: Field, value: string): string {
  const tokens = tokenize(query);
  const kept = tokens.filter((token) => !isField(token, field)).map(({ from, to }) => query.slice(from, to));
  return [...kept, ...(value === '' ? [] : [`${field}:${quote(value)}`])].join(' ');
}

/** @returns the query with a condition more, unless it is there */
export function withCondition(query: string, condition: string): string {
  const parts = tokenize(query).map(({ from, to }) => query.slice(from, to));
  return parts.includes(condition) ? query : [...parts, condition].join(' ');
}

/** @returns a text to look for anywhere, such that nothing in it is taken for a condition or for a minus */
export function words(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** `service:checkout operation:"POST /orders"` */
export function conditions(fields: Readonly<Partial<Record<Field, string>>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([field, value]) => `${field}:${quote(value)}`)
    .join(' ');
}

/** `http.route=/orders` */
export function attributeCondition(key: string, value: string): string | undefined {
  // The language has no other keys; and nobody types a prompt.
  if (!/^[A-Za-z_][\w.\-/]*$/.test(key) || value.length > 300 || value === '*') return undefined;
  return `${key}=${quote(value)}`;
}

function isField({ field, operator, negated }: Token, wanted: Field): boolean {
  return field === wanted && operator === ':' && !negated;
}

/** @returns what is wrong with a query, such as one that is half typed; it is not worth asking the server */
export function problemOf(query: string): string | undefined {
  try {
    parseQuery(query);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
