import { noVariant } from '../format-error.ts';
import { isObject } from '../json.ts';

/** Whether one value of the payload, no list, is what is asked for. */
export type ValueTest = (value: unknown) => boolean;

/** Words as the server's `word` tokenizer cuts them, in lower case. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * `match` of a field condition. `indexed`: the field has a full-text index, so words are compared; without one the
 * server looks for the text as it stands.
 */
export function readMatch(match: unknown, indexed: boolean): ValueTest {
  if (!isObject(match)) throw noVariant('Match');
  if ('value' in match) return equalTo(match.value);
  if (typeof match.text === 'string') return textTest(match.text, indexed, 'all');
  if (typeof match.text_any === 'string') return textTest(match.text_any, indexed, 'any');
  if (typeof match.phrase === 'string') return textTest(match.phrase, indexed, 'phrase');
  if (typeof match.prefix === 'string') {
    const { prefix } = match;
    return (value) => typeof value === 'string' && value.startsWith(prefix);
  }
  if ('any' in match) {
    const wanted = readAlternatives(match.any);
    return (value) => wanted.has(value);
  }
  if ('except' in match) {
    const unwanted = readAlternatives(match.except);
    return (value) => value !== null && value !== undefined && !unwanted.has(value);
  }
  throw noVariant('Match');
}

function equalTo(wanted: unknown): ValueTest {
  if (typeof wanted === 'number' ? !Number.isInteger(wanted) : !['string', 'boolean'].includes(typeof wanted))
    throw noVariant('Match');
  return (value) => value === wanted;
}

function readAlternatives(list: unknown): ReadonlySet<unknown> {
  const ofOneKind =
    Array.isArray(list) &&
    (list.every((item) => typeof item === 'string') || list.every((item) => Number.isInteger(item)));
  if (!ofOneKind) throw noVariant('Match');
  return new Set(list);
}

function textTest(text: string, indexed: boolean, mode: 'all' | 'any' | 'phrase'): ValueTest {
  const words = wordsOf(text);
  if (!indexed && mode !== 'any') return (value) => typeof value === 'string' && value.includes(text);
  if (!indexed) {
    const parts = text.split(/\s+/).filter((part) => part !== '');
    return (value) => typeof value === 'string' && parts.some((part) => value.includes(part));
  }
  if (mode === 'phrase') {
    const phrase = ` ${words.join(' ')} `;
    return (value) =>
      typeof value === 'string' && words.length > 0 && ` ${wordsOf(value).join(' ')} `.includes(phrase);
  }
  return (value) => {
    if (typeof value !== 'string' || words.length === 0) return false;
    const own = new Set(wordsOf(value));
    return mode === 'all' ? words.every((word) => own.has(word)) : words.some((word) => own.has(word));
  };
}
