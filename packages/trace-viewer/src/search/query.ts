/**
 * The search language, for the page, `--until` and the API alike. The README has the table for users; `parseQuery` is
 * what it describes.
 */
export interface Query {
  /** Texts that must occur somewhere in the trace, in lower case. */
  readonly words: readonly Word[];
  /** Conditions that one span must meet, all at once. */
  readonly span: readonly SpanCondition[];
  /** Conditions that no span may meet. */
  readonly noSpan: readonly SpanCondition[];
  /** Of the trace as a whole. */
  readonly trace: readonly TraceCondition[];
}

export interface Word {
  readonly text: string;
  readonly negated: boolean;
}

export type Comparison = '=' | '!=' | '>' | '>=' | '<' | '<=' | '~';

export type SpanCondition =
  | { readonly kind: 'service' | 'operation'; readonly text: string }
  | { readonly kind: 'status'; readonly code: number }
  | { readonly kind: 'kind'; readonly code: number }
  | {
      readonly kind: 'attribute';
      readonly key: string;
      readonly comparison: Comparison | 'exists';
      readonly text: string;
      /** The text as a number, if it is one. */
      readonly number: number | undefined;
    };

export type TraceCondition =
  | {
      readonly kind: 'duration' | 'spans';
      readonly comparison: Comparison;
      readonly number: number;
      readonly negated: boolean;
    }
  | { readonly kind: 'trace'; readonly text: string; readonly negated: boolean }
  /** From a file that was opened. */
  | { readonly kind: 'imported'; readonly negated: boolean };

/** What is wrong with a query, in a sentence for the user. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

export const SPAN_KINDS = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_CODES: ReadonlyMap<string, number> = new Map([
  ['unset', 0],
  ['ok', 1],
  ['error', 2],
]);
const UNITS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9 };
export const MAX_QUERY_LENGTH = 2000;
/** The matcher has a bit for each. */
export const MAX_WORDS = 30;

/** A part of a query as it stands there. */
export interface Token {
  readonly negated: boolean;
  /** Empty for a word. */
  readonly field: string;
  readonly operator: string;
  /** Without quotes. */
  readonly value: string;
  /** Where it stands in the query. */
  readonly from: number;
  readonly to: number;
}

const TOKEN = /(-?)(?:([A-Za-z_][\w.\-/]*)(:|!=|>=|<=|=|>|<|~))?((?:"(?:[^"\\]|\\.)*(?:"|$)|[^\s"])*)/y;

/** Splits at spaces outside quotes. Never fails: a quote left open reaches to the end. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) {
      at++;
      continue;
    }
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const to = match === null || match[0] === '' ? at + 1 : at + match[0].length;
    const [, minus = '', field = '', operator = '', value = ''] = match ?? [];
    tokens.push({ negated: minus === '-', field, operator, value: unquote(value), from: at, to });
    at = to;
  }
  return tokens;
}

function unquote(text: string): string {
  return text.replace(/"((?:[^"\\]|\\.)*)(?:"|$)/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1'));
}

/** @returns the value so that `tokenize` gives it back, in quotes where it must be */
export function quote(value: string): string {
  return /^[^\s"\\]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/**
 * @param text e.g. `service:checkout status:error duration:>100ms http.route=/orders -health`
 * @throws QueryError naming the part, what is allowed and an example
 */
export function parseQuery(text: string): Query {
  if (text.length > MAX_QUERY_LENGTH) {
    throw new QueryError(`a query has at most ${MAX_QUERY_LENGTH} characters, got ${text.length}`);
  }
  const words: Word[] = [];
  const span: SpanCondition[] = [];
  const noSpan: SpanCondition[] = [];
  const trace: TraceCondition[] = [];
  for (const token of tokenize(text)) {
    const { negated, field, operator, value } = token;
    if (field === '') {
      if (value !== '') words.push({ text: value.toLowerCase(), negated });
      continue;
    }
    const named = operator === ':' || field === 'duration' || field === 'spans';
    const traceCondition = named ? traceConditionOf(token) : undefined;
    if (traceCondition !== undefined) {
      trace.push(traceCondition);
      continue;
    }
    const condition = spanConditionOf(token);
    if (condition === undefined) words.push({ text: `${field}${operator}${value}`.toLowerCase(), negated });
    else (negated ? noSpan : span).push(condition);
  }
  if (words.length > MAX_WORDS) {
    throw new QueryError(
      `a query has at most ${MAX_WORDS} words, got ${words.length}; quotes make one of several`,
    );
  }
  return { words, span, noSpan, trace };
}

export function isEmptyQuery({ words, span, noSpan, trace }: Query): boolean {
  return words.length + span.length + noSpan.length + trace.length === 0;
}

function traceConditionOf({ field, operator, value, negated }: Token): TraceCondition | undefined {
  if (field === 'trace') return { kind: 'trace', text: value.toLowerCase(), negated };
  if (field === 'from') {
    if (value === 'file') return { kind: 'imported', negated };
    throw new QueryError(`from takes file, as in from:file; got '${value}'`);
  }
  if (field !== 'duration' && field !== 'spans') return undefined;
  const [, sign, rest = ''] =
    /^(>=|<=|!=|>|<|=)?(.*)$/.exec(operator === ':' ? value : operator + value) ?? [];
  const comparison = (sign ?? (field === 'duration' ? '>=' : '=')) as Comparison;
  const number = field === 'duration' ? parseDuration(rest) : rest === '' ? Number.NaN : Number(rest);
  if (Number.isNaN(number)) {
    throw new QueryError(
      field === 'duration'
        ? `duration takes a number with ns, us, ms, s or m, such as duration:>100ms; got '${value}'`
        : `spans takes a number, such as spans:>100; got '${value}'`,
    );
  }
  return { kind: field, comparison, number, negated };
}

/** @returns nanoseconds; NaN for what is no duration. A number without unit is milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m)?$/.exec(text);
  return match === null ? Number.NaN : Number(match[1]) * (UNITS[match[2] ?? 'ms'] as number);
}

function spanConditionOf({ field, operator, value }: Token): SpanCondition | undefined {
  if (operator === ':') {
    switch (field) {
      case 'service':
        return { kind: 'service', text: value.toLowerCase() };
      case 'operation':
      case 'name':
        return { kind: 'operation', text: value.toLowerCase() };
      case 'status': {
        const code = STATUS_CODES.get(value.toLowerCase());
        if (code === undefined) throw new QueryError(`status is error, ok or unset; got '${value}'`);
        return { kind: 'status', code };
      }
      case 'kind': {
        const code = (SPAN_KINDS as readonly string[]).indexOf(value.toLowerCase());
        if (code === -1) throw new QueryError(`kind is one of ${SPAN_KINDS.join(', ')}; got '${value}'`);
        return { kind: 'kind', code };
      }
      default:
        // A URL, an address: text like any other.
        return undefined;
    }
  }
  const number = value.trim() === '' || Number.isNaN(Number(value)) ? undefined : Number(value);
  if (/[<>]/.test(operator) && number === undefined) {
    throw new QueryError(
      `${operator} compares numbers, such as http.response.status_code${operator}499; got '${value}' for ${field}`,
    );
  }
  const comparison = operator === '=' && value === '*' ? 'exists' : (operator as Comparison);
  return { kind: 'attribute', key: field, comparison, text: value.toLowerCase(), number };
}
