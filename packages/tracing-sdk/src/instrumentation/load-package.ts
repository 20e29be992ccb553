import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { type ManifestContent, readManifest } from './app-manifest.ts';

export interface LoadedPackage {
  /** The package's own folder; its dependencies resolve from here. */
  readonly folder: string;
  readonly version: string;
  readonly exported: unknown;
}

/**
 * Loads a package as the app would, CommonJS or ES module alike (`require(esm)`).
 *
 * @throws whatever loading it throws; `describeLoadFailure` puts that into words.
 */
export function loadPackage(name: string, require: NodeJS.Require): LoadedPackage {
  const entry = resolveEntry(name, require);
  const { folder, manifest } = packageOf(entry, name);
  return {
    folder,
    version: typeof manifest?.version === 'string' ? manifest.version : 'unknown',
    // Required from its own place, inside node_modules: there, Node 22 does not warn of require() of an ES module.
    exported: createRequire(entry)(entry),
  };
}

/** One line. */
export function describeLoadFailure(name: string, error: unknown): string {
  const { code, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') {
    return "it is an ES module with top-level await, which cannot be loaded synchronously; pass an instance of it: initTracing(name, { instrumentations: ['auto', instance] })";
  }
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND') {
    const missing = /^Cannot find (?:module|package) '([^']+)'/.exec(message ?? '')?.[1];
    return missing === undefined || missing === name
      ? 'package.json names it and it is not installed; run `npm install`'
      : `it needs ${missing}, which cannot be found`;
  }
  return String(message ?? error).split(/[\r\n]/)[0] as string;
}

/** The file that `import` of the package's main entry loads, and whether it is an ES module; undefined without the package. */
export function importEntry(
  name: string,
  require: NodeJS.Require,
): { file: string; isModule: boolean } | undefined {
  const folder = packageFolder(name, require);
  const manifest = folder === undefined ? undefined : readManifest(join(folder, 'package.json'));
  if (folder === undefined || manifest === undefined) return undefined;
  const target =
    importTarget(manifest.exports) ?? (typeof manifest.main === 'string' ? manifest.main : 'index.js');
  const file = join(folder, target);
  return { file, isModule: isModule(file) };
}

function resolveEntry(name: string, require: NodeJS.Require): string {
  try {
    return require.resolve(name);
  } catch (error) {
    // Exports with an `import` condition only; require() by path loads them all the same.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error;
    const entry = importEntry(name, require);
    if (entry === undefined) throw error;
    return entry.file;
  }
}

function packageFolder(name: string, require: NodeJS.Require): string | undefined {
  for (const folder of require.resolve.paths(name) ?? []) {
    const candidate = join(folder, name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
  }
  return undefined;
}

/** https://nodejs.org/api/packages.html#conditional-exports, for `import` of the main entry: the first key that holds wins. */
function importTarget(exports: unknown): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null) return undefined;
  for (const [key, value] of Object.entries(exports)) {
    const holds =
      key === '.' || key === 'node' || key === 'import' || key === 'module-sync' || key === 'default';
    const target = holds ? importTarget(value) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}

function isModule(file: string): boolean {
  const extension = extname(file);
  if (extension !== '.js') return extension === '.mjs';
  for (let at = dirname(file); ; at = dirname(at)) {
    const manifest = readManifest(join(at, 'package.json'));
    if (manifest !== undefined) return manifest.type === 'module';
    if (dirname(at) === at) return false;
  }
}

function packageOf(entry: string, name: string): { folder: string; manifest: ManifestContent | undefined } {
  for (let at = dirname(entry); ; at = dirname(at)) {
    const manifest = readManifest(join(at, 'package.json'));
    if (manifest?.name === name) return { folder: at, manifest };
    if (dirname(at) === at) return { folder: dirname(entry), manifest: undefined };
  }
}
