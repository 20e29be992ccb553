import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { npm } from './command.mjs';
import { Failure, ROOT } from './repository.mjs';

/** What `npm start` needs; the root's dev tools (test runner, linter) are not among it. */
const START_WORKSPACES = [
  'packages/tracing-sdk',
  'packages/qdrant-instrumentation',
  'packages/qdrant-stand-in',
  'packages/trace-viewer',
  'examples/typescript-service',
];

/** The stack's CLI needs less; but `npm ci` removes what is not asked for, and the next `npm start` would fetch it again. */
const SCOPES = { start: START_WORKSPACES, stack: [...START_WORKSPACES, 'stack'] };

/** @typedef {Record<string, { version?: string, integrity?: string, link?: boolean, optional?: boolean, devOptional?: boolean, dependencies?: Record<string, string>, devDependencies?: Record<string, string> }>} LockedPackages */

/**
 * Installs what is missing or outdated. Silent when nothing is.
 *
 * @param {'start' | 'stack' | 'all'} scope
 */
export async function install(scope) {
  const problem = installationProblem(scope);
  if (problem === undefined) return;
  // Who has the dev tools keeps them: `npm ci` with workspaces would remove them.
  const everything = scope === 'all' || existsSync(join(ROOT, 'node_modules/vitest'));
  console.log(`Installing dependencies (${problem}); this takes a moment.`);
  const workspaces =
    everything || scope === 'all' ? [] : SCOPES[scope].flatMap((workspace) => ['-w', workspace]);
  let errorText = '';
  // Errors only: the packages ask for a newer Node.js than npm may be running on, and do run on it (see nodeBinary).
  const code = await npm(['ci', '--no-audit', '--no-fund', '--loglevel', 'error', ...workspaces], {
    onErrorText: (text) => {
      errorText = (errorText + text).slice(-20_000);
    },
  });
  if (code !== 0) throw new Failure(explain(code, errorText));
  removeUnusedParts();
}

/**
 * Compares package-lock.json with the list that npm keeps of what it has installed.
 *
 * @param {'start' | 'stack' | 'all'} scope
 * @param {string} [root]
 * @returns {string | undefined} undefined when everything needed is there
 */
export function installationProblem(scope, root = ROOT) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === undefined)
    throw new Failure('package-lock.json is missing or unreadable: this is no complete checkout');
  const present = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (present === undefined) return 'nothing is installed yet';
  for (const [path, { version, integrity }] of Object.entries(present)) {
    const locked = wanted[path];
    // Not in the lock file: installed by hand, and none of our business.
    if (locked === undefined || !path.startsWith('node_modules/')) continue;
    if (locked.version !== version || (locked.integrity ?? integrity) !== integrity)
      return `${path.slice(13)} has changed`;
  }
  const workspaces = scope === 'all' ? ['', ...workspacePaths(wanted)] : SCOPES[scope];
  for (const workspace of workspaces) {
    const { dependencies = {}, devDependencies = {} } = wanted[workspace] ?? {};
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const places = [`node_modules/${name}`, `${workspace}/node_modules/${name}`];
      const missing = places.every((place) => present[place] === undefined || !existsSync(join(root, place)));
      if (missing) return `${name} is missing`;
    }
  }
  return undefined;
}

/** @param {LockedPackages} packages */
function workspacePaths(packages) {
  return Object.keys(packages).filter((path) => path !== '' && !path.includes('node_modules/'));
}

/**
 * @param {string} file
 * @returns {LockedPackages | undefined}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} code
 * @param {string} errorText
 */
function explain(code, errorText) {
  if (
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT)\b/.test(
      errorText,
    )
  ) {
    return `the dependencies could not be fetched: npm does not reach its registry. Check the network and npm's proxy settings, then try again.`;
  }
  if (/\bENOSPC\b/.test(errorText)) return 'the dependencies could not be installed: the disk is full.';
  if (/\b(EACCES|EPERM|EROFS)\b/.test(errorText)) {
    return `the dependencies could not be installed: no permission to write to ${ROOT}node_modules.`;
  }
  return `'npm ci' failed with code ${code}; what it said is above.`;
}

/** Node.js comes with its C headers and an npm of its own: 70 MB that nothing here uses. */
function removeUnusedParts() {
  const folder = join(ROOT, 'node_modules/node/node_modules');
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!/^node-(bin-)?(linux|darwin|win)/.test(name)) continue;
    for (const part of ['include', 'lib', 'share'])
      rmSync(join(folder, name, part), { recursive: true, force: true });
  }
}
