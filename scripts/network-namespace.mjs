import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './command.mjs';
import { installSystemPackages } from './system-packages.mjs';

/**
 * Runs a command in a namespace of networks, mounts and processes of its own: no port of this machine is taken, and all
 * that it starts ends with it. Where that is not permitted it runs without, and `UAT_STACK_NETWORK` tells it so.
 *
 * @param {readonly string[]} command a program and its arguments
 * @param {Record<string, string>} env
 * @returns {Promise<number>} its exit code
 */
export async function runInNetworkNamespace(command, env) {
  await provideIp();
  const namespace = namespaceCommand();
  const [file = '', ...args] = [...namespace, ...command];
  const UAT_STACK_NETWORK = namespace.length > 0 ? 'namespaces' : 'loopback';
  if (namespace.length === 0) {
    console.log(
      'Network namespaces are not permitted here: names become addresses on loopback (stack/src/native/overlay.ts).',
    );
  }
  // Of their own, so that nothing stays when the tests are killed.
  const TMPDIR = mkdtempSync(join(tmpdir(), 'uat-test-stack-'));
  try {
    return await run(file, args, { env: { ...env, UAT_STACK_NETWORK, TMPDIR }, passSignals: true });
  } finally {
    rmSync(TMPDIR, { recursive: true, force: true });
  }
}

/** `ip` makes the namespaces. Who may install packages gets it; who may not is told. */
async function provideIp() {
  if (spawnSync('ip', ['-V']).status === 0) return;
  if (await installSystemPackages(['iproute2'], 'iproute2, whose `ip` makes the network namespaces')) return;
  console.log('`ip` is missing, which makes the network namespaces: install the package iproute2.');
}

/**
 * A namespace of networks, mounts and processes: when its first process ends, so does every other in it. Its `/run` is
 * empty, because `ip netns` keeps its list there.
 *
 * @returns {string[]} what stands before a command to run it there; empty where that is not permitted
 */
function namespaceCommand() {
  const kinds = ['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const prepare = 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"';
  const probe = 'ip link add probe type bridge && ip netns add probe && ip netns exec probe true';
  const forms = process.getuid?.() === 0 ? [[]] : [['--user', '--map-root-user']];
  for (const form of forms) {
    const command = ['unshare', ...form, ...kinds, 'sh', '-c', prepare, 'sh'];
    const [file = '', ...args] = [...command, 'sh', '-c', probe];
    if (spawnSync(file, args, { stdio: 'ignore' }).status === 0) return command;
  }
  return [];
}
