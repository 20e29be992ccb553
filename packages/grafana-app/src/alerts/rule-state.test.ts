import { describe, expect, test } from 'vitest';
import { type InstalledRule, isOurs, ruleState } from './rule-state.ts';
import { ruleWith } from './rule-thresholds.ts';
import { shippedRule, shippedRules, target } from './shipped-rule.fixture.ts';

const place = { folderUID: 'f', ruleGroup: 'g', provenance: '' };
const shipped = shippedRule('ServiceErrorBudgetBurnFast');
const installed = (change: Partial<InstalledRule> = {}, values: number[] = []): InstalledRule => ({
  ...ruleWith(shipped, values, target),
  ...place,
  ...change,
});

test.each(shippedRules.map((each) => [each.rule.title, each] as const))(
  '%s as it was imported',
  (_, each) => {
    expect(ruleState(each, { ...ruleWith(each, [], target), ...place }, target).is).toBe('installed');
  },
);

describe('ruleState', () => {
  test('not there', () => {
    expect(ruleState(shipped, undefined, target)).toEqual({ is: 'not-installed' });
  });

  test('with other thresholds it is installed, with these', () => {
    expect(ruleState(shipped, installed({}, [0.5, 20]), target)).toMatchObject({
      is: 'installed',
      values: [0.5, 20],
    });
  });

  test('what Grafana adds is no difference', () => {
    const rule = installed();
    const grown = {
      ...rule,
      id: 7,
      updated: '2026-01-01T00:00:00Z',
      for: '2m0s',
      data: rule.data!.map((query) => ({
        ...query,
        queryType: '',
        model: { ...query.model, datasource: {} },
      })),
    } as InstalledRule;
    expect(ruleState(shipped, grown, target).is).toBe('installed');
  });

  test.each<[string, Partial<InstalledRule>, string[]]>([
    ['title', { title: 'Mine' }, ['title']],
    ['pause', { isPaused: true }, ['isPaused']],
    ['duration', { for: '3m' }, ['for']],
    ['a longer life', { keep_firing_for: '5m' }, ['keep_firing_for']],
    ['labels', { labels: { severity: 'warning' } }, ['labels']],
    ['queries', { data: [] }, ['data']],
  ])('another %s differs', (_, change, fields) => {
    expect(ruleState(shipped, installed(change), target)).toMatchObject({ is: 'differs', fields });
  });

  test('another label beside ours is none', () => {
    const labels = { ...shipped.rule.labels, team: 'a' };
    expect(ruleState(shipped, installed({ labels }), target).is).toBe('installed');
  });

  test('a runbook that leads nowhere, or to where Grafana was, differs', () => {
    for (const base of ['', 'https://old.example.org']) {
      const annotations = {
        ...installed().annotations,
        runbook_url: `${base}/a/uat-tracing-app/alerts?search=x`,
      };
      expect(ruleState(shipped, installed({ annotations }), target)).toMatchObject({
        is: 'differs',
        fields: ['annotations'],
      });
    }
  });

  test('another data source differs', () => {
    expect(ruleState(shipped, installed(), { ...target, dataSourceUid: 'other' })).toMatchObject({
      is: 'differs',
      fields: ['data'],
    });
  });
});

test.each([
  [undefined, true],
  ['', true],
  ['file', false],
  ['api', false],
])('provenance %s: ours is %s', (provenance, ours) => {
  expect(
    isOurs({ uid: 'a', folderUID: 'f', ruleGroup: 'g', ...(provenance === undefined ? {} : { provenance }) }),
  ).toBe(ours);
});
