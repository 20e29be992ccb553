import { readFileSync } from 'node:fs';

/** One instruction: `COPY`, and what follows it with continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly text: string;
}

/** The instructions of a Dockerfile, each stage beginning with its `FROM`. */
export function readStages(file: string): Instruction[][] {
  const stages: Instruction[][] = [];
  const code = readFileSync(file, 'utf8')
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ');
  for (const line of code.split('\n')) {
    const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    if (name === undefined || text === undefined) continue;
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, text });
  }
  return stages;
}

/**
 * @param text of a .dockerignore: the last line that fits a path, or a folder it is in, decides
 *   (https://docs.docker.com/build/concepts/context/#dockerignore-files)
 * @returns whether a path of the context, with slashes and relative to it, is left out
 */
export function dockerignore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const kept = line.startsWith('!');
      const pattern = (kept ? line.slice(1) : line)
        .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('**/', '\0')
        .replaceAll('*', '[^/]*')
        .replaceAll('\0', '(?:.*/)?');
      return { kept, pattern: new RegExp(`^${pattern}(?:/|$)`) };
    });
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.kept === false;
}
