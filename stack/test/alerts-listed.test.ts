/** That no alert is left out of the proofs, and that they change nothing but durations. */
import { expect, it } from 'vitest';
import { ALERTS } from '../../dashboards/src/alerts/alerts.ts';
import { PROVOKED } from './alerts-provoked.ts';
import { shortened, shortenedRules } from './shortened-rules.ts';

it('every alert is provoked in one of the proofs, and in one only', () => {
  expect(Object.values(PROVOKED).flat().sort()).toEqual(ALERTS.map(({ name }) => name).sort());
});

it.each([
  ['5m', '10s'],
  ['30m', '21s'],
  ['1h', '28s'],
  ['3d', '150s'],
  ['1s', '1s'],
])('the overlay makes %s %s', (from, to) => {
  expect(shortened(from)).toBe(to);
});

it('the overlay changes nothing but durations', () => {
  const rules =
    'groups:\n  - name: a\n    interval: 60s\n    rules:\n      - alert: A\n        expr: rate(x_rate5m[5m] offset 1h) > 0.5\n        for: 10m\n';
  expect(shortenedRules(rules)).toBe(
    'groups:\n  - name: a\n    interval: 1s\n    rules:\n      - alert: A\n        expr: rate(x_rate5m[10s] offset 28s) > 0.5\n        for: 2s\n',
  );
});
