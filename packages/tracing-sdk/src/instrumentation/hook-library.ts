import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Instrumentation } from '../otel-contract.ts';
import { readManifest } from './app-manifest.ts';

/** Which copies of the two hook packages an instrumentation uses. */
export interface HookLibraries {
  /** Folder of import-in-the-middle. */
  readonly importHooks: string;
  /** Folder of `@opentelemetry/instrumentation`; undefined where it cannot be told. */
  readonly base: string | undefined;
}

/** @param folder of the instrumentation's package: what it depends on resolves from there. */
export function hookLibrariesOf(instrumentation: Instrumentation, folder: string): HookLibraries | undefined {
  const base = resolveFrom(folder, '@opentelemetry/instrumentation');
  const importHooks =
    copyInUse(instrumentation) ??
    (base === undefined ? undefined : resolveFrom(dirname(base), 'import-in-the-middle'));
  if (importHooks === undefined) return undefined;
  return {
    importHooks: dirname(importHooks),
    base: base === undefined ? undefined : packageFolder(base, '@opentelemetry/instrumentation'),
  };
}

export function versionIn(folder: string): string {
  const { version } = readManifest(join(folder, 'package.json')) ?? {};
  return typeof version === 'string' ? version : 'unknown';
}

/**
 * The file that the hooks of an enabled instrumentation were made by. Resolution alone would be a guess where the app made
 * the instance, or where a metapackage did.
 */
function copyInUse(instrumentation: Instrumentation): string | undefined {
  const { _hooks: hooks } = instrumentation as { _hooks?: unknown };
  if (!Array.isArray(hooks)) return undefined;
  const hook = (hooks as object[]).find((one) => '_iitmHook' in one);
  if (hook === undefined) return undefined;
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).find((file) => cache[file]?.exports === hook.constructor);
}

function resolveFrom(folder: string, name: string): string | undefined {
  try {
    return createRequire(join(folder, '-')).resolve(name);
  } catch {
    return undefined;
  }
}

function packageFolder(file: string, name: string): string | undefined {
  for (let at = dirname(file); dirname(at) !== at; at = dirname(at)) {
    if (readManifest(join(at, 'package.json'))?.name === name) return at;
  }
  return undefined;
}
