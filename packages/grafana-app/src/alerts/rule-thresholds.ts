import { type ApiRule, toApiRule } from './api-rule.ts';
import type { ShippedRule } from './shipped-rules.ts';

/** The query of a shipped rule; the others compute with its answer. */
export const QUERY = 'A';

/** The rule as it is given to Grafana: with these thresholds, asking this data source. */
export function ruleWith(
  { rule, expression, thresholds }: ShippedRule,
  values: readonly number[],
  dataSourceUid: string,
): ApiRule {
  const expr = expression.replaceAll(/\{\{(\d+)\}\}/g, (_, index) =>
    String(values[Number(index)] ?? thresholds[Number(index)]?.value),
  );
  const api = toApiRule(rule);
  return {
    ...api,
    data: api.data.map((query) =>
      query.refId === QUERY
        ? { ...query, datasourceUid: dataSourceUid, model: { ...query.model, expr } }
        : query,
    ),
  };
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

/** As people write them: no `0x10`, which `Number` would take. */
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

export type ThresholdProblem = 'not-a-number' | 'negative';

/** A text that somebody typed. Every threshold of ours is a share, a count, a duration or a size: none is below 0. */
export function parseThreshold(text: string): number | ThresholdProblem {
  const typed = text.trim().replace(',', '.');
  // `1,000` is a thousand to some and one to others.
  const value = NUMBER.test(typed) && !/^[1-9]\d{0,2},\d{3}$/.test(text.trim()) ? Number(typed) : Number.NaN;
  if (!Number.isFinite(value)) return 'not-a-number';
  return value < 0 ? 'negative' : value;
}
