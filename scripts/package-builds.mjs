import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npm, withNodeOnPath } from './command.mjs';
import { Failure, ROOT } from './repository.mjs';

const SOURCES = ['src', 'build', 'tsup.config.ts', 'package.json'];

/** The packages that others load from their `dist`: what is built, and what of it is types. */
const BUILDS = [
  {
    folder: 'packages/tracing-sdk',
    programs: ['dist/index.js', 'dist/metrics.js', 'dist/register.js', 'dist/testing.js'],
    types: ['dist/index.d.ts', 'dist/testing.d.ts'],
  },
  {
    folder: 'packages/qdrant-instrumentation',
    programs: ['dist/index.js', 'dist/index.cjs'],
    types: ['dist/index.d.ts', 'dist/index.d.cts'],
  },
  {
    folder: 'packages/trace-viewer',
    programs: [
      'dist/index.js',
      'dist/terminal.js',
      'dist/cli.js',
      'dist/page/index.html',
      'dist/page/page.js',
    ],
    types: ['dist/index.d.ts', 'dist/terminal.d.ts'],
    // It takes the receiver's parts from there.
    others: ['packages/tracing-sdk/src/testing'],
  },
];

/**
 * Builds each `dist` that is missing or older than its sources.
 *
 * @param {{ types: boolean }} options whether the type declarations are needed: they take most of the time
 */
export async function buildPackages({ types }) {
  for (const build of BUILDS) {
    const products = types ? [...build.programs, ...build.types] : build.programs;
    if (isFresh(build.folder, products, build.others)) continue;
    console.log(`Building ${build.folder}.`);
    const code = await npm(['run', 'build', '-w', build.folder, '--silent'], {
      env: { ...withNodeOnPath(), UAT_BUILD_TYPES: String(types) },
      quiet: true,
    });
    if (code !== 0) {
      throw new Failure(`the build of ${build.folder} failed with code ${code}; what it said is above.`);
    }
  }
}

/**
 * @param {string} folder of a package
 * @param {readonly string[]} products what its build makes, from its folder
 * @param {readonly string[]} [others] more sources, from the repository's root
 * @returns {boolean} whether everything is there, and nothing older than the sources
 */
export function isFresh(folder, products, others = []) {
  const files = products.map((product) => join(ROOT, folder, product));
  if (!files.every((file) => existsSync(file))) return false;
  const built = Math.min(...files.map((file) => statSync(file).mtimeMs));
  const sources = [...SOURCES.map((source) => join(folder, source)), ...others];
  return newest(sources.map((source) => join(ROOT, source))) <= built;
}

/**
 * @param {readonly string[]} paths files and folders
 * @returns {number} when the newest of them was changed; tests do not count, they are not built
 */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    if (!existsSync(path)) continue;
    const found = statSync(path);
    if (found.isDirectory())
      latest = Math.max(latest, newest(readdirSync(path).map((name) => join(path, name))));
    else if (!/\.(test|fixture)\.tsx?$/.test(path)) latest = Math.max(latest, found.mtimeMs);
  }
  return latest;
}
