import { spawnSync } from 'node:child_process';
import { run } from './command.mjs';

/**
 * Installs Debian packages where that is permitted: for root, with apt-get.
 *
 * @param {readonly string[]} packages
 * @param {string} purpose said before, such as `iproute2, whose ip makes the network namespaces`
 * @returns {Promise<boolean>} whether they are there now
 */
export async function installSystemPackages(packages, purpose) {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) return false;
  console.log(`Installing ${purpose}.`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env, quiet: true });
  return (await run('apt-get', ['install', '-yq', ...packages], { env, quiet: true })) === 0;
}
