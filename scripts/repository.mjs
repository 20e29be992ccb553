// Plain JavaScript on purpose, like everything in this folder: it runs on the Node.js that the user has (20 or newer),
// before anything is installed.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A failure to tell in one sentence, without a stack. */
export class Failure extends Error {}

/**
 * The Node.js that the repository's own code needs: it runs TypeScript, and Node.js 20 does not.
 *
 * @returns {string} path of the binary that the dev dependency `node` brings, or of this process's, if it will do
 */
export function nodeBinary() {
  const installed = `${ROOT}node_modules/node/bin/node${process.platform === 'win32' ? '.exe' : ''}`;
  if (existsSync(installed)) return installed;
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= 24) return process.execPath;
  throw new Failure(
    `Node.js 24 is missing: the dependency 'node' was installed without its install script. Run 'npm rebuild node', or use Node.js 24 yourself (this is ${process.version}).`,
  );
}
