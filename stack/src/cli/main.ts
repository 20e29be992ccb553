/** What `npm run stack -- …` runs. */
import { createPaint } from './colours.ts';
import { runCommand } from './run-command.ts';

/** Milliseconds. One Ctrl-C comes up to three times: from the terminal, from npm and from scripts/stack.mjs. */
const SAME_REQUEST = 1000;

const abort = new AbortController();
let asked: number | undefined;
const stop = (): void => {
  if (asked === undefined) {
    asked = performance.now();
    abort.abort();
  } else if (performance.now() - asked > SAME_REQUEST) process.exit(130);
};
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);

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
