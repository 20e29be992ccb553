import { expect, test } from 'vitest';
import { PRINTED } from '../../test/printed-dashboards.ts';
import { LINT_EXCEPTIONS, type LintException } from './exceptions.ts';
import { lintAsGrafana } from './grafana-rules.ts';
import { lintAsWe } from './our-rules.ts';
import type { Problem } from './problem.ts';

const found = PRINTED.flatMap(lintAsGrafana);
const excepts = (problem: Problem) => (exception: LintException) =>
  exception.rule === problem.rule &&
  (exception.dashboard ?? problem.dashboard) === problem.dashboard &&
  (exception.panel ?? problem.panel) === problem.panel;

test.each(PRINTED.map((dashboard) => [dashboard.uid, dashboard] as const))(
  "%s: Grafana's rules",
  (_uid, dashboard) => {
    const problems = found.filter((problem) => problem.dashboard === dashboard.title);
    expect(problems.filter((problem) => !LINT_EXCEPTIONS.some(excepts(problem)))).toEqual([]);
  },
);

test.each(PRINTED.map((dashboard) => [dashboard.uid, dashboard] as const))(
  '%s: our rules',
  (_uid, dashboard) => {
    expect(lintAsWe(dashboard, PRINTED)).toEqual([]);
  },
);

test('every exception is needed, and says why', () => {
  expect(
    LINT_EXCEPTIONS.filter((exception) => !found.some((problem) => excepts(problem)(exception))),
  ).toEqual([]);
  for (const { reason } of LINT_EXCEPTIONS) expect(reason).toMatch(/\.$/);
});
