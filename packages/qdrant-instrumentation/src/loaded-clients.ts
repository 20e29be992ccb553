/**
 * Finds the classes of clients that the app has loaded already, when nothing has watched it load them: its `import` of
 * the client is hoisted above its call of `initTracing`.
 *
 * A class that came by `require` lies in the module cache. One that came by `import` lies in a cache that cannot be
 * looked into; but `require` of the same file gives the same module (Node.js 20.19, 22.12 and later). Whether it has
 * been loaded shows in what it loads itself: the REST client's `undici` is CommonJS, hence in the cache that can be
 * looked into, and the gRPC client loads `node:http2`. A wrong guess loads a client that the app has installed.
 */
import { readFileSync } from 'node:fs';
import nodeModule, { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

export type ClientPackage = '@qdrant/js-client-rest' | '@qdrant/js-client-grpc';

interface Manifest {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly exports?: { readonly '.'?: { readonly default?: unknown } };
}

export interface LoadedClient {
  readonly version: string;
  /** The module, which has `QdrantClient`. */
  readonly exports: object;
}

/** Never throws. */
export function findLoadedClients(packageName: ClientPackage): LoadedClient[] {
  const found: LoadedClient[] = [];
  try {
    for (const folder of packageFolders(packageName)) {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
      if (manifest.name !== packageName || typeof manifest.version !== 'string') continue;
      for (const exports of loadedModules(folder, packageName, manifest))
        found.push({ version: manifest.version, exports });
    }
  } catch {
    // Nothing found is what it would be without us.
  }
  return found;
}

const moduleCache = (
  nodeModule as unknown as { _cache: Record<string, { exports?: unknown; loaded?: boolean }> }
)._cache;

/** As seen from the program, from where it runs, and from the modules that are loaded. */
function packageFolders(packageName: ClientPackage): Set<string> {
  const folders = new Set<string>();
  const program = process.argv[1];
  for (const from of [program, join(process.cwd(), '-')]) {
    if (from === undefined) continue;
    try {
      folders.add(packageFolder(createRequire(from).resolve(packageName)));
    } catch {
      // Not installed there.
    }
  }
  const part = join('node_modules', packageName) + sep;
  for (const file of Object.keys(moduleCache)) {
    const at = file.lastIndexOf(part);
    if (at >= 0) folders.add(file.slice(0, at + part.length - 1));
  }
  return folders;
}

/** dist/cjs/index.js -> the folder of the package. */
function packageFolder(entry: string): string {
  let folder = dirname(entry);
  for (let level = 0; level < 4; level++) {
    try {
      if ((JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest).name !== undefined)
        return folder;
    } catch {
      // Further up.
    }
    folder = dirname(folder);
  }
  throw new Error('no package.json');
}

function loadedModules(folder: string, packageName: ClientPackage, { exports }: Manifest): object[] {
  const require = createRequire(join(folder, 'package.json'));
  const modules: object[] = [];
  const commonJs = moduleCache[require.resolve(packageName)];
  if (commonJs?.loaded === true && isObject(commonJs.exports)) modules.push(commonJs.exports);
  const esm = exports?.['.']?.default;
  if (
    typeof esm === 'string' &&
    process.features.require_module === true &&
    (packageName === '@qdrant/js-client-rest'
      ? moduleCache[require.resolve('undici')] !== undefined
      : HTTP2_LOADED.some((name) =>
          (process as unknown as { moduleLoadList: string[] }).moduleLoadList.includes(name),
        ))
  ) {
    const module: unknown = require(join(folder, esm));
    if (isObject(module)) modules.push(module);
  }
  return modules;
}

const HTTP2_LOADED = ['NativeModule http2'];

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
