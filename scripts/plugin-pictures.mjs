// `node scripts/plugin-pictures.mjs`: the pictures of the READMEs, of the built app in front of the stack's real
// Prometheus, in a network namespace. They are only written when this is called. Arguments: browser-tests/pictures.ts.
import { provideChromium } from './chromium.mjs';
import { withNodeOnPath } from './command.mjs';
import { runInNetworkNamespace } from './network-namespace.mjs';
import { Failure, nodeBinary } from './repository.mjs';

try {
  await provideChromium();
  const script = 'packages/grafana-app/browser-tests/pictures.ts';
  const code = await runInNetworkNamespace(
    [nodeBinary(), script, ...process.argv.slice(2)],
    withNodeOnPath(),
  );
  if (code !== 0) throw new Failure('the pictures could not be taken; what went wrong is above.');
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`plugin-pictures: ${error.message}\n`);
  process.exitCode = 1;
}
