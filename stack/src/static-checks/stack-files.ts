import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

export const STACK_FOLDER = fileURLToPath(new URL('../../', import.meta.url));
export const REPOSITORY = join(STACK_FOLDER, '..');

/** A tree of a YAML or JSON file, whose shape the checks are there to find out. */
// biome-ignore lint/suspicious/noExplicitAny: a schema for each file would be the file again
export type Tree = any;

export function readText(path: string): string {
  return readFileSync(join(STACK_FOLDER, path), 'utf8');
}

/** @param path within `stack/` */
export function readYaml(path: string): Tree {
  return parse(readText(path), { merge: true, maxAliasCount: 1000 });
}

export const COMPOSE_FILES = ['compose.yaml', 'compose.apps.yaml', 'compose.plugin.yaml'] as const;

/** Every whole service: those of compose.yaml and the example services. */
export function composeServices(): Record<string, Tree> {
  return { ...readYaml('compose.yaml').services, ...readYaml('compose.apps.yaml').services };
}

/** Every path of keys to a value that is no tree: `storage.trace.backend`. A list counts as one step, `[]`. */
export function keyPaths(tree: Tree, prefix = ''): string[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => keyPaths(item, `${prefix}[]`));
  if (typeof tree !== 'object' || tree === null) return [prefix];
  const entries = Object.entries(tree);
  if (entries.length === 0) return [prefix];
  return entries.flatMap(([key, value]) => keyPaths(value, prefix === '' ? key : `${prefix}.${key}`));
}
