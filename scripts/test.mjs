// `npm test`: installs and builds what is missing, then type check, lint and tests on the repository's own Node.js.
// All three always run, so that one run tells all there is to mend. Arguments after `--` go to vitest.
import { npm, run, withNodeOnPath } from './command.mjs';
import { install } from './installation.mjs';
import { buildPackages } from './package-builds.mjs';
import { Failure, nodeBinary } from './repository.mjs';

try {
  await install('all');
  await buildPackages({ types: true });
  const env = withNodeOnPath();
  const failed = [];
  for (const step of ['typecheck', 'lint']) {
    if ((await npm(['run', step, '--silent'], { env })) !== 0) failed.push(step);
  }
  const tests = ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)];
  if ((await run(nodeBinary(), tests, { env, passSignals: true })) !== 0) failed.push('vitest');
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm test: ${error.message}\n`);
  process.exitCode = 1;
}
