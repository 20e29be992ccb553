// `npm run test:plugin`: the Grafana app. Installs its own dependencies where they are missing or outdated, builds it, then
// type check and tests: its logic, plugin.json and the build, and the unchanged build in a real Chromium in front of the
// stack's real Prometheus, in a network namespace. All always run, so that one run tells all there is to mend. The
// repository's linter reads it with everything else.
// Arguments after `--` go to vitest.
import { provideChromium } from './chromium.mjs';
import { npm, run, withNodeOnPath } from './command.mjs';
import { install, installationProblem } from './installation.mjs';
import { runInNetworkNamespace } from './network-namespace.mjs';
import { buildPackages, isFresh } from './package-builds.mjs';
import { Failure, nodeBinary, ROOT } from './repository.mjs';

const APP = 'packages/grafana-app';
const BUILT = ['dist/module.js', 'dist/plugin.json', 'dist/README.md'];
const BUILT_FROM = ['webpack.config.ts', '.config', 'README.md', 'CHANGELOG.md'].map(
  (name) => `${APP}/${name}`,
);

try {
  if (process.platform !== 'linux')
    throw new Failure(
      `the plugin's tests need Linux, for the stack's programs, and this is ${process.platform}.`,
    );
  await install('all');
  await installApp();
  await buildPackages({ types: false });
  const env = withNodeOnPath();
  if (!isFresh(APP, BUILT, [...BUILT_FROM, 'dashboards/generated'])) {
    console.log(`Building ${APP}.`);
    if ((await npm(['--prefix', APP, 'run', 'build', '--silent'], { env, quiet: true })) !== 0)
      throw new Failure(`the build of ${APP} failed; what it said is above.`);
  }
  await provideChromium();
  if ((await run(nodeBinary(), ['stack/src/native/build.ts'], { env })) !== 0)
    throw new Failure('the programs of the stack could not be built.');
  const failed = [];
  if ((await npm(['--prefix', APP, 'run', 'typecheck', '--silent'], { env })) !== 0) failed.push('typecheck');
  const tests = [`${APP}/node_modules/vitest/vitest.mjs`, 'run', '--root', APP];
  const code = await runInNetworkNamespace([nodeBinary(), ...tests, ...process.argv.slice(2)], env);
  if (code !== 0) failed.push('vitest');
  if (failed.length > 0) throw new Failure(`failed: ${failed.join(', ')}`);
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm run test:plugin: ${error.message}\n`);
  process.exitCode = 1;
}

/** The app is no workspace: Grafana's libraries want packages that must not be hoisted beside ours. */
async function installApp() {
  const problem = installationProblem('all', `${ROOT}${APP}/`);
  if (problem === undefined) return;
  console.log(`Installing the dependencies of ${APP} (${problem}); this takes a minute or two.`);
  const code = await npm(['--prefix', APP, 'ci', '--no-audit', '--no-fund', '--loglevel', 'error']);
  if (code !== 0) throw new Failure(`'npm ci' in ${APP} failed with code ${code}; what it said is above.`);
}
