import type { Alert } from '../alerts/alert.ts';
import { THRESHOLDS } from '../alerts/thresholds.ts';
import { DASHBOARDS, PANELS } from '../panels.ts';
import { number } from './number.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';

const SEVERITY = {
  critical: 'critical: somebody is woken',
  warning: 'warning: in working hours',
  none: 'none: for machines',
};

/** A page for every alert, and a list of them. */
export function printRunbooks(alerts: readonly Alert[]): PrintedFile[] {
  const folder = `${GENERATED}/runbooks`;
  return [
    { path: `${folder}/README.md`, text: list(alerts) },
    ...alerts.map((alert) => ({ path: `${folder}/${alert.name}.md`, text: page(alert, alerts) })),
  ];
}

function list(alerts: readonly Alert[]): string {
  const rows = alerts.map(
    ({ name, component, severity, summary }) =>
      `| [${name}](${name}.md) | ${component} | ${severity} | ${cell(withoutTemplates(summary))} |`,
  );
  return ['# Runbooks', '', '| alert | component | severity | says |', '|---|---|---|---|', ...rows, ''].join(
    '\n',
  );
}

function page(alert: Alert, alerts: readonly Alert[]): string {
  const {
    name,
    summary,
    description,
    severity,
    panel,
    expr,
    forMinutes,
    keepMinutes,
    thresholds = [],
    steps,
  } = alert;
  const { dashboard, title } = PANELS[panel];
  const causes = alerts.filter(({ inhibits = [] }) =>
    inhibits.some((inhibition) => inhibition.alerts.includes(name)),
  );
  const effects = [...new Set((alert.inhibits ?? []).flatMap((inhibition) => inhibition.alerts))];
  const held = [
    forMinutes === 0 ? 'At once' : `After ${forMinutes} ${forMinutes === 1 ? 'minute' : 'minutes'}`,
    ...(keepMinutes === undefined ? [] : [`and stays for ${keepMinutes} minutes after`]),
  ].join(' ');
  return [
    `# ${name}`,
    '',
    `${withoutTemplates(summary)}. ${description}`,
    '',
    `Severity ${SEVERITY[severity]}. Panel "${title}" of the dashboard \`${DASHBOARDS[dashboard]}\`.`,
    '',
    '## What to do',
    '',
    ...steps.map((step, index) => `${index + 1}. ${step}`),
    '',
    ...(causes.length > 0
      ? [
          'Not told while its cause is: ' +
            causes.map((cause) => `[${cause.name}](${cause.name}.md)`).join(', ') +
            '.',
          '',
        ]
      : []),
    ...(effects.length > 0
      ? [
          'While it fires, these are not told: ' +
            effects.map((effect) => `[${effect}](${effect}.md)`).join(', ') +
            '.',
          '',
        ]
      : []),
    '## When it fires',
    '',
    '```promql',
    expr,
    '```',
    '',
    `${held}.`,
    '',
    ...thresholds.map((threshold) => {
      const { value, unit, reason } = THRESHOLDS[threshold];
      return `- \`${threshold}\`: ${number(value)} ${unit}. ${reason}`;
    }),
    ...(thresholds.length > 0 ? ['', 'Thresholds are in `dashboards/src/alerts/thresholds.ts`.', ''] : []),
  ].join('\n');
}

/** `{{ $labels.instance }}` as *instance*, `{{ $value | … }}` as N. */
function withoutTemplates(text: string): string {
  return text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, '*$1*').replaceAll(/\{\{ \$value[^}]*\}\}/g, '*N*');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
