import { type ApiRule, toApiRule } from './api-rule.ts';
import type { RuleThreshold, ShippedRule } from './shipped-rules.ts';

/** The query of a shipped rule; the others compute with its answer. */
export const QUERY = 'A';

/** What a rule says of the Grafana that it is put into. */
export interface RuleTarget {
  /** Of the Prometheus that it asks. */
  readonly dataSourceUid: string;
  /** Where people open Grafana. */
  readonly grafanaUrl: string;
}

/** The rule as it is given to Grafana: with these thresholds, of which its description tells, asking this data source. */
export function ruleWith(
  { rule, expression, thresholds }: ShippedRule,
  values: readonly number[],
  { dataSourceUid, grafanaUrl }: RuleTarget,
): ApiRule {
  const expr = expression.replaceAll(/\{\{(\d+)\}\}/g, (_, index) =>
    String(values[Number(index)] ?? thresholds[Number(index)]?.value),
  );
  const api = toApiRule(rule, grafanaUrl);
  const description = [api.annotations.description ?? '', ...whatWasSet(thresholds, values)].join(' ').trim();
  return {
    ...api,
    annotations: { ...api.annotations, ...(description === '' ? {} : { description }) },
    data: api.data.map((query) =>
      query.refId === QUERY
        ? { ...query, datasourceUid: dataSourceUid, model: { ...query.model, expr } }
        : query,
    ),
  };
}

/** The texts of a rule are printed, and name the shipped thresholds: what was set otherwise is said after them. */
function whatWasSet(thresholds: readonly RuleThreshold[], values: readonly number[]): string[] {
  return thresholds.flatMap(({ value, unit }, index) => {
    const set = values[index] ?? value;
    return set === value ? [] : [`Set to ${set} ${unit}, not ${value} as shipped.`];
  });
}

/**
 * The thresholds in an expression that is the shipped one but for them; `undefined` when it is another one, or has two
 * values for one threshold.
 */
export function thresholdsIn(expr: string, { expression, thresholds }: ShippedRule): number[] | undefined {
  const order: number[] = [];
  const pattern = expression
    .split(/(\{\{\d+\}\})/)
    .map((part) => {
      const [, index] = /^\{\{(\d+)\}\}$/.exec(part) ?? [];
      if (index === undefined) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
      order.push(Number(index));
      return '([-+]?[\\d.]+(?:e[-+]?\\d+)?)';
    })
    .join('');
  const found = new RegExp(`^${pattern}$`, 'i').exec(expr);
  if (found === null) return undefined;
  const values = thresholds.map(({ value }) => value);
  const seen = new Set<number>();
  for (const [place, index] of order.entries()) {
    const value = Number(found[place + 1]);
    if (!Number.isFinite(value) || (seen.has(index) && values[index] !== value)) return undefined;
    values[index] = value;
    seen.add(index);
  }
  return values;
}
