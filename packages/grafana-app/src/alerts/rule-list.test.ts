import { describe, expect, test } from 'vitest';
import { filterRules, hasBadThreshold, ruleRows, thresholdTexts, thresholdValues } from './rule-list.ts';
import type { InstalledRule } from './rule-state.ts';
import { ruleWith } from './rule-thresholds.ts';
import { shippedGroups, shippedRule, shippedRules, target } from './shipped-rule.fixture.ts';

const slow = shippedRule('ServiceSlow');
const installed = (values: number[], provenance = ''): InstalledRule => ({
  ...ruleWith(slow, values, target),
  folderUID: 'f',
  ruleGroup: 'g',
  provenance,
});
const rowOf = (rules: InstalledRule[] | undefined) =>
  ruleRows(shippedGroups, { rules, changeable: rules !== undefined }, target).find(
    ({ title }) => title === 'ServiceSlow',
  )!;

describe('ruleRows', () => {
  test('all of them, with the state where it may be seen', () => {
    expect(ruleRows(shippedGroups, { rules: [], changeable: true }, target)).toHaveLength(
      shippedRules.length,
    );
    expect(rowOf([])).toMatchObject({
      component: 'service',
      changeable: true,
      state: { is: 'not-installed' },
    });
    expect(rowOf(undefined)).toMatchObject({ changeable: false, state: undefined });
  });

  test('what a file owns is not changed here', () => {
    expect(rowOf([installed([], 'file')])).toMatchObject({
      changeable: false,
      provisioned: true,
      state: { is: 'installed' },
    });
  });
});

describe('thresholds', () => {
  test.each<[string, InstalledRule[], (string | undefined)[] | undefined, string[]]>([
    ['as shipped', [], undefined, ['10', '0.1']],
    ['as installed', [installed([7, 0.2])], undefined, ['7', '0.2']],
    [
      'as installed, where something else differs',
      [{ ...installed([7, 0.2]), for: '1h' }],
      undefined,
      ['7', '0.2'],
    ],
    [
      'as shipped, where the query is another one',
      [{ ...installed([]), data: [] }],
      undefined,
      ['10', '0.1'],
    ],
    ['as typed', [installed([7, 0.2])], [undefined, 'x'], ['7', 'x']],
  ])('%s', (_, rules, typed, texts) => {
    const typedThresholds = typed === undefined ? {} : { [slow.rule.uid]: typed };
    expect(thresholdTexts(rowOf(rules), typedThresholds)).toEqual(texts);
  });

  test('a bad one is found', () => {
    const typed = { [slow.rule.uid]: ['-1', ''] };
    expect(thresholdValues(rowOf([]), typed)).toEqual(['negative', 'not-a-number']);
    expect([hasBadThreshold(rowOf([]), typed), hasBadThreshold(rowOf([]), {})]).toEqual([true, false]);
  });
});

test('a share ends at 1', () => {
  const errors = shippedRule('QdrantClientErrors').rule.uid;
  const row = ruleRows(shippedGroups, { rules: [], changeable: true }, target).find(
    ({ uid }) => uid === errors,
  )!;
  expect(thresholdValues(row, { [errors]: ['1.5'] })).toEqual(['no-share']);
  expect(thresholdValues(row, { [errors]: ['1'] })).toEqual([1]);
});

test('a rule stands as Grafana says it', () => {
  const statuses = [
    { uid: slow.rule.uid, state: 'pending' },
    { uid: 'theirs', state: 'firing' },
  ];
  const rows = ruleRows(shippedGroups, { rules: [installed([])], changeable: true }, target, statuses);
  expect(
    rows.flatMap(({ title, standing }) => (standing === undefined ? [] : [[title, standing.is]])),
  ).toEqual([['ServiceSlow', ['pending']]]);
});

test.each([
  [{ text: 'serviceslower' }, 1],
  [{ text: 'QDRANT critical', component: 'qdrant' }, undefined],
  [{ component: 'none' }, 0],
  [{ state: 'installed' }, 1],
])('filter %j', (filter, count) => {
  const rows = ruleRows(shippedGroups, { rules: [installed([])], changeable: true }, target);
  const found = filterRules(rows, { text: '', component: '', state: '', ...filter });
  if (count === undefined) {
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map(({ component }) => component))).toEqual(new Set(['qdrant']));
  } else expect(found).toHaveLength(count);
});
