import { EMITTERS } from '../catalogue/catalogue.ts';
import type { Emitter, Metric } from '../catalogue/metric.ts';
import { BRIEF_NAMES } from '../rules/brief-names.ts';
import type { RecordingRule } from '../rules/recording-rule.ts';
import { RECORDING_RULES } from '../rules/recording-rules.ts';
import type { PrintedFile } from './printed-file.ts';

const RULES = RECORDING_RULES.flatMap(({ rules }) => rules);

/** docs/metrics.md: every metric that panels and rules use, and the names that people type. */
export function printCatalogue(): PrintedFile {
  return {
    path: 'docs/metrics.md',
    text: [
      '<!-- Printed by `npm run generate -w dashboards`; change dashboards/src/catalogue and dashboards/src/rules. -->',
      '',
      '# Metrics',
      '',
      'Every metric that the dashboards, recording rules and alerts use: by its name in Prometheus, with who prints it.',
      '',
      '## Names that people type',
      '',
      'No program prints most of these. Recording rules serve them from what is printed; a recorded counter is a copy, series',
      'by series, or a sum within one process, so `rate()` over it stays right when an instance restarts or goes.',
      '',
      '| name | unit | from | meaning |',
      '|---|---|---|---|',
      ...BRIEF_NAMES.flatMap(briefRows),
      '',
      '`up{job="…"}` is there for what Prometheus scrapes. Services that push have none: `process_uptime_seconds` of a service',
      'is there while it sends metrics. The alerts ServiceStoppedReporting and ServiceWithoutTraffic watch them.',
      '',
      '## Recorded',
      '',
      'In files of `dashboards/generated/prometheus/`. Services, operations, databases and edges are recorded because a panel',
      'over 1,000 services would otherwise read every span metric there is.',
      '',
      '| name | unit | labels | meaning |',
      '|---|---|---|---|',
      ...recordedRows(),
      '',
      ...EMITTERS.flatMap(section),
    ].join('\n'),
  };
}

function briefRows(name: string): string[] {
  const rules = RULES.filter(({ record }) => record.replace(/_(bucket|sum|count)$/, '') === name);
  const printers = EMITTERS.filter(({ metrics }) => metrics.some((metric) => metric.name === name));
  const own = printers.map((emitter) => {
    const metric = emitter.metrics.find((each) => each.name === name)!;
    return row([code(name), unit(metric), `${emitter.title}, itself`, metric.meaning]);
  });
  const seen = new Map<string, RecordingRule>();
  for (const rule of rules) {
    const key = withLabels(rule);
    if (!seen.has(key)) seen.set(key, rule);
  }
  return [
    ...own,
    ...[...seen.values()].map((rule) =>
      row([
        code(withLabels(rule)),
        unit(rule),
        code(rule.expr),
        rule.record.endsWith('_bucket') ? 'By `le`, in seconds.' : rule.meaning,
      ]),
    ),
  ];
}

/** The labels that tell rules of one name apart. */
function withLabels({ record, labels = {} }: RecordingRule): string {
  const { le: _le, origin: _origin, ...telling } = labels;
  const text = Object.entries(telling)
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ');
  return text === '' ? record : `${record}{${text}}`;
}

function recordedRows(): string[] {
  const brief = new Set<string>(BRIEF_NAMES);
  const others = RULES.filter(({ record }) => !brief.has(record.replace(/_(bucket|sum|count)$/, '')));
  return [...Map.groupBy(others, ({ record }) => record)].map(([record, rules]) =>
    row([
      code(record),
      unit(rules[0]!),
      rules[0]!.keeps.map(code).join(' '),
      rules.length === 1
        ? rules[0]!.meaning
        : rules.map(({ labels, meaning }) => `${Object.values(labels ?? {})}: ${meaning}`).join(' '),
    ]),
  );
}

function section(emitter: Emitter): string[] {
  const { title, version, path, job, labels, metrics } = emitter;
  return [
    `## ${title} ${version}`,
    '',
    `${path[0]!.toUpperCase()}${path.slice(1)}${job === undefined ? '' : `; \`job="${job}"\``}. ${
      labels.length === 0 ? '' : `On every series: ${labels.map(code).join(' ')}.`
    }`.trim(),
    '',
    '| name | type | unit | labels | meaning |',
    '|---|---|---|---|---|',
    ...metrics.map((metric) =>
      row([
        code(metric.name),
        metric.type,
        unit(metric),
        metric.labels.map(code).join(' '),
        metric.meaning + (metric.appears === undefined ? '' : ` There ${metric.appears}.`),
      ]),
    ),
    '',
  ];
}

function unit({ unit: text }: Pick<Metric, 'unit'>): string {
  return text;
}

function code(text: string): string {
  return `\`${text}\``;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}
