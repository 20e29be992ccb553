import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('test-counts.mjs', import.meta.url));
const parent = mkdtempSync(join(tmpdir(), 'uat-counts-'));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const report = (passed: number, failed: number, pending: number, todo: number, testResults: object[] = []) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
    testResults,
  });

const failedTest = {
  name: 'a.test.ts',
  status: 'failed',
  message: '',
  assertionResults: [{ status: 'failed', fullName: 'adds up', failureMessages: ['expected 3\n    at line'] }],
};
const brokenFile = { name: 'b.test.ts', status: 'failed', message: 'cannot load', assertionResults: [] };

function counts(suites: Record<string, { code: string; json?: string; log?: string }>): string {
  const folder = mkdtempSync(join(parent, 'suites-'));
  for (const [name, { code, json, log = '' }] of Object.entries(suites)) {
    writeFileSync(join(folder, `${name}.code`), `${code}\n`);
    writeFileSync(join(folder, `${name}.log`), log);
    if (json !== undefined) writeFileSync(join(folder, `${name}.json`), json);
  }
  return execFileSync(process.execPath, [SCRIPT, folder], { encoding: 'utf8' });
}

test.each([
  { what: 'all passed', json: report(7, 0, 0, 0), code: '0', line: '7 passed, 0 failed' },
  { what: 'some skipped', json: report(7, 0, 2, 1), code: '0', line: '7 passed, 0 failed, 3 skipped' },
  { what: 'some failed', json: report(7, 2, 0, 0), code: '1', line: '7 passed, 2 failed' },
  { what: 'lint failed', json: report(7, 0, 0, 0), code: '1', line: '7 passed, 1 failed' },
  { what: 'no report', json: undefined, code: '1', line: '0 passed, 1 failed' },
])('$what: $line', ({ json, code, line }) => {
  expect(counts({ one: { code, json } }).trimEnd().split('\n').at(-1)).toBe(line);
});

test('several suites are summed, and nothing else is said when all is well', () => {
  const suites = {
    one: { code: '0', json: report(7, 0, 2, 0) },
    two: { code: '0', json: report(3, 0, 0, 0) },
  };
  expect(counts(suites)).toBe('10 passed, 0 failed, 2 skipped\n');
});

test('says which tests failed, which files do not load, and what else ended a suite', () => {
  const log = [...Array.from({ length: 50 }, (_, index) => `line ${index}`), 'lint: one error'].join('\n');
  const said = counts({
    lint: { code: '1', json: report(7, 0, 0, 0), log },
    tests: { code: '1', json: report(7, 2, 0, 0, [failedTest, brokenFile]) },
  });
  expect(said).toContain('FAILED tests: adds up\n  expected 3');
  expect(said).toContain('FAILED tests: b.test.ts\n  cannot load');
  expect(said).toContain('FAILED lint: its command ended with 1');
  expect(said).toContain('lint: one error');
  expect(said).not.toContain('line 3\n');
});

test('an error outside every test is shown, however far above the end it stands', () => {
  const log = ['Unhandled Rejection', 'Error: lost', ...Array.from({ length: 90 }, () => 'line')].join('\n');
  expect(counts({ tests: { code: '1', json: report(7, 0, 0, 0), log } })).toContain('Error: lost');
});
