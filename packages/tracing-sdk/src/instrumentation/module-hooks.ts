import { relative } from 'node:path';
import type { Instrumentation } from '../otel-contract.ts';
import { hookLibrariesOf, versionIn } from './hook-library.ts';
import { installImportHooks } from './import-hooks.ts';
import { includeEntries, type PatchedModule, patchedModules } from './patched-modules.ts';

/** An instrumentation with the folder that its dependencies resolve from. */
export interface HookedInstrumentation {
  readonly instrumentation: Instrumentation;
  readonly packageName: string;
  readonly folder: string;
}

export interface ModuleHooks {
  readonly warnings: readonly string[];
  /** For `describe()`. */
  readonly notes: readonly string[];
}

/**
 * Lets ES module imports of what the instrumentations patch go through import-in-the-middle, and nothing else. It must be
 * the copy that their own `@opentelemetry/instrumentation` uses: hooks in another copy never fire. Call it once they are
 * enabled, so that this copy is known for certain.
 *
 * CommonJS needs nothing from us: require-in-the-middle hooks itself in.
 *
 * @param appDirectory paths in the warnings are relative to it.
 */
export function installModuleHooks(
  instrumentations: readonly HookedInstrumentation[],
  appDirectory: string,
): ModuleHooks {
  const importHooks = new Map<string, string[]>();
  const bases = new Map<string, string[]>();
  const modules: PatchedModule[] = [];
  for (const { instrumentation, packageName, folder } of instrumentations) {
    const patched = patchedModules(instrumentation);
    const libraries = patched.length === 0 ? undefined : hookLibrariesOf(instrumentation, folder);
    if (libraries === undefined) continue;
    modules.push(...patched);
    addUser(importHooks, libraries.importHooks, packageName);
    if (libraries.base !== undefined) addUser(bases, libraries.base, packageName);
  }
  if (modules.length === 0) return { warnings: [], notes: [] };
  const problems = installImportHooks([...importHooks.keys()], includeEntries(modules));
  return {
    warnings: [
      ...problems,
      ...describeCopies('import-in-the-middle', importHooks, appDirectory).map(
        (sentence) =>
          `${sentence} Each is hooked; run \`npm dedupe\` to have one, and check with \`npm ls import-in-the-middle\`.`,
      ),
    ],
    // Harmless as long as they share the hooks: worth a line for whoever looks, not a warning.
    notes: describeCopies('@opentelemetry/instrumentation', bases, appDirectory),
  };
}

function addUser(copies: Map<string, string[]>, folder: string, user: string): void {
  const users = copies.get(folder);
  if (users === undefined) copies.set(folder, [user]);
  else if (!users.includes(user)) users.push(user);
}

function describeCopies(
  name: string,
  copies: ReadonlyMap<string, readonly string[]>,
  appDirectory: string,
): string[] {
  if (copies.size < 2) return [];
  const list = [...copies].map(
    ([folder, users]) => `${versionIn(folder)} in ${relative(appDirectory, folder)} (${users.join(', ')})`,
  );
  return [`there are ${copies.size} copies of ${name}: ${list.join('; ')}.`];
}
