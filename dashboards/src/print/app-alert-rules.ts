import type { Alert } from '../alerts/alert.ts';
import type { AlertGroup } from '../alerts/alerts.ts';
import { THRESHOLDS, type Threshold } from '../alerts/thresholds.ts';
import { numbersIn } from '../promql/numbers.ts';
import { toGrafanaRule } from './grafana-alerts.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';

/** The alerts as data for the Grafana app, which shows them, changes their thresholds, and imports them. */
export function printAppAlertRules(groups: readonly AlertGroup[]): PrintedFile {
  const file = {
    groups: groups.map(({ name, alerts }) => ({
      name,
      interval: 60,
      rules: alerts.map((alert) => ({
        component: alert.component,
        steps: alert.steps,
        ...expressionWithThresholds(alert),
        rule: toGrafanaRule(alert),
      })),
    })),
  };
  return {
    path: `${GENERATED}/grafana-app/alert-rules.json`,
    text: `${JSON.stringify(file, undefined, 1)}\n`,
  };
}

/**
 * The expression with `{{0}}`, `{{1}}`, … where its thresholds stand, and the thresholds by these numbers. The same number
 * at two places is one threshold. `{{` is nothing that PromQL knows.
 */
export function expressionWithThresholds({ expr, thresholds: names = [] }: Alert): {
  expression: string;
  thresholds: Threshold[];
} {
  const declared = names.map((name) => THRESHOLDS[name]);
  const thresholds: Threshold[] = [];
  let expression = '';
  let end = 0;
  for (const { value, from, to } of numbersIn(expr)) {
    const threshold = thresholdOf(value, declared);
    if (threshold === undefined) continue;
    const known = thresholds.findIndex((other) => other.value === value);
    const index = known === -1 ? thresholds.push(threshold) - 1 : known;
    expression += `${expr.slice(end, from)}{{${index}}}`;
    end = to;
  }
  return { expression: expression + expr.slice(end), thresholds };
}

/** A declared one, or the product of two: a multiple of the error budget. */
function thresholdOf(value: number, declared: readonly Threshold[]): Threshold | undefined {
  const same = declared.find((threshold) => threshold.value === value);
  if (same !== undefined) return same;
  for (const [index, a] of declared.entries()) {
    for (const b of declared.slice(index + 1)) {
      if (Math.abs(a.value * b.value - value) < 1e-6 * value)
        return { value, unit: a.unit, reason: `${b.value} ${b.unit}. ${b.reason} ${a.reason}` };
    }
  }
  return undefined;
}
