import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createRequire } from 'node:module';
import { isAbsolute, join, sep } from 'node:path';
import { diag } from '@opentelemetry/api';
import type { Instrumentation } from '../otel-contract.ts';
import { importEntry } from './load-package.ts';
import { packageNameOf, patchedModules } from './patched-modules.ts';

export interface LateInstrumentation {
  readonly packageName: string;
  readonly instrumentation: Instrumentation;
}

export interface LateModules {
  /** Packages of which the app holds something unpatched. */
  readonly warnings: readonly string[];
  stop(): void;
}

const REMEDY = 'Start the app with `node --import @uat/tracing-sdk/register`';
const MARKER = `${sep}node_modules${sep}`;
/** Node >= 22.15 publishes it also for a CommonJS file that an ES module imports: then `parentFilename` is undefined. */
const LOADED = 'tracing:module.require:end';

/** What one package is patched by, and where. */
interface Watched {
  readonly users: Set<string>;
  /** Module names, such as `pg`. */
  readonly entries: Set<string>;
  /** Such as `pg/lib/client.js`. */
  readonly files: Set<string>;
}

/**
 * For `initTracing` in the app's own code, after its imports: makes up for what the hooks have missed.
 *
 * - A CommonJS package that is loaded already is required once more, which hands it to require-in-the-middle. That patches
 *   prototypes and properties in place, so most clients are traced from here on. Where the app may hold something that was
 *   replaced instead, a warning names it.
 * - The entry of a CommonJS package that an ES module imports never goes through `require`; Node's `module.require` channel
 *   tells of it.
 * - An ES module that is linked already cannot be reached; an instrumentation that has reached nothing is named through
 *   `diag` a little later, unless it says that it finds such modules itself.
 *
 * @param instrumentations enabled ones.
 * @param hintAfterMillis what an app imports with `await import()` shall have come by then. Default: 1000.
 */
export function catchUpWithLateModules(
  instrumentations: readonly LateInstrumentation[],
  appDirectory: string,
  hintAfterMillis = 1000,
): LateModules {
  const watched = watchedPackages(instrumentations);
  if (watched.size === 0) return { warnings: [], stop() {} };
  const require = createRequire(join(appDirectory, '-'));
  const mains = new Map<string, Set<string>>();

  const warnings = new Map<string, string>();
  for (const file of Object.keys(require.cache)) {
    const hit = find(file);
    if (hit === undefined) continue;
    const replaced = handOver(file, require);
    if (replaced !== undefined && replaced.length > 0)
      warnings.set(hit.name, lateWarning(hit.name, hit.users, replaced));
  }

  const onLoaded = (message: unknown): void => {
    const { id, parentFilename } = message as { id?: unknown; parentFilename?: unknown };
    if (parentFilename !== undefined || typeof id !== 'string' || !isAbsolute(id)) return;
    const hit = find(id);
    // Properties that were replaced are seen by the importing module, which reads them after this.
    if (hit !== undefined && handOver(id, require)?.includes(WHOLE) === true)
      diag.warn(lateWarning(hit.name, hit.users, [WHOLE]));
  };
  subscribe(LOADED, onLoaded);
  const hint = startedBare()
    ? setTimeout(hintAtModules, hintAfterMillis, instrumentations, require).unref()
    : undefined;

  return {
    warnings: [...warnings.values()],
    stop() {
      unsubscribe(LOADED, onLoaded);
      clearTimeout(hint);
    },
  };

  /** The package that `file` belongs to, if the file is one that is patched. */
  function find(file: string): { name: string; users: string } | undefined {
    const at = file.lastIndexOf(MARKER);
    if (at === -1) return undefined;
    const inside = file.slice(at + MARKER.length).replaceAll(sep, '/');
    const name = packageNameOf(inside);
    const watch = watched.get(name);
    if (watch === undefined) return undefined;
    const folder = file.slice(0, at + MARKER.length) + name;
    if (!watch.files.has(inside) && !mainsOf(folder, watch).has(file)) return undefined;
    return { name, users: [...watch.users].join(', ') };
  }

  function mainsOf(folder: string, { entries }: Watched): Set<string> {
    let files = mains.get(folder);
    if (files === undefined) {
      files = new Set<string>();
      for (const entry of entries) {
        try {
          files.add(require.resolve(entry, { paths: [folder] }));
        } catch {
          // Nothing that CommonJS could load under this name.
        }
      }
      mains.set(folder, files);
    }
    return files;
  }
}

const WHOLE = 'module.exports';

/** @returns names of what is another object now than before; undefined where the module is still being loaded. */
function handOver(file: string, require: NodeJS.Require): string[] | undefined {
  const module = require.cache[file];
  if (module === undefined || !module.loaded) return undefined;
  const before = module.exports as unknown;
  const held = propertiesOf(before);
  let after: unknown;
  try {
    after = require(file);
  } catch (error) {
    diag.error(`An instrumentation failed in patching ${file}.`, error);
    return [];
  }
  if (after !== before) return [WHOLE];
  const now = propertiesOf(after);
  return Object.keys(now).filter(
    (name) => held[name]?.value !== now[name]?.value || held[name]?.get !== now[name]?.get,
  );
}

function propertiesOf(exports: unknown): Record<string, PropertyDescriptor> {
  const isObject = (typeof exports === 'object' && exports !== null) || typeof exports === 'function';
  return isObject ? Object.getOwnPropertyDescriptors(exports) : {};
}

function watchedPackages(instrumentations: readonly LateInstrumentation[]): Map<string, Watched> {
  const watched = new Map<string, Watched>();
  for (const { packageName, instrumentation } of instrumentations) {
    for (const { name, files } of patchedModules(instrumentation)) {
      const key = packageNameOf(name);
      const watch = watched.get(key) ?? { users: new Set(), entries: new Set(), files: new Set() };
      watch.users.add(packageName);
      watch.entries.add(name);
      for (const file of files) watch.files.add(file);
      watched.set(key, watch);
    }
  }
  return watched;
}

function lateWarning(name: string, users: string, replaced: readonly string[]): string {
  return `${name} was loaded before initTracing, so ${users} may miss its calls. ${REMEDY}; what the app holds of it already stays as it was (${replaced.slice(0, 5).join(', ')}).`;
}

/** By an ES module as the main one, with nothing loaded ahead of it that could have called initTracing in time. */
function startedBare(): boolean {
  const flag = /^(?:-r|--require|--import|--loader|--experimental-loader)\b/;
  const flags = [...process.execArgv, ...(process.env.NODE_OPTIONS ?? '').split(' ')];
  return (
    process.argv[1] !== undefined && process.mainModule === undefined && !flags.some((one) => flag.test(one))
  );
}

function hintAtModules(instrumentations: readonly LateInstrumentation[], require: NodeJS.Require): void {
  for (const { packageName, instrumentation } of instrumentations) {
    if (instrumentation.reachesLoadedModules === true) continue;
    const modules = patchedModules(instrumentation);
    if (modules.some(({ reached }) => reached)) continue;
    const esModules = modules
      .map(({ name }) => name)
      .filter((name) => importEntry(packageNameOf(name), require)?.isModule);
    if (esModules.length === 0) continue;
    diag.warn(
      `${packageName} has found nothing to patch so far: ${esModules.join(', ')} is an ES module, and an app's import statements are linked before its initTracing runs. If the app imports it by such a statement, its calls are not traced. ${REMEDY}.`,
    );
  }
}
