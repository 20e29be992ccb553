/**
 * `node follow-parent.ts program args…`: runs a program that knows nothing of us and ends it when our parent has gone,
 * however that ended. A signal is passed on; the exit code is the program's.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** To deliver its last spans. */
const GRACE_MILLIS = 4_000;

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
const end = (): void => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), GRACE_MILLIS).unref();
};
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => child.kill(signal));
process.on('disconnect', end);
child.on('error', (error) => {
  process.stderr.write(`${program} cannot be started: ${error.message}\n`);
  process.exit(1);
});
child.on('close', (code, signal) =>
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
);
