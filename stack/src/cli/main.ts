/** What `npm run stack -- …` runs. */
import { createPaint } from './colours.ts';
import { runCommand } from './run-command.ts';

const abort = new AbortController();
// The second one ends the process at once, as if there were no listener.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => abort.abort());

process.exitCode = await runCommand(
  process.argv.slice(2),
  {
    environment: process.env,
    paint: createPaint(process.stdout, process.env),
    out: (text) => process.stdout.write(text),
    note: (text) => process.stderr.write(text),
  },
  abort.signal,
);
