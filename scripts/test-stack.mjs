// `npm run test:stack`: the shipped configuration of the stack on the real Collector, Prometheus and Alertmanager.
// Installs and builds what is missing, then runs the tests of stack/test in a network namespace of their own: no port of
// this machine is taken, and all that they start ends with them. Arguments after `--` go to vitest.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run, withNodeOnPath } from './command.mjs';
import { buildExamples, toolchainProblem } from './example-builds.mjs';
import { install } from './installation.mjs';
import { runInNetworkNamespace } from './network-namespace.mjs';
import { buildPackages } from './package-builds.mjs';
import { Failure, nodeBinary, ROOT } from './repository.mjs';

try {
  if (process.platform !== 'linux')
    throw new Failure(`the stack's tests need Linux, and this is ${process.platform}.`);
  await install('all');
  await buildPackages({ types: false });
  const env = withNodeOnPath();
  if ((await run(nodeBinary(), ['stack/src/native/build.ts'], { env })) !== 0)
    throw new Failure('the programs of the stack could not be built.');
  if (wantsExamples(process.argv.slice(2))) {
    const problem = toolchainProblem();
    // Here, because there is no network where the tests run.
    if (problem === undefined) await buildExamples({ tests: true });
    else console.log(`Without the examples in Rust and Go: ${problem}`);
  }
  const tests = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'stack/vitest.config.ts'];
  const code = await runInNetworkNamespace([nodeBinary(), ...tests, ...process.argv.slice(2)], env);
  if (code !== 0) throw new Failure('failed: vitest');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm run test:stack: ${error.message}\n`);
  process.exitCode = 1;
}

/**
 * @param {readonly string[]} args for vitest, which runs each file whose path contains one of the words
 * @returns {boolean} whether a test of the examples in Rust and Go will run
 */
function wantsExamples(args) {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const files = readdirSync(join(ROOT, 'stack/test')).filter((file) => /^polyglot.*\.test\.ts$/.test(file));
  return (
    words.length === 0 || words.some((word) => files.some((file) => `stack/test/${file}`.includes(word)))
  );
}
