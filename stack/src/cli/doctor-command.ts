import { Concealment } from '../check/concealment.ts';
import { ComposeFileError } from '../compose/compose-file-error.ts';
import { DOCTOR_OPTIONS, settleDoctorSettings } from '../doctor/doctor-settings.ts';
import type { Finding } from '../doctor/finding.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { describeOptions, type GivenOptions, UsageError } from './options.ts';
import { type ResultLine, resultTable } from './result-table.ts';
import type { Terminal } from './terminal.ts';

export const DOCTOR_HELP = `npm run stack -- doctor [options]

Looks at this machine before the stack is started: Docker and Compose, the images, the
ports of the compose file and who has them, the secrets, disk, memory and clock. Changes
nothing.

${describeOptions(DOCTOR_OPTIONS)}
Exit code: 0 nothing is in the way (warnings may be), 1 there is a problem, 2 wrong usage.
`;

const STYLES = { ok: 'green', warning: 'yellow', problem: 'red' } as const satisfies Record<
  Finding['verdict'],
  ResultLine['style']
>;

/** @returns the exit code */
export async function doctorCommand(
  given: GivenOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const settings = settleDoctorSettings(given);
  const found = await runDoctor(settings, terminal.environment, signal).catch((error: Error) => {
    if (error instanceof ComposeFileError) throw new UsageError(error.message);
    throw error;
  });
  // Names of processes and words of the engine are text from outside.
  const concealment = new Concealment();
  const findings = found.map((finding) => ({ ...finding, reason: concealment.conceal(finding.reason) }));
  const passed = findings.every(({ verdict }) => verdict !== 'problem');
  if (settings.json) terminal.out(`${JSON.stringify({ passed, findings }, undefined, 2)}\n`);
  else {
    const lines = findings.map(({ subject, verdict, reason, action }) => ({
      verdict,
      style: STYLES[verdict],
      subject,
      check: '',
      reason,
      ...(action === undefined ? {} : { next: action }),
    }));
    terminal.out(resultTable(lines, terminal.paint));
  }
  return passed ? 0 : 1;
}
