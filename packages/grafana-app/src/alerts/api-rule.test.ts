import { expect, test } from 'vitest';
import { toApiRule } from './api-rule.ts';
import { shippedRules } from './shipped-rule.fixture.ts';

/** `ProvisionedAlertRule`, without what Grafana sets itself. */
const FIELDS = [
  'uid',
  'title',
  'condition',
  'data',
  'for',
  'keep_firing_for',
  'noDataState',
  'execErrState',
  'labels',
  'annotations',
  'isPaused',
];

test.each(shippedRules.map(({ rule }) => [rule.title, rule] as const))('%s', (_, rule) => {
  const api = toApiRule(rule);
  expect(Object.keys(api).filter((field) => !FIELDS.includes(field))).toEqual([]);
  expect(api.keep_firing_for).toBe(rule.keepFiringFor);
  expect(api.annotations).toMatchObject({
    ...rule.annotations,
    __dashboardUid__: rule.dashboardUid,
    __panelId__: String(rule.panelId),
  });
});
