import { stripVTControlCharacters } from 'node:util';

const MASK = '[REDACTED]';
/** Shorter ones would mask ordinary words; every secret that we make is longer. */
const MIN_LENGTH = 6;
/** What others say is cut shorter where it is read; this is for a list of our own. */
const LONGEST = 1000;
/** Control characters and explicit text directions, which rewrite what stands beside them on a terminal. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu;

/** Everything secret that this run has read or made, and the way to print text in which it may stand. */
export class Concealment {
  readonly #secrets = new Set<string>();

  add(secret: string): void {
    if (secret.length < MIN_LENGTH) return;
    this.#secrets.add(secret);
    this.#secrets.add(encodeURIComponent(secret));
    this.#secrets.add(Buffer.from(secret).toString('base64'));
  }

  /** @returns one line fit for a terminal, secrets masked, at most 1000 characters. */
  conceal(text: string): string {
    let shown = stripVTControlCharacters(text);
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, MASK);
    shown = shown
      .replace(/\/\/[^/@\s]*@/g, `//${MASK}@`)
      .replace(UNPRINTABLE, ' ')
      .trim();
    return shown.length > LONGEST ? `${shown.slice(0, LONGEST - 1)}…` : shown;
  }
}
