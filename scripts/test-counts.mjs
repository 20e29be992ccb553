// `node scripts/test-counts.mjs <exit code of the tests> <vitest's JSON report> …` prints `N passed, N failed[, N skipped]`,
// summed over the reports.
import { readFileSync } from 'node:fs';

const [exitCode = '1', ...files] = process.argv.slice(2);
const counts = files.map(count);
/** @param {'passed' | 'failed' | 'skipped'} what */
const sum = (what) => counts.reduce((total, each) => total + each[what], 0);
const [passed, failed, skipped] = [sum('passed'), sum('failed'), sum('skipped')];
// A failure that is no test (lint, types, install, a file that does not load) must not read as "0 failed".
const shown = exitCode === '0' ? failed : Math.max(1, failed);
console.log(`${passed} passed, ${shown} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);

/** @param {string} path */
function count(path) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
