import type { ReceivedAttributes, ReceivedValue } from '../receiver/otlp-parts.ts';

/**
 * An attribute (key and value), held once however many spans have it. That keeps memory low, since most values repeat,
 * and makes search quick: a search looks at each term once, and at spans only for which terms they have.
 */
export interface Term {
  readonly key: string;
  readonly value: ReceivedValue;
  /** What a search looks at: the value in lower case, at most `MAX_SEARCHED` characters of it. */
  readonly text: string;
  /** Estimated, of memory. */
  readonly bytes: number;
  /** Spans, events and resources that have it. */
  refs: number;
  /** Which search looked at it last; see `search/matcher.ts`. */
  epoch: number;
  /** Bits of the words that were looked for, and of those that were found. */
  looked: number;
  found: number;
}

export interface TermDictionary {
  /** One more user of the term. */
  take(key: string, value: ReceivedValue): Term;
  takeAll(attributes: ReceivedAttributes): readonly Term[];
  /** One user less; the last one takes the term along. */
  release(term: Term): void;
  /** Estimated bytes of the terms held. */
  readonly bytes: number;
  /** Keys in use, by name. */
  keys(): string[];
  /** Terms of a key, the most used first. Objects, arrays and bytes are not among them. */
  termsOf(key: string): Term[];
}

/** Characters of a value. Prompts may have a million, and the lower-case form of each would be held too. */
export const MAX_SEARCHED = 32_768;
const NO_TERMS: readonly Term[] = Object.freeze([]);
/** Bytes of an entry besides its text: object, map entry, key. Measured: see the benchmark's heap at the bound. */
const TERM_BYTES = 160;

export function createTermDictionary(): TermDictionary {
  const byKey = new Map<string, Map<ReceivedValue, Term>>();
  let bytes = 0;
  const create = (key: string, value: ReceivedValue): Term => {
    const whole = valueText(value);
    const text = (whole.length > MAX_SEARCHED ? whole.slice(0, MAX_SEARCHED) : whole).toLowerCase();
    const term = {
      key,
      value,
      text,
      bytes: estimateBytes(key, value, whole, text),
      refs: 1,
      epoch: 0,
      looked: 0,
      found: 0,
    };
    bytes += term.bytes;
    return term;
  };
  const take = (key: string, value: ReceivedValue): Term => {
    // Objects are equal to themselves only: nobody would find them again.
    if (typeof value === 'object' && value !== null) return create(key, value);
    let terms = byKey.get(key);
    if (terms === undefined) {
      terms = new Map();
      byKey.set(key, terms);
    }
    let term = terms.get(value);
    if (term === undefined) {
      term = create(key, value);
      terms.set(value, term);
    } else term.refs++;
    return term;
  };
  return {
    take,
    takeAll(attributes) {
      const keys = Object.keys(attributes);
      if (keys.length === 0) return NO_TERMS;
      // Of exact length: one that grows takes up to half as much again.
      const terms = new Array<Term>(keys.length);
      for (let i = 0; i < keys.length; i++) {
        const key = keys[i] as string;
        terms[i] = take(key, attributes[key] as ReceivedValue);
      }
      return terms;
    },
    release(term) {
      if (--term.refs > 0) return;
      bytes -= term.bytes;
      const terms = byKey.get(term.key);
      if (terms?.get(term.value) !== term) return;
      terms.delete(term.value);
      if (terms.size === 0) byKey.delete(term.key);
    },
    get bytes() {
      return bytes;
    },
    keys: () => [...byKey.keys()].sort(),
    termsOf: (key) => [...(byKey.get(key)?.values() ?? [])].sort((a, b) => b.refs - a.refs),
  };
}

/** Of a value all characters, however few of them are searched; two bytes each, which a string takes at most. */
function estimateBytes(key: string, value: ReceivedValue, whole: string, text: string): number {
  const held = value instanceof Uint8Array ? value.byteLength : 2 * whole.length * objectFactor(value);
  // The lower-case form is the same string where nothing was to change.
  return TERM_BYTES + key.length + held + (text === whole ? 0 : 2 * text.length);
}

/** Arrays and objects take several times their text: each value, key and slot is held by itself. */
function objectFactor(value: ReceivedValue): number {
  return typeof value === 'object' && value !== null ? 4 : 1;
}

/** The value as text: strings as they are, the rest as JSON. */
export function valueText(value: ReceivedValue): string {
  if (typeof value === 'string') return value;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner === 'bigint') return String(inner);
    return inner instanceof Uint8Array ? `${inner.byteLength} bytes` : inner;
  });
}
