// `npm start`: installs and builds what is missing, then runs the example on the repository's own Node.js.
import { HELP, OptionError, parseOptions } from '../examples/typescript-service/src/options.js';
import { run } from './command.mjs';
import { buildExamples, toolchainProblem } from './example-builds.mjs';
import { install } from './installation.mjs';
import { buildPackages } from './package-builds.mjs';
import { Failure, nodeBinary } from './repository.mjs';

const args = process.argv.slice(2);
try {
  const { help, polyglot } = parseOptions(args);
  if (help) {
    process.stdout.write(HELP);
  } else {
    const problem = polyglot ? toolchainProblem() : undefined;
    if (problem !== undefined) throw new Failure(`--polyglot: ${problem}`);
    await install('start');
    await buildPackages({ types: false });
    const programs = polyglot ? await buildExamples() : undefined;
    process.exitCode = await run(nodeBinary(), ['examples/typescript-service/src/main.ts', ...args], {
      // Where run-polyglot.ts finds them.
      env:
        programs === undefined
          ? {}
          : {
              LLM_ROUTER_PROGRAM: programs.router,
              WEBSOCKET_SERVICE_PROGRAM: programs.websocketService,
            },
      passSignals: true,
      channel: true,
    });
  }
} catch (error) {
  if (!(error instanceof Failure || error instanceof OptionError)) throw error;
  process.stderr.write(`npm start: ${error.message}\n`);
  process.exitCode = error instanceof OptionError ? 2 : 1;
}
