import { createRequire, register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { versionIn } from './hook-library.ts';

/** What is shared by the versions of import-in-the-middle from 1.x to 3.x, read in their `lib/register.js`. */
interface ImportHookRegistry {
  readonly importHooks: ((...module: unknown[]) => void)[];
  readonly specifiers: Map<unknown, unknown>;
  readonly toHook: unknown[][];
}

interface SyncHooks {
  supportsSyncHooks(): boolean;
  register(options: { include: (string | RegExp)[] }): void;
}

type Include = (string | RegExp)[];

/**
 * The copy whose loader is installed, with the include list that it holds on to. One for the process: chained loaders of
 * two copies lose modules. Measured: a module that both list is handed to one of them only, and the asynchronous loaders
 * of 1.15 and 3.6 together hand over neither's.
 */
let loader: { readonly folder: string; readonly include: Include; readonly live: boolean } | undefined;
const bridged = new Set<string>();

/**
 * Lets ES module imports of `include` go through import-in-the-middle, in this thread where Node can
 * (`module.registerHooks`: >= 22.22.3, >= 24.11.1, >= 25.1), else in a loader thread.
 *
 * @param copies folders of the copies of import-in-the-middle that instrumentations use. The newest gets the loader, and
 *   hands on what it wraps to the others.
 * @returns what could not be done, in sentences.
 */
export function installImportHooks(copies: readonly string[], include: Include): string[] {
  const problems: string[] = [];
  try {
    const missed = loader === undefined ? start(newest(copies), include) : extend(include);
    if (missed.length > 0) {
      problems.push(
        `ES module imports of ${missed.map(String).join(', ')} are not traced: this version of Node.js takes the list once, at the first initTracing. Pass every instrumentation there.`,
      );
    }
  } catch (error) {
    const modules = include.filter((entry) => typeof entry === 'string').join(', ');
    problems.push(
      `ES module imports of ${modules} are not traced: the module hooks could not be installed: ${(error as Error).message}`,
    );
  }
  const { folder } = loader ?? {};
  if (folder === undefined) return problems;
  for (const copy of copies) {
    if (copy === folder || bridged.has(copy)) continue;
    bridged.add(copy);
    try {
      bridge(folder, copy);
    } catch (error) {
      problems.push(`ES module imports are not handed to ${copy}: ${(error as Error).message}`);
    }
  }
  return problems;
}

function start(folder: string, include: Include): Include {
  const require = createRequire(join(folder, 'package.json'));
  const sync = loadSyncHooks(require, folder);
  const live = sync?.supportsSyncHooks() === true;
  if (live) sync.register({ include });
  else register(pathToFileURL(join(folder, 'hook.mjs')).href, { data: { include } });
  loader = { folder, include, live };
  return [];
}

/** After shutdown and another initTracing. In this thread the list is the array that we passed, and may grow. */
function extend(include: Include): Include {
  if (loader === undefined) return [];
  const known = new Set(loader.include.map(String));
  const added = include.filter((entry) => !known.has(String(entry)));
  if (!loader.live) return added;
  loader.include.push(...added);
  return [];
}

/** Absent before import-in-the-middle 3. */
function loadSyncHooks(require: NodeJS.Require, folder: string): SyncHooks | undefined {
  try {
    return require(join(folder, 'register-hooks.mjs')) as SyncHooks;
  } catch {
    return undefined;
  }
}

/** Calls the hooks of the copy in `to` for each module that the copy in `from` wraps. */
function bridge(from: string, to: string): void {
  const require = createRequire(join(from, 'package.json'));
  const { addHook } = require(from) as { addHook(hook: (...module: unknown[]) => void): void };
  const { importHooks, specifiers, toHook } = require(join(to, 'lib', 'register.js')) as ImportHookRegistry;
  if (!Array.isArray(importHooks) || !Array.isArray(toHook) || typeof specifiers?.set !== 'function')
    throw new Error('this version of import-in-the-middle is not known');
  addHook((url, namespace, specifier, format) => {
    specifiers.set(url, specifier);
    for (const hook of importHooks) hook(url, namespace, specifier, format);
    // Hooks that come later are told from this list.
    toHook.push([url, namespace, specifier, format]);
  });
}

function newest(copies: readonly string[]): string {
  return [...copies].sort((a, b) =>
    versionIn(b).localeCompare(versionIn(a), 'en', { numeric: true }),
  )[0] as string;
}
