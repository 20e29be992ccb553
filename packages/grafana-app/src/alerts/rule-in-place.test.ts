import { expect, test } from 'vitest';
import { inPlaceOf } from './rule-in-place.ts';
import { type InstalledRule, ruleState } from './rule-state.ts';
import { ruleWith } from './rule-thresholds.ts';
import { shippedRule, target } from './shipped-rule.fixture.ts';

const shipped = shippedRule('ServiceSlow');
const rule = ruleWith(shipped, [7, 0.2], target);
const place = { folderUID: 'f', ruleGroup: 'g' };
/** What somebody has set in Grafana; the provisioning API has more fields than the app knows. */
const installed = {
  ...ruleWith(shipped, [], target),
  ...place,
  labels: { ...shipped.rule.labels, team: 'a', severity: 'none' },
  annotations: { ...shipped.rule.annotations, ticket: 'https://example.org/1' },
  notification_settings: { receiver: 'on call' },
  keep_firing_for: '10m',
  isPaused: true,
} as InstalledRule;

test('keeps the contact point, and labels and annotations that were added', () => {
  expect(inPlaceOf(installed, rule)).toMatchObject({
    notification_settings: { receiver: 'on call' },
    labels: { team: 'a' },
    annotations: { ticket: 'https://example.org/1' },
  });
});

test('is as shipped otherwise, with the new thresholds', () => {
  expect(ruleState(shipped, { ...inPlaceOf(installed, rule), ...place }, target)).toMatchObject({
    is: 'installed',
    values: [7, 0.2],
  });
});
