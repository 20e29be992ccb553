import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { ALERT_GROUPS, ALERTS } from '../alerts/alerts.ts';
import { printGrafanaAlerts, toGrafanaTemplate } from './grafana-alerts.ts';

interface Query {
  readonly refId: string;
  readonly datasourceUid: string;
  readonly relativeTimeRange: { readonly from: number; readonly to: number };
  readonly model: { readonly refId: string; readonly expression?: string; readonly expr?: string };
}
interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly Query[];
  readonly annotations: Readonly<Record<string, string>>;
}

const KEYS = [
  'uid',
  'title',
  'condition',
  'data',
  'for',
  'keepFiringFor',
  'noDataState',
  'execErrState',
  'dashboardUid',
  'panelId',
  'labels',
  'annotations',
  'isPaused',
];

const file = parse(printGrafanaAlerts(ALERT_GROUPS).text) as {
  apiVersion: number;
  groups: { orgId: number; name: string; folder: string; interval: string; rules: Rule[] }[];
};
const rules = file.groups.flatMap((group) => group.rules);

test('has the shape of a provisioning file', () => {
  expect(file.apiVersion).toBe(1);
  for (const { orgId, name, folder, interval } of file.groups) {
    expect(orgId).toBe(1);
    expect(name && folder).toBeTruthy();
    expect(interval).toMatch(/^\d+[sm]$/);
  }
  for (const rule of rules) {
    expect(Object.keys(rule).filter((key) => !KEYS.includes(key))).toEqual([]);
    for (const key of KEYS.filter((each) => each !== 'keepFiringFor')) expect(rule).toHaveProperty(key);
    expect(rule).toMatchObject({
      for: expect.stringMatching(/^\d+m$/),
      noDataState: 'OK',
      execErrState: 'Error',
    });
    for (const { relativeTimeRange } of rule.data)
      expect(relativeTimeRange.from).toBeGreaterThan(relativeTimeRange.to);
  }
});

test('has every alert, with a uid that Grafana takes', () => {
  expect(rules.map(({ title }) => title)).toEqual(ALERTS.map(({ name }) => name));
  expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
  expect(rules.filter(({ uid }) => !/^[a-z0-9-]{1,40}$/.test(uid)).map(({ uid }) => uid)).toEqual([]);
});

test('each step builds on the one before', () => {
  for (const { data, condition } of rules) {
    expect(data.map(({ refId }) => refId)).toEqual(['A', 'B', 'C']);
    expect(condition).toBe('C');
    for (const { refId, model } of data) expect(model.refId).toBe(refId);
    expect(data.map(({ model }) => model.expression)).toEqual([undefined, 'A', 'B']);
  }
});

test('templates are those of Grafana', () => {
  expect(toGrafanaTemplate('{{ $value | humanize }} of {{ $labels.job }}')).toBe(
    '{{ $values.B.Value | humanize }} of {{ $labels.job }}',
  );
  for (const { annotations } of rules)
    for (const text of Object.values(annotations)) expect(text).not.toContain('$value ');
});
