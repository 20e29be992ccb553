import { describe, expect, test } from 'vitest';
import { ALERT_GROUPS, ALERTS } from '../alerts/alerts.ts';
import { THRESHOLDS } from '../alerts/thresholds.ts';
import { expressionWithThresholds, printAppAlertRules } from './app-alert-rules.ts';

describe.each(ALERTS.map((alert) => [alert.name, alert] as const))('%s', (_name, alert) => {
  const { expression, thresholds } = expressionWithThresholds(alert);

  test('says the same with its thresholds put back', () => {
    expect(expression.replaceAll(/\{\{(\d+)\}\}/g, (_, index) => String(thresholds[index]!.value))).toBe(
      alert.expr,
    );
  });

  test('every threshold that it declares can be set', () => {
    const values = thresholds.map(({ value }) => value);
    for (const name of alert.thresholds ?? []) {
      const { value } = THRESHOLDS[name];
      const product = values.some((each) =>
        (alert.thresholds ?? []).some((other) => Math.abs(THRESHOLDS[other].value * value - each) < 1e-9),
      );
      expect(values.includes(value) || product, name).toBe(true);
    }
  });
});

test('holds every alert once', () => {
  const { groups } = JSON.parse(printAppAlertRules(ALERT_GROUPS).text) as {
    groups: { rules: { rule: { title: string } }[] }[];
  };
  expect(groups.flatMap(({ rules }) => rules.map(({ rule }) => rule.title))).toEqual(
    ALERTS.map(({ name }) => name),
  );
});
