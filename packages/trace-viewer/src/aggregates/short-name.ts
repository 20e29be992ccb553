/** Characters of a name in the tables: 1 KiB, at two bytes a character, as the store counts. */
export const MAX_NAME_LENGTH = 512;

/** @returns the name, or its beginning and `…`. Names that begin alike are one in the tables then. */
export function shortName(name: string): string {
  if (name.length <= MAX_NAME_LENGTH) return name;
  // Through bytes: a slice would keep the whole name in memory.
  return Buffer.from(`${name.slice(0, MAX_NAME_LENGTH - 1)}…`).toString();
}
