/** The command `trace-viewer`. */
import { HELP, OptionError, parseOptions } from './options.ts';
import { runCli } from './run-cli.ts';

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else process.exitCode = await runCli(options);
} catch (error) {
  process.stderr.write(`trace-viewer: ${(error as Error).message}\n`);
  process.exitCode = error instanceof OptionError ? 2 : 1;
}
