// `npm run test:stack`: the shipped configuration of the stack on the real Collector, Prometheus and Alertmanager.
// Installs and builds what is missing, then runs the tests of stack/test in a network namespace of their own: no port of
// this machine is taken, and all that they start ends with them. Arguments after `--` go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run, withNodeOnPath } from './command.mjs';
import { install } from './installation.mjs';
import { buildPackages } from './package-builds.mjs';
import { Failure, nodeBinary } from './repository.mjs';
import { installSystemPackages } from './system-packages.mjs';

try {
  if (process.platform !== 'linux')
    throw new Failure(`the stack's tests need Linux, and this is ${process.platform}.`);
  await install('all');
  await buildPackages({ types: false });
  const env = withNodeOnPath();
  if ((await run(nodeBinary(), ['stack/src/native/build.ts'], { env })) !== 0)
    throw new Failure('the programs of the stack could not be built.');
  const tests = [
    nodeBinary(),
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'stack/vitest.config.ts',
    ...process.argv.slice(2),
  ];
  await provideIp();
  const namespace = namespaceCommand();
  const [file, ...args] = [...namespace, ...tests];
  const UAT_STACK_NETWORK = namespace.length > 0 ? 'namespaces' : 'loopback';
  if (namespace.length === 0) {
    console.log(
      'Network namespaces are not permitted here: names become addresses on loopback (stack/src/native/overlay.ts).',
    );
  }
  // Of their own, so that nothing stays when the tests are killed.
  const TMPDIR = mkdtempSync(join(tmpdir(), 'uat-test-stack-'));
  try {
    const code = await run(file, args, { env: { ...env, UAT_STACK_NETWORK, TMPDIR }, passSignals: true });
    if (code !== 0) throw new Failure('failed: vitest');
  } finally {
    rmSync(TMPDIR, { recursive: true, force: true });
  }
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm run test:stack: ${error.message}\n`);
  process.exitCode = 1;
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
