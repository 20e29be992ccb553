import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { findAppManifest, readManifest } from '../instrumentation/app-manifest.ts';

const API = '@opentelemetry/api';
const OURSELVES = '@uat/tracing-sdk';

export interface ApiCopy {
  readonly version: string;
  /** Its folder, relative to the app's. */
  readonly path: string;
  /** `the app`, `@uat/tracing-sdk`, or names of packages that get it. */
  readonly usedBy: readonly string[];
}

export interface FindApiCopiesOptions {
  /** Of the app. */
  readonly directory: string;
  /** Folders of packages that may resolve a copy of their own, by name: the instrumentation packages in use. */
  readonly packages: Readonly<Record<string, string>>;
}

/**
 * Every copy of the API package in sight, each once: what the app, ourselves and the given packages resolve, what lies
 * inside the app's direct dependencies, and what CommonJS has loaded already.
 */
export function findApiCopies({ directory, packages }: FindApiCopiesOptions): ApiCopy[] {
  const copies = new Map<string, Set<string>>();
  const add = (user: string, folder: string | undefined): void => {
    if (folder === undefined) return;
    const users = copies.get(folder);
    if (users === undefined) copies.set(folder, new Set([user]));
    else users.add(user);
  };
  add('the app', resolveApi(join(directory, '-')));
  add(OURSELVES, resolveApi(import.meta.url));
  for (const [name, folder] of Object.entries(packages)) add(name, resolveApi(join(folder, '-')));
  for (const [name, folder] of nestedInDependencies(directory)) add(name, folder);
  for (const file of Object.keys(createRequire(join(directory, '-')).cache)) {
    const folder = apiFolderOf(file);
    if (folder !== undefined && !copies.has(folder)) add(ownerOf(folder), folder);
  }
  return [...copies].map(([folder, users]) => ({
    version: versionOf(folder),
    path: relative(directory, folder),
    usedBy: [...users],
  }));
}

/**
 * Version of the API that this package's own import gives, as the import of a bundle in node_modules resolves: the CommonJS
 * and the ES module build of one copy share a folder and a version. Undefined where we are bundled into the app.
 */
export function ourApiVersion(): string | undefined {
  const folder = resolveApi(import.meta.url);
  return folder === undefined ? undefined : versionOf(folder);
}

/**
 * Copies share what is registered through `globalThis`, under a symbol of their major version, and a copy sees only what
 * a copy of the same or a newer minor version has registered (`isCompatible` in the API's internal/semver). Otherwise its
 * spans go nowhere, without a word.
 *
 * @param registered version of the copy that tracing is registered with. Default: what the API has put on `globalThis`,
 *   else, before anything is registered, the version of our own.
 * @returns one line where a copy cannot see us, else undefined.
 */
export function describeApiCopyProblem(
  copies: readonly ApiCopy[],
  registered: string | undefined = registeredVersion() ?? ourApiVersion(),
): string | undefined {
  if (registered === undefined) return undefined;
  const blind = copies.filter(({ version }) => version !== UNKNOWN && !sees(version, registered));
  if (blind.length === 0) return undefined;
  const list = blind
    .map(({ version, path, usedBy }) => `${version} in ${path} (used by ${usedBy.join(', ')})`)
    .join('; ');
  return `two copies of ${API} cannot see each other: tracing is registered with ${registered}, and spans made through ${list} are lost. ${remedy(blind, registered)} Check with \`npm ls ${API}\`.`;
}

/** The newest of our major version lets all the older ones see; another major version has to go. */
function remedy(blind: readonly ApiCopy[], registered: string): string {
  const [major] = registered.split('.', 1);
  const [newest] = blind
    .map(({ version }) => version)
    .filter((version) => version.split('.', 1)[0] === major)
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return newest === undefined
    ? `Copies of different major versions never share spans: use versions of those packages that depend on ${API} ${major}.x.`
    : `Install the newer one for the whole app: \`npm install ${API}@${newest}\`.`;
}

function sees(copy: string, registered: string): boolean {
  if (copy === registered) return true;
  // The API wants pre-releases to be equal.
  if (copy.includes('-') || registered.includes('-')) return false;
  const [copyMajor, copyMinor = 0] = copy.split('.').map(Number);
  const [major, minor = 0] = registered.split('.').map(Number);
  return copyMajor === major && copyMinor <= minor;
}

function registeredVersion(): string | undefined {
  const global = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')];
  const version = (global as { version?: unknown } | undefined)?.version;
  return typeof version === 'string' ? version : undefined;
}

/** npm puts a second version of a package below the one that wants it. One look at the disk for each dependency. */
function* nestedInDependencies(directory: string): Generator<[user: string, folder: string]> {
  const app = findAppManifest(directory);
  if (app === undefined) return;
  const modules = (createRequire(app.file).resolve.paths(API) ?? []).filter((folder) => existsSync(folder));
  for (const name of app.dependencies) {
    for (const folder of modules) {
      const nested = join(folder, name, 'node_modules', API);
      if (existsSync(nested)) yield [name, realpathSync(nested)];
    }
  }
}

/** @param from a file or file URL; the file need not exist. */
function resolveApi(from: string): string | undefined {
  try {
    return apiFolderOf(createRequire(from).resolve(API));
  } catch {
    return undefined;
  }
}

const FOLDER = `${sep}node_modules${sep}@opentelemetry${sep}api`;

function apiFolderOf(file: string): string | undefined {
  const at = file.lastIndexOf(FOLDER + sep);
  return at === -1 ? undefined : file.slice(0, at + FOLDER.length);
}

/** The package whose node_modules a copy lies in. */
function ownerOf(folder: string): string {
  const outer = dirname(dirname(dirname(folder)));
  const { name } = readManifest(join(outer, 'package.json')) ?? {};
  return typeof name === 'string' ? name : 'a loaded module';
}

const UNKNOWN = 'unknown';

function versionOf(folder: string): string {
  const { version } = readManifest(join(folder, 'package.json')) ?? {};
  return typeof version === 'string' ? version : UNKNOWN;
}
