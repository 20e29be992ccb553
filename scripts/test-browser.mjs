// `npm run test:browser`: the pages in a real Chromium. Installs and builds what is missing, Chromium too where that is
// permitted. Arguments after `--` go to vitest.
import { provideChromium } from './chromium.mjs';
import { run, withNodeOnPath } from './command.mjs';
import { install } from './installation.mjs';
import { buildPackages } from './package-builds.mjs';
import { Failure, nodeBinary } from './repository.mjs';

try {
  await install('all');
  await buildPackages({ types: false });
  await provideChromium();
  const tests = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'vitest.browser.config.ts'];
  const code = await run(nodeBinary(), [...tests, ...process.argv.slice(2)], {
    env: withNodeOnPath(),
    passSignals: true,
  });
  if (code !== 0) throw new Failure('failed: vitest');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm run test:browser: ${error.message}\n`);
  process.exitCode = 1;
}
