/** What the tests of the checks share: a stack that goes wrong in one way, and what the report says of it. */
import { describe, expect, test } from 'vitest';
import type { Fault, StandInRequest } from '../../test/stand-ins/http-stand-in.ts';
import { type StackStandIn, startStackStandIn } from '../../test/stand-ins/stack-stand-in.ts';
import type { CheckRow, Part } from './check-row.ts';
import type { CheckSettings } from './check-settings.ts';
import { Concealment } from './concealment.ts';
import { type CheckReport, runCheck } from './run-check.ts';

export interface ExpectedRow {
  readonly part: Part;
  /** Words of the check's name; all checks of the part when left out. */
  readonly check?: string;
  readonly status: 'failed' | 'skipped';
  readonly reason: string | RegExp;
  /** Words of the hint. Default: the part's own log. */
  readonly hint?: string;
}

export interface Case {
  readonly name: string;
  arrange(stack: StackStandIn): void | Promise<void>;
  readonly settings?: (stack: StackStandIn) => Partial<CheckSettings>;
  /** Every other row passes. */
  readonly rows: readonly ExpectedRow[];
}

export const always = (fault: Fault) => (): Fault => fault;
export const at =
  (path: RegExp, fault: Fault) =>
  (request: StandInRequest): Fault | undefined =>
    path.test(request.path) ? fault : undefined;
export const NOT_TAKEN = 'no trace was taken by the collector';
export const notTaken = (...parts: Part[]): ExpectedRow[] =>
  parts.map((part) => ({ part, status: 'skipped', reason: NOT_TAKEN }));
export const HTML = { body: '<html>a login page</html>' };
export const bothStores = (rows: (part: 'jaeger' | 'tempo') => ExpectedRow[]): ExpectedRow[] => [
  ...rows('jaeger'),
  ...rows('tempo'),
];

/** Every row is as expected, and no secret is in any. */
function expectReport(report: CheckReport, expected: readonly ExpectedRow[], stack: StackStandIn): void {
  const matches = (row: CheckRow, { part, check = '' }: ExpectedRow): boolean =>
    row.part === part && row.check.includes(check);
  for (const row of report.rows) {
    const wanted = expected.find((candidate) => matches(row, candidate));
    const title = `${row.part}: ${row.check}: ${row.reason}`;
    expect(row.status, title).toBe(wanted?.status ?? 'passed');
    if (wanted === undefined) continue;
    if (typeof wanted.reason === 'string') expect(row.reason, title).toContain(wanted.reason);
    else expect(row.reason, title).toMatch(wanted.reason);
    if (row.status === 'failed')
      expect(row.hint, title).toContain(wanted.hint ?? 'docker compose -f stack/compose.yaml logs --tail 50');
    else expect(row.hint, title).toBeUndefined();
  }
  for (const wanted of expected) {
    expect(
      report.rows.some((row) => matches(row, wanted)),
      `a row for ${wanted.part}: ${wanted.check ?? ''}`,
    ).toBe(true);
  }
  expect(report.passed).toBe(!expected.some((row) => row.status === 'failed'));
  const printed = JSON.stringify(report);
  for (const key of Object.values(stack.keys)) expect(printed).not.toContain(key);
}

/** Runs each case on a stack of its own, side by side. */
export function testCases(title: string, cases: readonly Case[]): void {
  describe.concurrent(title, () => {
    for (const { name, arrange, settings, rows } of cases) {
      test(name, async () => {
        const stack = await startStackStandIn();
        try {
          await arrange(stack);
          const chosen = stack.settings(settings?.(stack));
          const report = await runCheck(chosen, new Concealment(), new AbortController().signal);
          expectReport(report, rows, stack);
        } finally {
          await stack.close();
        }
      });
    }
  });
}
