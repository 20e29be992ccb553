/** Characters of a name in the tables: 1 KiB, at two bytes a character, as the store counts. */
export const MAX_NAME_LENGTH = 512;

/** @returns the name, or its beginning and `…`. Names that begin alike are one in the tables then. */
export function shortName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  // Through bytes: a slice would keep the whole name in memory.
  return Buffer.from(`${name.slice(0, MAX_NAME_LENGTH - 1)}…`).toString();
}

/** @returns whether a text, in lower case, is what the tables show of a longer name: their links look for it */
export function isShortNameOf(text: string, name: string): boolean {
  return isShortName(text) && name.length > MAX_NAME_LENGTH && shortName(name).toLowerCase() === text;
}

/** @returns of a text in lower case that was cut, what surely stands in the whole name; any other text as it is */
export function withoutCut(text: string): string {
  // U+FFFD is half of a character that was cut in two; a sigma is written otherwise where a word goes on.
  return isShortName(text) ? text.replace(/[\ufffdς]?…$/, '') : text;
}

/** In lower case some letters are two. */
function isShortName(text: string): boolean {
  return text.length >= MAX_NAME_LENGTH && text.endsWith('…');
}
