import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../', import.meta.url));

/** Files by their path from a folder, with what is in them. */
export type Files = Readonly<Record<string, string>>;

/** What a rule looks at: the build, and the sources that it is made of. */
export interface Submission {
  readonly dist: Files;
  readonly source: Files;
}

function filesIn(folder: string, skip: RegExp): Record<string, string> {
  const files: Record<string, string> = {};
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name).slice(folder.length).replace(/^\//, '');
    if (entry.isFile() && !skip.test(path)) files[path] = readFileSync(join(folder, path), 'latin1');
  }
  return files;
}

export function builtPlugin(): Submission {
  const source: Record<string, string> = {
    'package.json': readFileSync(join(FOLDER, 'package.json'), 'utf8'),
  };
  for (const folder of ['src', '.config']) {
    for (const [path, text] of Object.entries(filesIn(join(FOLDER, folder), /node_modules/)))
      source[`${folder}/${path}`] = text;
  }
  return { dist: filesIn(join(FOLDER, 'dist'), /^$/), source };
}

export interface PluginJson {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly info: {
    readonly version: string;
    readonly updated: string;
    readonly description?: string;
    readonly keywords?: readonly string[];
    readonly author?: { readonly name?: string };
    readonly logos: { readonly small: string; readonly large: string };
    readonly screenshots?: readonly { readonly path: string; readonly name: string }[];
    readonly links?: readonly { readonly url: string }[];
  };
  readonly languages?: readonly string[];
  readonly includes?: readonly {
    readonly type: string;
    readonly name?: string;
    readonly uid?: string;
    readonly path?: string;
    readonly defaultNav?: boolean;
  }[];
  readonly dependencies: {
    readonly grafanaDependency: string;
    readonly plugins?: readonly { readonly id: string }[];
  };
}

/** @throws SyntaxError when plugin.json is missing or no JSON */
export function pluginJson({ dist }: Submission): PluginJson {
  return JSON.parse(dist['plugin.json'] ?? '');
}
