import { builtinModules } from 'node:module';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Instrumentation } from '../otel-contract.ts';

/** One module that an instrumentation patches, from what `InstrumentationBase` keeps. */
export interface PatchedModule {
  /** As imported (`pg`, `@langchain/core/callbacks/manager`, `fs`), or an absolute path. */
  readonly name: string;
  /** Files inside the package that are patched, as `pg/lib/client.js`, with slashes. */
  readonly files: readonly string[];
  /** A hook has handed it over, in this process and until now. */
  readonly reached: boolean;
}

interface ModuleDefinition {
  readonly name: string;
  readonly files?: readonly { readonly name: string; readonly moduleExports?: unknown }[];
  readonly moduleExports?: unknown;
}

/** Empty for an instrumentation that is not an `InstrumentationBase`, or that patches nothing. */
export function patchedModules(instrumentation: Instrumentation): PatchedModule[] {
  const { _modules: definitions } = instrumentation as { _modules?: unknown };
  if (!Array.isArray(definitions)) return [];
  return (definitions as ModuleDefinition[])
    .filter((definition) => typeof definition?.name === 'string')
    .map(({ name, files = [], moduleExports }) => ({
      name,
      files: files.map((file) => file.name.replaceAll('\\', '/')),
      reached: moduleExports !== undefined || files.some((file) => file.moduleExports !== undefined),
    }));
}

/**
 * What import-in-the-middle has to be told to wrap. Its list holds whole specifiers, URLs and patterns of URLs: `pg` does
 * not stand for the files of pg, and a package imports its own files by relative specifiers.
 */
export function includeEntries(modules: readonly PatchedModule[]): (string | RegExp)[] {
  const entries = new Map<string, string | RegExp>();
  const add = (entry: string | RegExp): unknown => entries.set(String(entry), entry);
  for (const { name, files } of modules) {
    if (isAbsolute(name)) {
      add(pathToFileURL(name).href);
      continue;
    }
    add(name);
    if (builtinModules.includes(name)) add(`node:${name}`);
    for (const file of files)
      add(new RegExp(`/node_modules/${encodeURI(file).replace(/[.*+?^$(){}|[\]\\]/g, '\\$&')}$`));
  }
  return [...entries.values()];
}

/** `@scope/name` or `name`. */
export function packageNameOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}
