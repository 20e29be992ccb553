// `node scripts/test-counts.mjs <folder>` prints what failed and then `N passed, N failed[, N skipped]`, summed over the
// suites of `.ci/run`. A suite is three files of that folder: `<name>.json` (vitest's report), `<name>.code` (exit code of
// its command) and `<name>.log` (what it printed).
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder = '.'] = process.argv.slice(2);
const suites = readdirSync(folder)
  .filter((file) => file.endsWith('.code'))
  .map((file) => readSuite(file.slice(0, -'.code'.length)));

for (const suite of suites) for (const line of suite.failures) console.log(line);
/** @param {'passed' | 'failed' | 'skipped'} what */
const sum = (what) => suites.reduce((total, suite) => total + suite[what], 0);
const skipped = sum('skipped');
console.log(`${sum('passed')} passed, ${sum('failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);

/** @param {string} name */
function readSuite(name) {
  const code = readFileSync(join(folder, `${name}.code`), 'utf8').trim();
  const report = readReport(name);
  const failures = report.testResults.flatMap((file) => [
    ...file.assertionResults
      .filter((test) => test.status === 'failed')
      .map(
        (test) =>
          `FAILED ${name}: ${test.fullName}\n${indented(test.failureMessages.join('\n').split('\n').slice(0, 12))}`,
      ),
    // A file that does not load has no tests to fail.
    ...(file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')
      ? [`FAILED ${name}: ${file.name}\n${indented(file.message.split('\n').slice(0, 12))}`]
      : []),
  ]);
  // Lint, types, install, an error outside every test: no test has failed, and yet it must not read as "0 failed".
  if (code !== '0' && failures.length === 0)
    failures.push(
      `FAILED ${name}: its command ended with ${code}, no test of it failed. The end of what it printed:\n${indented(lastLines(name))}`,
    );
  return {
    failures,
    passed: report.numPassedTests,
    failed: code === '0' ? report.numFailedTests : Math.max(1, report.numFailedTests),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/**
 * @param {string} name
 * @returns {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults:
 *   { name: string, status: string, message: string, assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }}
 */
function readReport(name) {
  try {
    return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] };
  }
}

/** @param {string} name */
function lastLines(name) {
  const lines = readFileSync(join(folder, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n');
  // An error outside every test stands above vitest's summary, at any distance from the end.
  const unhandled = lines.findIndex((line) => line.includes('Unhandled'));
  return unhandled < 0
    ? lines.slice(-30)
    : [...lines.slice(unhandled, unhandled + 30), '…', ...lines.slice(-8)];
}

/** @param {string[]} lines */
function indented(lines) {
  return lines.map((line) => `  ${line}`).join('\n');
}
