// `node scripts/test-counts.mjs <vitest's JSON report> <exit code of npm test>` prints `N passed, N failed[, N skipped]`.
import { readFileSync } from 'node:fs';

const [file = '', exitCode = '1'] = process.argv.slice(2);
const { passed, failed, skipped } = count(file);
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
