import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The app's package.json, as far as it matters here. */
export interface AppManifest {
  readonly file: string;
  /**
   * Names under `dependencies` and `optionalDependencies`, sorted. Not `devDependencies`: what `npm ci --omit=dev` leaves
   * out must not make a developer's machine trace what production does not.
   */
  readonly dependencies: readonly string[];
}

/** The nearest one from `directory` upwards. One that only marks a module type (`{"type":"commonjs"}` in dist/) is passed over. */
export function findAppManifest(directory: string): AppManifest | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const file = join(at, 'package.json');
    const content = readManifest(file);
    if (content !== undefined && ('name' in content || 'dependencies' in content)) {
      const { dependencies, optionalDependencies } = content;
      const names = [...Object.keys(dependencies ?? {}), ...Object.keys(optionalDependencies ?? {})];
      return { file, dependencies: [...new Set(names)].sort() };
    }
    if (dirname(at) === at) return undefined;
  }
}

export interface ManifestContent {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly type?: unknown;
  readonly main?: unknown;
  readonly exports?: unknown;
  readonly dependencies?: object | null;
  readonly optionalDependencies?: object | null;
}

/** Undefined where there is none or it is no JSON object. */
export function readManifest(file: string): ManifestContent | undefined {
  try {
    const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof content === 'object' && content !== null ? content : undefined;
  } catch {
    return undefined;
  }
}
