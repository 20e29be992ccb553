import { isShortNameOf, withoutCut } from '../aggregates/short-name.ts';
import type { StoredSpan } from '../store/stored-span.ts';
import type { Term } from '../store/term-dictionary.ts';
import type { StoredTrace } from '../store/trace-store.ts';
import { type DatabaseCall, databaseCallOf } from '../traces/database-call.ts';
import type { Comparison, Query, SpanCondition, TraceCondition, Word } from './query.ts';

/** Judges traces for as long as one search takes: a term is looked at once, then known. Not to be kept. */
export interface Matcher {
  matchesTrace(trace: StoredTrace): boolean;
  /** Whether the span meets the conditions and has one of the words, if there are any. For search within a trace. */
  matchesSpan(span: StoredSpan): boolean;
}

/** One number a matcher, so that old answers in a term are told from new ones. */
let epoch = 0;

const MIN_TRACE_ID = 8;

export function createMatcher(query: Query): Matcher {
  const own = ++epoch;
  const words = query.words.map((word, index) => createWordSearch(word, index, own));
  return {
    matchesTrace(trace) {
      for (const condition of query.trace) if (!meetsTrace(trace, condition)) return false;
      for (const { text, negated, isIn } of words) {
        // An identifier that was pasted; shorter ones would find traces by chance.
        let found = text.length >= MIN_TRACE_ID && trace.traceId.startsWith(text);
        for (const span of found ? [] : trace.spans.values()) {
          if (isIn(span)) {
            found = true;
            break;
          }
        }
        if (found === negated) return false;
      }
      if (query.span.length > 0) {
        let found = false;
        for (const span of trace.spans.values()) {
          if (query.span.every((condition) => meetsSpan(span, condition))) {
            found = true;
            break;
          }
        }
        if (!found) return false;
      }
      for (const condition of query.noSpan) {
        for (const span of trace.spans.values()) if (meetsSpan(span, condition)) return false;
      }
      return true;
    },
    matchesSpan(span) {
      return (
        query.span.every((condition) => meetsSpan(span, condition)) &&
        !query.noSpan.some((condition) => meetsSpan(span, condition)) &&
        words.every(({ negated, isIn }) => isIn(span) !== negated)
      );
    },
  };
}

interface WordSearch {
  readonly text: string;
  readonly negated: boolean;
  isIn(span: StoredSpan): boolean;
}

/**
 * @param own of the matcher. A term that was last looked at by another one holds that one's answers; of ours it has a bit
 *   a word that was looked for, and one for whether it was found.
 */
function createWordSearch({ text, negated }: Word, index: number, own: number): WordSearch {
  const bit = 1 << index;
  const part = withoutCut(text);
  const has = (term: Term): boolean => {
    if (term.epoch !== own) {
      term.epoch = own;
      term.looked = 0;
      term.found = 0;
    }
    if ((term.looked & bit) === 0) {
      term.looked |= bit;
      if (term.text.includes(part)) term.found |= bit;
    }
    return (term.found & bit) !== 0;
  };
  const hasAny = (terms: readonly Term[]): boolean => {
    for (const term of terms) if (has(term)) return true;
    return false;
  };
  return {
    text,
    negated,
    isIn: (span) =>
      has(span.name) ||
      hasAny(span.attributes) ||
      hasAny(span.resource.attributes) ||
      span.events.some(({ name, attributes }) => has(name) || hasAny(attributes)) ||
      (span.status.message !== '' && span.status.message.toLowerCase().includes(part)) ||
      span.spanId === text,
  };
}

function meetsSpan(span: StoredSpan, condition: SpanCondition): boolean {
  switch (condition.kind) {
    case 'service':
      return (
        span.resource.service.toLowerCase() === condition.text ||
        isShortNameOf(condition.text, span.resource.service)
      );
    case 'operation':
      return span.name.text === condition.text || isShortNameOf(condition.text, span.name.value as string);
    case 'status':
      return span.status.code === condition.code;
    case 'kind':
      return span.kind === condition.code;
    case 'attribute':
      return meetsAttribute(span, condition);
  }
}

function meetsAttribute(span: StoredSpan, condition: Extract<SpanCondition, { kind: 'attribute' }>): boolean {
  const { key } = condition;
  const term =
    span.attributes.find((each) => each.key === key) ??
    span.resource.attributes.find((each) => each.key === key) ??
    databaseTermOf(span, key);
  if (term !== undefined) return meetsValue(term, condition);
  return span.events.some(({ attributes }) =>
    attributes.some((each) => each.key === key && meetsValue(each, condition)),
  );
}

const DATABASE_NAMES: ReadonlyMap<string, keyof DatabaseCall> = new Map([
  ['db.system.name', 'system'],
  ['db.operation.name', 'operation'],
]);

/** So that a row of the table of databases finds its traces, by whatever name the spans have it. */
function databaseTermOf(span: StoredSpan, key: string): Term | undefined {
  const part = DATABASE_NAMES.get(key);
  return part === undefined ? undefined : databaseCallOf(span)?.[part];
}

function meetsValue(
  { text, value }: Term,
  { comparison, text: wanted, number }: Extract<SpanCondition, { kind: 'attribute' }>,
): boolean {
  if (comparison === 'exists') return true;
  if (comparison === '~') return text.includes(wanted);
  const found = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
  if (comparison === '=' || comparison === '!=') {
    const equal =
      text === wanted ||
      (found !== undefined && found === number) ||
      (typeof value === 'string' && isShortNameOf(wanted, value));
    return equal === (comparison === '=');
  }
  // Some instrumentations send numbers as text.
  const comparable = found ?? (text.trim() === '' ? Number.NaN : Number(text));
  return number !== undefined && compare(comparable, comparison, number);
}

function meetsTrace(trace: StoredTrace, condition: TraceCondition): boolean {
  const { negated } = condition;
  if (condition.kind === 'trace') return trace.traceId.startsWith(condition.text) !== negated;
  if (condition.kind === 'imported') return trace.imported !== negated;
  const value = condition.kind === 'spans' ? trace.spans.size : Number(trace.end - trace.start);
  return compare(value, condition.comparison, condition.number) !== negated;
}

function compare(value: number, comparison: Comparison, other: number): boolean {
  switch (comparison) {
    case '>':
      return value > other;
    case '>=':
      return value >= other;
    case '<':
      return value < other;
    case '<=':
      return value <= other;
    case '!=':
      return value !== other;
    default:
      return value === other;
  }
}
