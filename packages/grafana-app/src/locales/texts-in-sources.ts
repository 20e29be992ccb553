import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** `t('key', 'text'`, in one kind of quotes each; a call may go over several lines. */
const CALL = /\bt\(\s*'((?:[^'\\]|\\.)*)',\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;
/** Every call, to find those that the other one does not understand. */
const ANY_CALL = /\bt\(\s*['"`]/g;

export interface TextInSource {
  readonly key: string;
  readonly text: string;
  readonly file: string;
}

/** Every text that the sources show. @throws Error where a call of `t` cannot be read */
export function textsInSources(folder: string): TextInSource[] {
  const texts: TextInSource[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!/\.tsx?$/.test(name) || /\.(test|fixture|d)\.ts$/.test(name) || name.startsWith('locales')) continue;
    const source = readFileSync(join(folder, name), 'utf8');
    const found = [...source.matchAll(CALL)];
    const calls = [...source.matchAll(ANY_CALL)].length;
    if (found.length !== calls)
      throw new Error(
        `${name}: ${calls} calls of t, of which ${found.length} have a key and a text as literals`,
      );
    for (const [, key, single, double] of found)
      texts.push({ key: key!, text: (single ?? double!).replaceAll(/\\(.)/g, '$1'), file: name });
  }
  return texts;
}

/** As Grafana wants them: `{"a":{"b":"text"}}` for `a.b`. @throws Error where a key is a text and a group */
export function nested(texts: readonly TextInSource[]): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, text, file } of texts.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const path = key.split('.');
    const last = path.pop()!;
    let group = root;
    for (const part of path) {
      group[part] ??= {};
      if (typeof group[part] !== 'object') throw new Error(`${file}: ${key} is below a key that is a text`);
      group = group[part] as Record<string, unknown>;
    }
    if (group[last] !== undefined && group[last] !== text)
      throw new Error(
        `${file}: ${key} has two texts, ${JSON.stringify(group[last])} and ${JSON.stringify(text)}`,
      );
    group[last] = text;
  }
  return root;
}
