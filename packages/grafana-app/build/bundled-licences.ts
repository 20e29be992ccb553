import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Compilation, Compiler, Module } from 'webpack';

/** Beside the code in the plugin's folder. */
export const LICENCES = 'THIRD-PARTY-LICENSES.txt';

const PACKAGE = /^(?<folder>.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;
const LICENCE = /^(licen[cs]e|copying|notice)/i;

/** Folders of the packages that files are of; what is in no package is our own. */
export function packageFolders(files: readonly string[]): string[] {
  const folders = files.map((file) => PACKAGE.exec(file)?.groups?.folder);
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

/** The name, version and licence of a package, with all its text. @throws Error when the package has none */
export function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const texts = readdirSync(folder)
    .filter((file) => LICENCE.test(file))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim());
  if (texts.length === 0)
    throw new Error(
      `${name} ${version} is in the bundle, and its package has no text of its licence (${license}): find it, or do without the package`,
    );
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

/**
 * Writes the licences of everything in the bundle that is not ours: they want their text to go with every copy, and
 * minifying takes it out of the code.
 */
export class BundledLicences {
  apply(compiler: Compiler): void {
    const name = BundledLicences.name;
    compiler.hooks.thisCompilation.tap(name, (compilation) => {
      const stage = compiler.webpack.Compilation.PROCESS_ASSETS_STAGE_ADDITIONAL;
      compilation.hooks.processAssets.tap({ name, stage }, () => {
        const licences = packageFolders(bundledFiles(compilation)).map(licenceOf);
        const text = licences.join(`\n${'-'.repeat(80)}\n\n`);
        compilation.emitAsset(LICENCES, new compiler.webpack.sources.RawSource(text));
      });
    });
  }
}

/** Files whose code is in a chunk; several may have been put together into one module. */
function bundledFiles({ modules, chunkGraph }: Compilation): string[] {
  type Part = Module & { readonly resource?: string; readonly modules?: readonly Part[] };
  const fileOf = (part: Part): string[] =>
    part.modules === undefined
      ? part.resource === undefined
        ? []
        : [part.resource]
      : part.modules.flatMap(fileOf);
  return [...modules].filter((module) => chunkGraph.getNumberOfModuleChunks(module) > 0).flatMap(fileOf);
}
