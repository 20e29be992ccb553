import type { Alert } from '../src/alerts/alert.ts';
import { alertLabels, toAlertingRule } from '../src/print/alert-rules.ts';
import { toYaml } from '../src/print/rule-files.ts';
import { parsePromql } from '../src/promql/expression.ts';
import type { RecordingRule } from '../src/rules/recording-rule.ts';
import { RECORDING_RULES } from '../src/rules/recording-rules.ts';
import { type Phase, STEP, samples } from './timeline.ts';

export const CASE_KINDS = [
  'fires',
  'not just below',
  'resolves',
  'restart in good times',
  'restart in bad times',
  'series missing',
  'all gone',
  'never',
] as const;

export type CaseKind = (typeof CASE_KINDS)[number];

export interface AlertCase {
  readonly kind: CaseKind;
  readonly title: string;
  /** A test group of promtool. */
  readonly group: object;
}

const EVER = '40d';
/** Times are counted from 0; `minutes` is the end, of which the last sample is one step before. */
const at = (minutes: number): string => `${minutes * 60 - STEP}s`;

/** Every way in which an alert has to behave, for `promtool test rules`. */
export function alertCases(alert: Alert): AlertCase[] {
  const { name, forMinutes, keepMinutes = 0, cases } = alert;
  if (cases.series.length === 0) return [constant(alert)];
  const before = cases.before ?? 15;
  const bad = cases.bad ?? forMinutes + 15;
  const after = cases.after ?? keepMinutes + 20;
  const firing = `ALERTS{alertname="${name}", alertstate="firing"}`;
  const labels = Object.entries({
    alertname: name,
    alertstate: 'firing',
    ...alertLabels(alert),
    ...cases.fires,
  })
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ');

  const group = (
    kind: CaseKind,
    title: string,
    phases: readonly Phase[],
    checks: readonly Check[],
    left?: number,
  ): AlertCase => ({
    kind,
    title,
    group: {
      name: title,
      interval: `${STEP}s`,
      input_series: cases.series
        .map((series, index) => ({ series: series.series, values: samples(series, index, phases) }))
        .filter((_series, index) => index !== left),
      promql_expr_test: checks.map(({ expr, minutes, value }) => ({
        expr,
        eval_time: at(minutes),
        exp_samples: value === undefined ? [] : [value],
      })),
    },
  });
  const exactly = (minutes: number): Check => ({
    expr: firing,
    minutes,
    value: { labels: `ALERTS{${labels}}`, value: 1 },
  });
  const some = (minutes: number): Check => ({
    expr: `count(${firing}) > bool 0`,
    minutes,
    value: { labels: '{}', value: 1 },
  });
  /** Pending for as long as it says, in whole rounds. */
  const waited = (minutes: number): Check => ({
    expr: `sum(count_over_time(${firing.replace('firing', 'pending')}[${EVER}])) >= bool ${(forMinutes * 60) / STEP}`,
    minutes,
    value: { labels: '{}', value: 1 },
  });
  const not = (minutes: number): Check => ({ expr: firing, minutes });
  const never = (minutes: number): Check => ({ expr: `count_over_time(${firing}[${EVER}])`, minutes });

  const good: Phase = { state: 'good', minutes: before };
  const restart = (during: 'good' | 'bad', minutes: number): Phase => ({ state: 'restart', minutes, during });
  return [
    group(
      'fires',
      'fires',
      [good, { state: 'bad', minutes: bad }],
      [not(before), ...(forMinutes > 0 ? [waited(before + bad)] : []), exactly(before + bad)],
    ),
    group(
      'not just below',
      'does not fire just below',
      [good, { state: 'below', minutes: bad + after }],
      [never(before + bad + after)],
    ),
    group(
      'resolves',
      'resolves',
      [good, { state: 'bad', minutes: bad }, { state: 'good', minutes: after }],
      [
        exactly(before + bad),
        ...(keepMinutes > 1 ? [exactly(before + bad + keepMinutes - 1)] : []),
        not(before + bad + after),
      ],
    ),
    group(
      'restart in good times',
      'a restart in good times does not fire',
      [good, restart('good', before), restart('good', bad)],
      [never(2 * before + bad)],
    ),
    group(
      'restart in bad times',
      'a restart in bad times still fires',
      [good, { state: 'bad', minutes: bad }, restart('bad', bad)],
      [exactly(before + 2 * bad)],
    ),
    ...cases.series.map(({ series }, index) => {
      const end = before + bad;
      const fires = cases.absenceFires?.includes(index);
      return group(
        'series missing',
        `good times without ${series}: ${fires ? 'fires' : 'does not fire'}`,
        [{ state: 'good', minutes: end }],
        [fires ? some(end) : never(end)],
        index,
      );
    }),
    group(
      'all gone',
      `bad times, then no series at all: ${cases.goneFires ? 'fires' : 'resolves'}`,
      [good, { state: 'bad', minutes: bad }, { state: 'gone', minutes: after }],
      [cases.goneFires ? some(before + bad + after) : not(before + bad + after)],
    ),
    ...(cases.never ?? []).map(({ title, from, levels, minutes }) =>
      group(
        'never',
        `${title}: does not fire`,
        [...(from ? [{ state: { levels: from }, minutes: before }] : []), { state: { levels }, minutes }],
        [never((from ? before : 0) + minutes)],
      ),
    ),
  ];
}

interface Check {
  readonly expr: string;
  readonly minutes: number;
  readonly value?: { readonly labels: string; readonly value: number };
}

/** An alert on no series at all: it fires from the first round on. */
function constant(alert: Alert): AlertCase {
  const labels = Object.entries(alertLabels(alert))
    .map(([label, value]) => `${label}="${value}"`)
    .join(', ');
  return {
    kind: 'fires',
    title: 'always fires',
    group: {
      name: 'always fires',
      interval: `${STEP}s`,
      input_series: [],
      promql_expr_test: ['30s', '1h'].map((eval_time) => ({
        expr: `ALERTS{alertname="${alert.name}"}`,
        eval_time,
        exp_samples: [
          { labels: `ALERTS{alertname="${alert.name}", alertstate="firing", ${labels}}`, value: 1 },
        ],
      })),
    },
  };
}

/** A rule file with the alert and every recording rule that it builds on, in their order. */
export function ruleFileOf(alert: Alert): string {
  return toYaml({
    groups: [{ name: 'test', rules: [...rulesBehind([alert.expr]).map(toRule), toAlertingRule(alert)] }],
  });
}

const ALL_RULES = RECORDING_RULES.flatMap(({ rules }) => rules);

/** What expressions build on, and what that builds on. */
export function rulesBehind(expressions: readonly string[]): RecordingRule[] {
  const wanted = new Set<string>();
  const add = (expr: string): void => {
    for (const { name } of parsePromql(expr).selectors) {
      if (wanted.has(name)) continue;
      const rules = ALL_RULES.filter(({ record }) => record === name);
      if (rules.length > 0) wanted.add(name);
      for (const rule of rules) add(rule.expr);
    }
  };
  for (const expr of expressions) add(expr);
  return ALL_RULES.filter(({ record }) => wanted.has(record));
}

export function toRule({ record, expr, labels }: RecordingRule): object {
  return { record, expr, ...(labels ? { labels } : {}) };
}

/** @param step seconds between two rounds */
export function testFile(ruleFile: string, groups: readonly object[], step = STEP): string {
  return toYaml({
    rule_files: [ruleFile],
    evaluation_interval: `${step}s`,
    fuzzy_compare: true,
    tests: groups,
  });
}
