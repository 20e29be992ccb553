const FIELDS = ['service:', 'operation:', 'status:error', 'kind:server', 'duration:>', 'spans:>', 'trace:'];
const MAX_SUGGESTIONS = 8;

/**
 * @param keys of attributes
 * @returns fields and keys that begin with, or hold, the word at the end of a query
 */
export function suggest(text: string, keys: readonly string[]): string[] {
  const word = text.slice(lastWordAt(text)).toLowerCase();
  if (word === '' || /[:=<>~"]/.test(word) || isInQuotes(text)) return [];
  const attributes = keys.map((key) => `${key}=`);
  const starts = [...FIELDS, ...attributes].filter((each) => each.toLowerCase().startsWith(word));
  const taken = new Set(starts);
  const holds = attributes.filter((each) => each.toLowerCase().includes(word) && !taken.has(each));
  return [...starts, ...holds].slice(0, MAX_SUGGESTIONS);
}

/** @returns the query with a suggestion in place of the word at its end */
export function withSuggestion(text: string, suggestion: string): string {
  return `${text.slice(0, lastWordAt(text))}${suggestion}${/[:=>]$/.test(suggestion) ? '' : ' '}`;
}

/** Behind the minus of a word that must not occur: `-hea` is `hea`. */
function lastWordAt(text: string): number {
  const start = text.lastIndexOf(' ') + 1;
  return text[start] === '-' ? start + 1 : start;
}

/** A quote is open, in which a space ends no word. */
function isInQuotes(text: string): boolean {
  return (text.replace(/\\./g, '').split('"').length - 1) % 2 === 1;
}
