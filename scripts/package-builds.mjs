import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { npm, withNodeOnPath } from './command.mjs';
import { Failure, ROOT } from './repository.mjs';

const SDK = join(ROOT, 'packages/tracing-sdk');
const SOURCES = ['src', 'build', 'tsup.config.ts', 'package.json'];
const PROGRAMS = ['dist/index.js', 'dist/register.js', 'dist/testing.js'];
const TYPES = ['dist/index.d.ts', 'dist/testing.d.ts'];

/**
 * Builds the SDK's `dist` when it is missing or older than its sources.
 *
 * @param {{ types: boolean }} options whether the type declarations are needed: they take most of the time
 */
export async function buildSdk({ types }) {
  if (isFresh(types ? [...PROGRAMS, ...TYPES] : PROGRAMS)) return;
  console.log('Building packages/tracing-sdk.');
  const args = [
    'run',
    'build',
    '-w',
    'packages/tracing-sdk',
    '--silent',
    ...(types ? [] : ['--', '--no-types']),
  ];
  const code = await npm(args, { env: withNodeOnPath(), quiet: true });
  if (code !== 0) {
    throw new Failure(`the build of packages/tracing-sdk failed with code ${code}; what it said is above.`);
  }
}

/** @param {readonly string[]} products */
function isFresh(products) {
  const files = products.map((product) => join(SDK, product));
  if (!files.every((file) => existsSync(file))) return false;
  const built = Math.min(...files.map((file) => statSync(file).mtimeMs));
  return newest(SOURCES.map((source) => join(SDK, source))) <= built;
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
    else if (!/\.(test|fixture)\.ts$/.test(path)) latest = Math.max(latest, found.mtimeMs);
  }
  return latest;
}
