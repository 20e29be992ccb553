import { expect, test } from 'vitest';
import { toApiRule } from './api-rule.ts';
import { shippedRules, target } from './shipped-rule.fixture.ts';

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
  const api = toApiRule(rule, target.grafanaUrl);
  expect(Object.keys(api).filter((field) => !FIELDS.includes(field))).toEqual([]);
  expect(api.keep_firing_for).toBe(rule.keepFiringFor);
  expect(api.annotations).toMatchObject({
    summary: rule.annotations.summary,
    description: rule.annotations.description,
    runbook_url: `https://grafana.example.org/a/uat-tracing-app/alerts?search=${rule.title}`,
    __dashboardUid__: rule.dashboardUid,
    __panelId__: String(rule.panelId),
  });
});

test('a runbook that has an address keeps it', () => {
  const { rule } = shippedRules[0]!;
  const runbook_url = 'https://runbooks.example.org/x';
  const annotations = { ...rule.annotations, runbook_url };
  expect(toApiRule({ ...rule, annotations }, target.grafanaUrl).annotations).toMatchObject({ runbook_url });
});

test.each(['https://example.org/grafana/', 'https://example.org/grafana'])(
  'Grafana may be below a path: %s',
  (grafanaUrl) => {
    const { rule } = shippedRules[0]!;
    expect(toApiRule(rule, grafanaUrl).annotations.runbook_url).toBe(
      `https://example.org/grafana/a/uat-tracing-app/alerts?search=${rule.title}`,
    );
  },
);
