/** Text from outside, made fit for a terminal: no control over it, and of known width. */
import { stripVTControlCharacters } from 'node:util';

/** Explicit directions of text: they reorder what stands beside them (CVE-2021-42574 shows what for). */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
const CONTROLS = /[\p{Cc}\p{Cs}]/gu;

/**
 * Span names and attributes come from anyone who can send OTLP. An escape sequence in them could rewrite the screen, set
 * the window's title or, on some terminals, type.
 *
 * @returns one line without control characters, escape sequences, text direction overrides and lone surrogates
 */
export function cleanText(text: string): string {
  return stripVTControlCharacters(text).replace(BREAKS, ' ').replace(BIDI, '').replace(CONTROLS, '').trim();
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const PLAIN = /^[\x20-\x7e]*$/;
const INVISIBLE = /^[\p{M}\p{Cf}\p{Zl}\p{Zp}]+$/u;
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
/** East Asian Wide and Fullwidth, by blocks. https://www.unicode.org/reports/tr11/ */
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;

function graphemeWidth(grapheme: string): number {
  if (INVISIBLE.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

/** @returns the columns that clean text takes on a terminal */
export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** @returns text of at most `width` columns; when it was longer, it ends in `…` */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const next = graphemeWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return width < 1 ? '' : `${kept}…`;
}

/** @returns text of exactly `width` columns, unless it is longer */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}
