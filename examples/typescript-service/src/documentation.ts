import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** One section of a Markdown file. */
export interface Passage {
  /** Relative to the root, with slashes. */
  readonly file: string;
  readonly heading: string;
  readonly text: string;
}

const LEFT_OUT = new Set(['node_modules', 'dist']);

/** Every section of every Markdown file below `root`, `node_modules` and hidden folders left out; sorted by file. */
export function readDocumentation(root: string): Passage[] {
  return markdownFiles(root).flatMap((path) =>
    sections(readFileSync(path, 'utf8')).map((section) => ({
      file: relative(root, path).split(sep).join('/'),
      ...section,
    })),
  );
}

function markdownFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !LEFT_OUT.has(name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return markdownFiles(path);
      return entry.isFile() && entry.name.endsWith('.md') ? [path] : [];
    });
}

/** Split at headings; a `#` within a code block is none. Sections without text are left out. */
export function sections(markdown: string): Omit<Passage, 'file'>[] {
  const found: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }];
  let inCode = false;
  for (const line of markdown.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) inCode = !inCode;
    const heading = inCode ? null : /^#{1,6}\s+(.*?)\s*#*$/.exec(line);
    if (heading === null) found.at(-1)?.lines.push(line);
    else found.push({ heading: heading[1] as string, lines: [] });
  }
  return found
    .map(({ heading, lines }) => ({ heading, text: lines.join('\n').trim() }))
    .filter(({ text }) => text !== '');
}
