/** Every alert through `promtool test rules`: fires, does not fire just below, resolves, survives restarts and missing series. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { alertCases, CASE_KINDS, type CaseKind, ruleFileOf, testFile } from '../../test/alert-cases.ts';
import { findPromtool, testRules } from '../../test/promtool.ts';
import { STEP } from '../../test/timeline.ts';
import { RED_INTERVAL } from '../rules/red.ts';
import { ALERTS } from './alerts.ts';

const { path: promtool, missing } = await findPromtool();
const folder = mkdtempSync(join(tmpdir(), 'uat-alerts-'));
const passed = new Map<string, ReadonlyMap<CaseKind, number>>();

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  if (passed.size === 0) return;
  const width = Math.max(...ALERTS.map(({ name }) => name.length));
  const rows = [...passed].map(([name, kinds]) =>
    [
      name.padEnd(width),
      ...CASE_KINDS.map((kind) => String(kinds.get(kind) ?? '-').padStart(kind.length)),
    ].join('  '),
  );
  const total = [...passed.values()]
    .flatMap((kinds) => [...kinds.values()])
    .reduce((sum, count) => sum + count, 0);
  console.log(
    [
      ['alert'.padEnd(width), ...CASE_KINDS].join('  '),
      ...rows,
      `${passed.size} alerts, ${total} cases`,
    ].join('\n'),
  );
});

describe.skipIf(missing !== undefined)(
  `promtool test rules${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test.each(ALERTS.map((alert) => [alert.name, alert] as const))(
      '%s',
      async (name, alert) => {
        const cases = alertCases(alert);
        writeFileSync(join(folder, `${name}.rules.yml`), ruleFileOf(alert));
        writeFileSync(
          join(folder, `${name}.test.yml`),
          testFile(
            `${name}.rules.yml`,
            cases.map(({ group }) => group),
          ),
        );
        const { code, text } = await testRules(promtool!, `${name}.test.yml`, folder);
        expect(code, text).toBe(0);
        const kinds = Map.groupBy(cases, ({ kind }) => kind);
        passed.set(name, new Map([...kinds].map(([kind, ofKind]) => [kind, ofKind.length])));
      },
      120_000,
    );
  },
);

test('rounds are as long as those that counts over windows are made for', () => {
  expect(STEP).toBe(RED_INTERVAL);
});
