import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { STACK_FOLDER } from '../compose/compose-file.ts';
import { type Declarations, describeOptions, type GivenOptions, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

export const INIT_OPTIONS = {
  secrets: {
    value: '<folder>',
    variable: 'STACK_SECRETS',
    default: 'stack/secrets',
    text: 'where the files are to be',
  },
} as const satisfies Declarations;

export const INIT_HELP = `npm run stack -- init [options]

Makes the stack's passwords and keys, each in a file that only you can read. What is
there stays as it is. stack/start.sh does the same at every start.

${describeOptions(INIT_OPTIONS)}
Exit code: 0 all are there, 1 they could not be made, 2 wrong usage.
`;

/** One place makes secrets: the script that `start.sh` runs as well. */
const SCRIPT = join(STACK_FOLDER, 'generate-secrets.sh');

/** @returns the exit code */
export async function initCommand(
  { values, positionals }: GivenOptions,
  { out, note }: Terminal,
  signal: AbortSignal,
): Promise<number> {
  if (positionals.length > 0) throw new UsageError(`init takes no argument, got ${positionals.join(' ')}`);
  const folder = values.secrets ?? join(STACK_FOLDER, 'secrets');
  const before = await files(folder);
  try {
    await promisify(execFile)('sh', [SCRIPT, folder], { signal, timeout: 30_000 });
  } catch (error) {
    signal.throwIfAborted();
    const { code, stderr = '', message } = error as { code?: unknown; stderr?: string; message: string };
    note(
      code === 'ENOENT'
        ? `There is no shell 'sh' to run ${SCRIPT}.\n`
        : `${stderr.trim() === '' ? message : stderr.trim()}\n`,
    );
    return 1;
  }
  const after = await files(folder);
  for (const name of after) out(`${before.includes(name) ? 'kept' : 'made'}  ${join(folder, name)}\n`);
  out(`${after.length} files, readable by you alone. To see one: cat ${join(folder, after[0] ?? '')}\n`);
  return 0;
}

async function files(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
