/**
 * Where and why a text is not JSON, in the words of serde_json (src/error.rs and src/de.rs), which the server repeats
 * in its answer; and where in a text a value ends.
 */
import type { JsonPath } from '../format-error.ts';

/** Deeper nesting is refused, as serde_json does. */
const MAX_DEPTH = 128;

class SyntaxFault extends Error {}

export interface ReadJson {
  readonly value: unknown;
  /** ` at line L column C`, behind the value at the path and the brace that closes what holds it. */
  positionOf(path: JsonPath): string;
}

/** @throws Error whose message is serde_json's, position included. */
export function readJson(text: string): ReadJson {
  let value: unknown;
  let parsed = true;
  try {
    value = JSON.parse(text);
  } catch {
    parsed = false;
  }
  if (!parsed || isTooDeep(text)) new Scanner(text).scan();
  if (!parsed) throw new Error(`expected value${position(text, text.length)}`);
  return { value, positionOf: (path) => position(text, new Scanner(text).endOf(path)) };
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c) at++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) {
      if (++depth >= MAX_DEPTH) return true;
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  return false;
}

function position(text: string, index: number): string {
  const before = text.slice(0, index);
  const line = before.split('\n').length;
  const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1));
  return ` at line ${line} column ${column}`;
}

class Scanner {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  #wanted: JsonPath | undefined;
  #end: number | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    try {
      this.#value(0);
      this.#space();
      if (this.#at < this.#text.length) this.#fail('trailing characters', 1);
    } catch (error) {
      if (error instanceof SyntaxFault) throw new Error(error.message);
      throw error;
    }
  }

  endOf(path: JsonPath): number {
    this.#wanted = path;
    this.scan();
    const end = this.#end ?? this.#text.length;
    const closing = /^\s*[}\]]/.exec(this.#text.slice(end, end + 1000));
    return path.length > 0 && closing ? end + closing[0].length : end;
  }

  /** `ahead`: 1 where the server counts the character it looks at, 0 where it has not yet looked. */
  #fail(message: string, ahead = 0): never {
    throw new SyntaxFault(message + position(this.#text, Math.min(this.#at + ahead, this.#text.length)));
  }

  #space(): void {
    while (' \t\n\r'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
  }

  /** `matched`: how many steps of the wanted path lead here; -1 when this is not on it. */
  #value(matched: number): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === undefined) this.#fail('EOF while parsing a value');
    else if (first === '{') this.#object(matched);
    else if (first === '[') this.#array(matched);
    else if (first === '"') this.#string();
    else if (first === '-' || (first >= '0' && first <= '9')) this.#number();
    else this.#word(first);
    if (matched === this.#wanted?.length) this.#end = this.#at;
  }

  #step(matched: number, step: string | number | undefined): number {
    return matched >= 0 && this.#wanted?.[matched] === step ? matched + 1 : -1;
  }

  #enter(): void {
    this.#at++;
    if (++this.#depth >= MAX_DEPTH) this.#fail('recursion limit exceeded');
  }

  #object(matched: number): void {
    this.#enter();
    for (let first = true; ; first = false) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === undefined) this.#fail('EOF while parsing an object');
      if (next === '}' && first) break;
      if (!first) {
        if (next === '}') break;
        if (next !== ',') this.#fail('expected `,` or `}`', 1);
        this.#at++;
        this.#space();
        if (this.#text[this.#at] === '}') this.#fail('trailing comma', 1);
      }
      if (this.#at >= this.#text.length) this.#fail('EOF while parsing an object');
      if (this.#text[this.#at] !== '"') this.#fail('key must be a string', 1);
      const start = this.#at;
      this.#string();
      const key = this.#wanted && JSON.parse(this.#text.slice(start, this.#at));
      this.#space();
      if (this.#at >= this.#text.length) this.#fail('EOF while parsing an object');
      if (this.#text[this.#at] !== ':') this.#fail('expected `:`', 1);
      this.#at++;
      this.#value(this.#step(matched, key));
    }
    this.#at++;
    this.#depth--;
  }

  #array(matched: number): void {
    this.#enter();
    for (let count = 0; ; count++) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === undefined) this.#fail('EOF while parsing a list');
      if (next === ']') break;
      if (count > 0) {
        if (next !== ',') this.#fail('expected `,` or `]`', 1);
        this.#at++;
        this.#space();
        if (this.#text[this.#at] === ']') this.#fail('trailing comma', 1);
      }
      this.#value(this.#step(matched, count));
    }
    this.#at++;
    this.#depth--;
  }

  #string(): void {
    for (this.#at++; ; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined) this.#fail('EOF while parsing a string');
      else if (character === '"') break;
      else if (character < ' ')
        this.#fail('control character (\\u0000-\\u001F) found while parsing a string', 1);
      else if (character === '\\') this.#escape();
    }
    this.#at++;
  }

  #escape(): void {
    const character = this.#text[++this.#at];
    if (character === undefined) this.#fail('EOF while parsing a string');
    if (character === 'u') {
      if (!/^[0-9a-f]{4}/i.test(this.#text.slice(this.#at + 1, this.#at + 5)))
        this.#fail('invalid escape', 1);
      this.#at += 4;
    } else if (!'"\\/bfnrt'.includes(character!)) this.#fail('invalid escape', 1);
  }

  #number(): void {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.#text.slice(this.#at));
    if (!match) this.#fail('invalid number', 1);
    this.#at += match![0].length;
    if (/[\d.eE]/.test(this.#text[this.#at] ?? ' ')) this.#fail('invalid number', 1);
  }

  #word(first: string): void {
    const word = { n: 'null', t: 'true', f: 'false' }[first];
    if (word === undefined) this.#fail('expected value', 1);
    for (const letter of word!) {
      if (this.#text[this.#at] === undefined) this.#fail('EOF while parsing a value');
      if (this.#text[this.#at] !== letter) this.#fail('expected ident', 1);
      this.#at++;
    }
  }
}
