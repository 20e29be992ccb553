// `npm run stack -- <command>`: installs what is missing, then runs the stack's CLI on the repository's own Node.js.
import { run } from './command.mjs';
import { install } from './installation.mjs';
import { Failure, nodeBinary } from './repository.mjs';

try {
  await install('stack');
  process.exitCode = await run(nodeBinary(), ['stack/src/cli/main.ts', ...process.argv.slice(2)], {
    passSignals: true,
  });
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  process.stderr.write(`npm run stack: ${error.message}\n`);
  process.exitCode = 1;
}
