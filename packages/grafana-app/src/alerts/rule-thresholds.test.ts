import { describe, expect, test } from 'vitest';
import type { ApiRule } from './api-rule.ts';
import { QUERY, ruleWith, thresholdsIn } from './rule-thresholds.ts';
import { shippedRule, shippedRules, target } from './shipped-rule.fixture.ts';

const exprOf = ({ data }: Pick<ApiRule, 'data'>): string =>
  data.find(({ refId }) => refId === QUERY)?.model.expr as string;

describe.each(shippedRules.map((shipped) => [shipped.rule.title, shipped] as const))('%s', (_, shipped) => {
  test('with its own thresholds it is the shipped rule', () => {
    const values = shipped.thresholds.map(({ value }) => value);
    const { expr } = { expr: exprOf(shipped.rule) };
    expect(exprOf(ruleWith(shipped, values, target))).toBe(expr);
    expect(exprOf(ruleWith(shipped, [], target))).toBe(expr);
    expect(thresholdsIn(expr, shipped)).toEqual(values);
  });

  test('with others, they can be read back', () => {
    const values = shipped.thresholds.map((_, index) => (index + 1) * 1.5e-7);
    expect(thresholdsIn(exprOf(ruleWith(shipped, values, target)), shipped)).toEqual(values);
  });
});

test('asks the chosen data source, and leaves expressions alone', () => {
  const { data } = ruleWith(shippedRule('ServiceSlow'), [], { ...target, dataSourceUid: 'mine' });
  expect(data.map(({ datasourceUid }) => datasourceUid)).toEqual(['mine', '__expr__', '__expr__']);
});

test.each([
  ['another expression', 'up == 0'],
  ['more of it', `${exprOf(shippedRule('ServiceErrorBudgetBurnFast').rule)} or up == 0`],
  [
    'two values for one threshold',
    exprOf(shippedRule('ServiceErrorBudgetBurnFast').rule).replace('0.0144', '0.5'),
  ],
])('%s has none of its thresholds', (_, expr) => {
  expect(thresholdsIn(expr, shippedRule('ServiceErrorBudgetBurnFast'))).toBeUndefined();
});

describe('the description', () => {
  const slow = shippedRule('ServiceSlow');
  const of = (...values: number[]) => ruleWith(slow, values, target).annotations.description;
  const shipped = slow.rule.annotations.description;

  test('is the printed one with the thresholds that were shipped', () => {
    expect([of(), of(10, 0.1)]).toEqual([shipped, shipped]);
  });

  test('says what was set otherwise', () => {
    expect(of(7, 0.1)).toBe(`${shipped} Set to 7 s, of 95 % of the requests, not 10 as shipped.`);
    expect(of(7, 0.2)).toBe(
      `${shipped} Set to 7 s, of 95 % of the requests, not 10 as shipped. Set to 0.2 requests a second, not 0.1 as shipped.`,
    );
  });
});
