import { CHECK_OPTIONS } from '../check/check-settings.ts';
import { DOCTOR_OPTIONS } from '../doctor/doctor-settings.ts';
import { CHECK_HELP, checkCommand } from './check-command.ts';
import { DOCTOR_HELP, doctorCommand } from './doctor-command.ts';
import { INIT_HELP, INIT_OPTIONS, initCommand } from './init-command.ts';
import { type Declarations, type GivenOptions, parseOptions, UsageError } from './options.ts';
import type { Terminal } from './terminal.ts';

export const HELP = `npm run stack -- <command> [options]

  doctor   before the start: is everything there that the stack needs?
  init     makes the passwords and keys, where there are none yet
  check    after the start: does everything arrive?

The stack itself is started by stack/start.sh. More on each: npm run stack -- <command> --help
`;

interface Command {
  readonly options: Declarations;
  readonly help: string;
  run(given: GivenOptions, terminal: Terminal, signal: AbortSignal): Promise<number>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  doctor: { options: DOCTOR_OPTIONS, help: DOCTOR_HELP, run: doctorCommand },
  init: { options: INIT_OPTIONS, help: INIT_HELP, run: initCommand },
  check: { options: CHECK_OPTIONS, help: CHECK_HELP, run: checkCommand },
};

/**
 * @param args without the program
 * @returns the exit code: 0 as it should be, 1 not so, 2 wrong usage, 130 after the signal.
 */
export async function runCommand(
  args: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === '--help' || name === '-h' || name === 'help') {
      terminal.out(HELP);
      return 0;
    }
    const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name as string] : undefined;
    if (command === undefined) {
      const problem = name === undefined ? 'no command' : `there is no command '${name}'`;
      throw new UsageError(
        `${problem}; there are ${Object.keys(COMMANDS).join(', ')}, see npm run stack -- --help`,
      );
    }
    const given = parseOptions(name as string, command.options, rest, terminal.environment);
    if (given.switches.has('help')) {
      terminal.out(command.help);
      return 0;
    }
    return await command.run(given, terminal, signal);
  } catch (error) {
    if (signal.aborted) {
      terminal.note('Stopped.\n');
      return 130;
    }
    if (!(error instanceof UsageError)) throw error;
    terminal.note(`npm run stack: ${error.message}\n`);
    return 2;
  }
}
