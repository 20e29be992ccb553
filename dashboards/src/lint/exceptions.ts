import type { RuleName } from './grafana-rules.ts';

/** Where a rule of Grafana's linter does not hold, and why. An exception that is not needed fails a test. */
export interface LintException {
  readonly rule: RuleName;
  readonly reason: string;
  /** Title of the dashboard; left out: all. */
  readonly dashboard?: string;
  /** Title of the panel; left out: all of them. */
  readonly panel?: string;
}

const BY_SERVICE = ['UAT Service Overview', 'UAT Distributed Tracing'];
const PUSHED =
  'What services push is chosen by environment and service, as OpenTelemetry names them: rules record it without job and instance.';
const FIXED_JOB = 'Each row is about one program, whose job is fixed as the rules and alerts have it.';
const OF_CLIENTS = "Clients of Qdrant have jobs and instances of their own, not the server's.";
const GAUGE = 'A gauge, whatever its name says.';

const CLIENT_PANELS = [
  'As clients see it',
  'Time outside the server',
  'Searches, all of them',
  'Searches by collection, p95 at the clients',
  'Searches by service, p95',
  'Failed calls of clients',
  'Calls of clients',
  'Points that came back',
  'Collections',
];

export const LINT_EXCEPTIONS: readonly LintException[] = [
  ...BY_SERVICE.flatMap((dashboard) =>
    (['template-job-rule', 'template-instance-rule', 'target-job-rule', 'target-instance-rule'] as const).map(
      (rule): LintException => ({ rule, dashboard, reason: PUSHED }),
    ),
  ),
  ...(['template-job-rule', 'target-job-rule'] as const).map(
    (rule): LintException => ({ rule, dashboard: 'UAT Tracing Pipeline', reason: FIXED_JOB }),
  ),
  {
    rule: 'target-instance-rule',
    dashboard: 'UAT Tracing Pipeline',
    panel: 'Alerts that fire',
    reason: 'An alert on a sum has no instance.',
  },
  ...CLIENT_PANELS.flatMap((panel) =>
    (['target-job-rule', 'target-instance-rule'] as const).map(
      (rule): LintException => ({ rule, dashboard: 'UAT Vector Database', panel, reason: OF_CLIENTS }),
    ),
  ),
  ...['Number of collections', 'Vectors', 'Consensus'].map(
    (panel): LintException => ({
      rule: 'target-counter-agg-rule',
      dashboard: 'UAT Vector Database',
      panel,
      reason: GAUGE,
    }),
  ),
];
