/** A text as a PromQL string: its escapes are those of Go, of which JSON's are a part. */
export function quote(text: string): string {
  return JSON.stringify(text);
}

/** `{a="b"}` of what is given; nothing for an empty one. A value that is undefined is left out. */
export function selector(labels: Readonly<Record<string, string | undefined>>, ...more: string[]): string {
  const matchers = Object.entries(labels)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${quote(value)}`);
  const all = [...matchers, ...more];
  return all.length === 0 ? '' : `{${all.join(', ')}}`;
}
