import { type CheckRow, PARTS } from '../check/check-row.ts';
import { CHECK_OPTIONS, settleCheckSettings } from '../check/check-settings.ts';
import { Concealment } from '../check/concealment.ts';
import { type CheckReport, runCheck } from '../check/run-check.ts';
import { describeOptions, type GivenOptions } from './options.ts';
import { type ResultLine, resultTable } from './result-table.ts';
import type { Terminal } from './terminal.ts';

export const CHECK_HELP = `npm run stack -- check [endpoint] [options]

Sends traces through the running stack and looks for them in every part: ordinary
ones, with an error, slow ones (5 s), and with secrets, which must not arrive. Writes to a
Qdrant collection of its own, searches it and deletes it again.

  endpoint   where to send: host:4317 (gRPC), host:4318 (HTTP), or a URL that says
             which: grpc://host:port, grpcs://host:port, http://host:port,
             https://host:port. Two, when one is gRPC and one HTTP.
             Default: both receivers of the stack.

${describeOptions(CHECK_OPTIONS)}
For machines: npm run --silent stack -- check --json
Exit code: 0 everything passed, 1 something failed, 2 wrong usage.
`;

const VERDICTS = {
  passed: { verdict: 'ok', style: 'green' },
  failed: { verdict: 'FAILED', style: 'red' },
  skipped: { verdict: 'skipped', style: 'yellow' },
} as const satisfies Record<CheckRow['status'], Pick<ResultLine, 'verdict' | 'style'>>;

/** @returns the exit code */
export async function checkCommand(
  given: GivenOptions,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<number> {
  const settings = settleCheckSettings(given);
  const places = settings.endpoints.map(({ place, protocol }) => `${place} (${protocol})`).join(' and ');
  terminal.note(`Sending traces to ${places}; waiting up to ${settings.waitSeconds} s for them.\n`);
  const report = await runCheck(settings, new Concealment(), signal);
  terminal.out(settings.json ? `${JSON.stringify(report, undefined, 2)}\n` : describe(report, terminal));
  return report.passed ? 0 : 1;
}

function describe({ rows, passed }: CheckReport, { paint }: Terminal): string {
  const table = resultTable(
    rows.map(({ part, check, status, reason, hint }) => ({
      ...VERDICTS[status],
      subject: PARTS[part].title,
      check,
      reason,
      ...(hint === undefined ? {} : { next: hint }),
    })),
    paint,
  );
  const count = (status: CheckRow['status']): number => rows.filter((row) => row.status === status).length;
  const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  return `${table}\n${paint(passed ? 'green' : 'red', counts)}\n`;
}
