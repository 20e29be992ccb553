import type { LintException } from '../lint/exceptions.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';
import { toYaml } from './rule-files.ts';

const HEAD = `# Printed by \`npm run generate -w dashboards\` from dashboards/src/lint/exceptions.ts.
# For Grafana's dashboard-linter, which reads it beside a dashboard.
`;

export function printLintExceptions(exceptions: readonly LintException[]): PrintedFile {
  const byRule = Map.groupBy(exceptions, ({ rule }) => rule);
  return {
    path: `${GENERATED}/grafana/.lint`,
    text:
      HEAD +
      toYaml({
        exclusions: Object.fromEntries(
          [...byRule].map(([rule, of]) => [
            rule,
            {
              reason: [...new Set(of.map(({ reason }) => reason))].join(' '),
              entries: of.map(({ dashboard, panel }) => ({
                ...(dashboard === undefined ? {} : { dashboard }),
                ...(panel === undefined ? {} : { panel }),
              })),
            },
          ]),
        ),
      }),
  };
}
