/** The cases themselves, tried: an alert or a rule that is slightly wrong has to fail them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Alert } from '../src/alerts/alert.ts';
import { ALERTS } from '../src/alerts/alerts.ts';
import { alertCases, ruleFileOf, testFile } from './alert-cases.ts';
import { findPromtool, testRules } from './promtool.ts';

interface Mutant {
  readonly title: string;
  readonly change: (alert: Alert) => Alert;
}

const COMPARED = /(>=?|<|==) (bool )?(\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\d.]*\w*\s*\*)/g;

/** Every number that something is compared with, times `factor`; 0 becomes `zero`. */
const scaled =
  (factor: number, zero: number) =>
  (alert: Alert): Alert => ({
    ...alert,
    expr: alert.expr.replaceAll(COMPARED, (_all, operator: string, bool = '', number: string) => {
      const value = Number(number);
      return `${operator} ${bool}${value === 0 ? zero : value * factor}`;
    }),
  });

const MUTANTS: readonly Mutant[] = [
  { title: 'at once', change: (alert) => ({ ...alert, forMinutes: 0 }) },
  { title: 'twice the threshold', change: scaled(2, 1e12) },
  { title: 'half the threshold', change: scaled(0.5, -1) },
  {
    title: 'another metric',
    change: (alert) => ({ ...alert, expr: alert.expr.replaceAll(/\b(up|[a-z]\w*_\w+)(?=[{[ )])/g, 'x_$1') }),
  },
];

/** Wrong in writing only. */
const EQUIVALENT = ['PrometheusWithoutAlertmanager: half the threshold']; // it counts whole ones

/** A few in every run; UAT_ALL_MUTANTS=1 takes all alerts, which takes minutes. */
const SOME = ['CollectorQueueNearlyFull', 'CollectorLosingSpans', 'QdrantRestErrors', 'JaegerDown'];
const chosen =
  process.env.UAT_ALL_MUTANTS === '1' ? ALERTS : ALERTS.filter(({ name }) => SOME.includes(name));

const { path: promtool, missing } = await findPromtool();
const folder = mkdtempSync(join(tmpdir(), 'uat-mutants-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pairs = chosen.flatMap((alert) =>
  MUTANTS.map(({ title, change }) => [`${alert.name}: ${title}`, alert, change(alert)] as const).filter(
    ([title, before, after]) =>
      !EQUIVALENT.includes(title) && (before.expr !== after.expr || before.forMinutes !== after.forMinutes),
  ),
);

describe.skipIf(missing !== undefined)(
  `mutants are caught${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test.each(pairs.map(([title, alert, mutant], index) => [title, { alert, mutant, index }] as const))(
      '%s',
      async (_title, { alert, mutant, index }) => {
        writeFileSync(join(folder, `${index}.rules.yml`), ruleFileOf(mutant));
        const groups = alertCases(alert).map(({ group }) => group);
        writeFileSync(join(folder, `${index}.test.yml`), testFile(`${index}.rules.yml`, groups));
        const { code, text } = await testRules(promtool!, `${index}.test.yml`, folder);
        expect(text).toContain('FAILED');
        expect(code).not.toBe(0);
      },
      120_000,
    );
  },
);
