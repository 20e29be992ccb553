import { readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';

const API = '@opentelemetry/api';

export interface ApiCopy {
  readonly version: string;
  /** Its folder, relative to the app's. */
  readonly path: string;
  /** Who gets it: the app, or the name of an instrumentation package. */
  readonly usedBy: readonly string[];
}

export interface FindApiCopiesOptions {
  /** Of the app. */
  readonly directory: string;
  /** Folders of packages that resolve an API copy of their own, by name. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Every copy of the API package that the app and the given packages resolve, each once. */
export function findApiCopies({ directory, packages }: FindApiCopiesOptions): ApiCopy[] {
  const copies = new Map<string, { version: string; usedBy: string[] }>();
  const add = (user: string, from: string): void => {
    const folder = resolveApi(from);
    if (folder === undefined) return;
    const copy = copies.get(folder);
    if (copy !== undefined) copy.usedBy.push(user);
    else copies.set(folder, { version: versionOf(folder), usedBy: [user] });
  };
  add('the app', directory);
  for (const [name, folder] of Object.entries(packages)) add(name, folder);
  // CommonJS modules that are loaded already: a copy that nobody above resolves shows here.
  for (const file of Object.keys(createRequire(join(directory, '-')).cache ?? {})) {
    const folder = apiFolderOf(file);
    if (folder !== undefined && !copies.has(folder))
      copies.set(folder, { version: versionOf(folder), usedBy: ['a loaded module'] });
  }
  return [...copies].map(([folder, { version, usedBy }]) => ({
    version,
    path: relative(directory, folder) || '.',
    usedBy,
  }));
}

/**
 * Copies share what is registered through `globalThis`, under a symbol of their major version, and a copy sees only what
 * a copy of the same or a newer minor version has registered. Otherwise its spans go nowhere, without a word.
 *
 * @param registered version of the copy that we registered with. Default: what the API has put on `globalThis`.
 * @returns one sentence where a copy cannot see us, else undefined.
 */
export function describeApiCopyProblem(
  copies: readonly ApiCopy[],
  registered: string | undefined = registeredVersion(),
): string | undefined {
  if (registered === undefined) return undefined;
  const blind = copies.filter((copy) => !sees(copy.version, registered));
  if (blind.length === 0) return undefined;
  const list = blind
    .map(({ version, path, usedBy }) => `${version} in ${path} (${usedBy.join(', ')})`)
    .join('; ');
  const needed = blind
    .map(({ version }) => version)
    .sort(compareVersions)
    .at(-1);
  return `two copies of ${API} cannot see each other: tracing is registered with ${registered}, and spans made through ${list} are lost. Install one copy, at least ${needed}: \`npm install ${API}@${needed}\`, then check with \`npm ls ${API}\`.`;
}

function sees(copy: string, registered: string): boolean {
  const [copyMajor, copyMinor = 0] = copy.split('.').map(Number);
  const [major, minor = 0] = registered.split('.').map(Number);
  return copyMajor === major && copyMinor <= minor;
}

function registeredVersion(): string | undefined {
  const global = (globalThis as Record<symbol, unknown>)[Symbol.for('opentelemetry.js.api.1')];
  const version = (global as { version?: unknown } | undefined)?.version;
  return typeof version === 'string' ? version : undefined;
}

function resolveApi(from: string): string | undefined {
  try {
    return apiFolderOf(realpathSync(createRequire(join(from, '-')).resolve(API)));
  } catch {
    return undefined;
  }
}

function apiFolderOf(file: string): string | undefined {
  const marker = `${sep}node_modules${sep}@opentelemetry${sep}api${sep}`;
  const at = file.lastIndexOf(marker);
  return at === -1 ? undefined : dirname(join(file.slice(0, at + marker.length), '-'));
}

function versionOf(folder: string): string {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : 'unknown';
  } catch {
    return 'unknown';
  }
}

function compareVersions(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
