import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const SCRIPT = fileURLToPath(new URL('test-counts.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'uat-counts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const report = (passed: number, failed: number, pending: number, todo: number): string =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: pending,
    numTodoTests: todo,
  });

test.each([
  { what: 'all passed', text: report(7, 0, 0, 0), code: '0', line: '7 passed, 0 failed' },
  { what: 'some skipped', text: report(7, 0, 2, 1), code: '0', line: '7 passed, 0 failed, 3 skipped' },
  { what: 'some failed', text: report(7, 2, 0, 0), code: '1', line: '7 passed, 2 failed' },
  { what: 'lint failed', text: report(7, 0, 0, 0), code: '1', line: '7 passed, 1 failed' },
  { what: 'no report', text: '', code: '1', line: '0 passed, 1 failed' },
])('$what: $line', ({ text, code, line }) => {
  const file = join(folder, 'report.json');
  writeFileSync(file, text);
  expect(execFileSync(process.execPath, [SCRIPT, code, file], { encoding: 'utf8' })).toBe(`${line}\n`);
});

test('several reports are summed', () => {
  const files = [report(7, 0, 2, 0), report(3, 1, 0, 0)].map((text, index) => {
    const file = join(folder, `report-${index}.json`);
    writeFileSync(file, text);
    return file;
  });
  expect(execFileSync(process.execPath, [SCRIPT, '1', ...files], { encoding: 'utf8' })).toBe(
    '10 passed, 1 failed, 2 skipped\n',
  );
});
