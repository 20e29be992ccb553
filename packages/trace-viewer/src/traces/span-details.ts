/** What of a span is worth a line: why it failed, and the attributes that say something about this request. */
import type { ReceivedAttributes, ReceivedSpan, ReceivedValue } from '../receiver/otlp-parts.ts';
import { cleanText, truncate } from '../terminal/terminal-text.ts';

const ERROR = 2;
const CLIENT = 2;

export function hasFailed(span: ReceivedSpan): boolean {
  return span.status.code === ERROR;
}

/** @returns `TypeError: x is not a function`, from the exception event, else the status; empty when it says nothing */
export function failureText(span: ReceivedSpan): string {
  const exception = span.events.findLast((event) => event.name === 'exception')?.attributes;
  const type = textOf(exception?.['exception.type']);
  const message = textOf(exception?.['exception.message']) || cleanText(span.status.message);
  if (type !== '' && message !== '') return `${type}: ${message}`;
  if (message !== '' || type !== '') return message || type;
  const errorType = textOf(span.attributes['error.type']);
  // HTTP instrumentation puts the status there, which is shown as such.
  return /^\d{3}$/.test(errorType) ? '' : errorType;
}

/** On every request the same, or told by name, status and place in the tree already. */
const NOISE =
  /^(server|client|network|net|user_agent|url|telemetry|process|thread|code|otel|peer|service|host)\.|^http\.(request\.method|route|request\.method_original)$|^db\.(system|operation|collection)\.name$|^error\.type$/;

/** @returns `status=503 cart.items=3`, a status only where it tells of a failure: at most `width` columns, what was sent first comes first */
export function attributesText(span: ReceivedSpan, width: number): string {
  const { attributes } = span;
  const parts: string[] = [];
  if (span.kind === CLIENT) parts.push(...target(attributes));
  for (const key of Object.keys(attributes)) {
    if (key === 'http.response.status_code') {
      if (Number(attributes[key]) >= 400) parts.push(`status=${show(attributes[key])}`);
    } else if (!NOISE.test(key)) parts.push(`${cleanText(key)}=${show(attributes[key])}`);
    // One span may carry 128 attributes; the line has room for a few.
    if (parts.length > 10) break;
  }
  return truncate(parts.join(' '), width);
}

/** Whom a client called: without the query, which is long and may be private. */
function target(attributes: ReceivedAttributes): string[] {
  const url = attributes['url.full'];
  if (typeof url !== 'string' || !URL.canParse(url)) return [];
  const { host, pathname } = new URL(url);
  return [cleanText(`${host}${pathname}`)];
}

function show(value: ReceivedValue | undefined): string {
  if (typeof value === 'string') return cleanText(value) || '""';
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (typeof value === 'object' && value !== null) {
    const text = JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? String(inner) : inner));
    return cleanText(text);
  }
  return String(value);
}

function textOf(value: ReceivedValue | undefined): string {
  return typeof value === 'string' ? cleanText(value) : '';
}

/** @returns what a call was, where the name does not say it: status, rows, model; empty for most spans */
export function callHint({ attributes }: ReceivedSpan): string {
  const parts: string[] = [];
  const status = attributes['http.response.status_code'];
  if (status !== undefined) parts.push(show(status));
  const rows = attributes['db.response.returned_rows'];
  if (rows !== undefined) parts.push(`${show(rows)} rows`);
  const model = attributes['gen_ai.response.model'] ?? attributes['gen_ai.request.model'];
  if (model !== undefined) parts.push(show(model));
  const tokens = attributes['gen_ai.usage.output_tokens'];
  if (tokens !== undefined) parts.push(`${show(tokens)} tokens`);
  return parts.join(', ').slice(0, 80);
}
