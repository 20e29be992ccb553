import { describe, expect, test } from 'vitest';
import { ALERTS } from '../alerts/alerts.ts';
import { SERIES } from '../catalogue/catalogue.ts';
import { SPAN_DURATION_BOUNDARIES_MILLIS } from '../catalogue/span-metrics.ts';
import { parsePromql } from '../promql/expression.ts';
import { KNOWN_SERIES, unknownIn } from '../promql/known-series.ts';
import { BRIEF_NAMES } from './brief-names.ts';
import { RECORDING_RULES } from './recording-rules.ts';

const rules = RECORDING_RULES.flatMap((group) => group.rules.map((rule) => ({ ...rule, group })));

describe.each(rules.map((rule) => [`${rule.record} ${JSON.stringify(rule.labels ?? {})}`, rule] as const))(
  '%s',
  (_title, { expr, labels = {}, keeps, record, group }) => {
    test('names and labels are known', () => {
      expect(unknownIn(expr)).toEqual([]);
    });

    test('has the labels it says', () => {
      const { selectors, writtenLabels } = parsePromql(expr);
      const possible = new Set([...Object.keys(labels), ...writtenLabels]);
      for (const { name } of selectors) for (const label of KNOWN_SERIES.get(name)!) possible.add(label);
      expect(keeps.filter((label) => !possible.has(label))).toEqual([]);
      expect(Object.keys(labels).filter((label) => !keeps.includes(label))).toEqual([]);
    });

    test('reads what is recorded earlier in its group, or in another one', () => {
      const own = group.rules.map((rule) => rule.record);
      const before = own.slice(0, own.indexOf(record));
      for (const { name } of parsePromql(expr).selectors) {
        if (own.includes(name)) expect(before).toContain(name);
      }
    });
  },
);

test('no rule records a name that a program prints', () => {
  const printed = rules.map(({ record }) => record).filter((record) => SERIES.has(record));
  // Services print it for themselves; the rule adds the programs that say when they started. No two have the same job.
  expect(new Set(printed)).toEqual(new Set(['process_uptime_seconds']));
});

test.each(BRIEF_NAMES)('%s answers', (name) => {
  expect(KNOWN_SERIES.has(name)).toBe(true);
});

test('names differ', () => {
  const names = rules.map(({ record, labels }) => record + JSON.stringify(labels ?? {}));
  expect(new Set(names).size).toBe(names.length);
});

test('nothing builds on the file that a large installation leaves out', () => {
  const optional = RECORDING_RULES.filter(({ file }) => file === 'names-http-durations.yml');
  const names = new Set(optional.flatMap((group) => group.rules.map(({ record }) => record)));
  const inside = new Set(optional.flatMap((group) => group.rules.map(({ expr }) => expr)));
  expect(names.size).toBeGreaterThan(0);
  const outside = [
    ...rules.map(({ expr }) => expr).filter((expr) => !inside.has(expr)),
    ...ALERTS.map(({ expr }) => expr),
  ];
  for (const expr of outside) {
    expect(parsePromql(expr).selectors.filter(({ name }) => names.has(name))).toEqual([]);
  }
});

test('the copied buckets of a histogram are of one moment, or quantiles over them would be nonsense', () => {
  const groups = RECORDING_RULES.filter(({ rules: copied }) =>
    copied.some(({ record }) => /^http_request_duration_seconds_(?:bucket|count|sum)$/.test(record)),
  );
  expect(groups.map(({ name }) => name)).toEqual(['uat-names-http-durations']);
  expect(groups[0]?.rules.filter(({ record }) => record.endsWith('_bucket'))).toHaveLength(
    SPAN_DURATION_BOUNDARIES_MILLIS.length + 1,
  );
});
