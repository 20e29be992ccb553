import { describe, expect, test } from 'vitest';
import type { ApiRule } from './api-rule.ts';
import { parseThreshold, QUERY, ruleWith, thresholdsIn } from './rule-thresholds.ts';
import { shippedRule, shippedRules } from './shipped-rule.fixture.ts';

const exprOf = ({ data }: Pick<ApiRule, 'data'>): string =>
  data.find(({ refId }) => refId === QUERY)?.model.expr as string;

describe.each(shippedRules.map((shipped) => [shipped.rule.title, shipped] as const))('%s', (_, shipped) => {
  test('with its own thresholds it is the shipped rule', () => {
    const values = shipped.thresholds.map(({ value }) => value);
    const { expr } = { expr: exprOf(shipped.rule) };
    expect(exprOf(ruleWith(shipped, values, 'prometheus'))).toBe(expr);
    expect(exprOf(ruleWith(shipped, [], 'prometheus'))).toBe(expr);
    expect(thresholdsIn(expr, shipped)).toEqual(values);
  });

  test('with others, they can be read back', () => {
    const values = shipped.thresholds.map((_, index) => (index + 1) * 1.5e-7);
    expect(thresholdsIn(exprOf(ruleWith(shipped, values, 'x')), shipped)).toEqual(values);
  });
});

test('asks the chosen data source, and leaves expressions alone', () => {
  const { data } = ruleWith(shippedRule('ServiceSlow'), [], 'mine');
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

test.each([
  ['0.5', 0.5],
  [' 1e3 ', 1000],
  ['0,25', 0.25],
  ['0,125', 0.125],
  ['0', 0],
  ['1,000', 'not-a-number'],
  ['1,000,000', 'not-a-number'],
  ['0x10', 'not-a-number'],
  ['1e999', 'not-a-number'],
  ['', 'not-a-number'],
  ['ten', 'not-a-number'],
  ['Infinity', 'not-a-number'],
  ['-1', 'negative'],
])('%j is %s', (text, value) => {
  expect(parseThreshold(text)).toBe(value);
});
