import { readFileSync } from 'node:fs';
import type { RuleTarget } from './rule-thresholds.ts';
import type { ShippedGroup, ShippedRule } from './shipped-rules.ts';

const FILE = new URL('../../../../dashboards/generated/grafana-app/alert-rules.json', import.meta.url);

/** What is printed, as it is. */
export const shippedGroups = (JSON.parse(readFileSync(FILE, 'utf8')) as { groups: ShippedGroup[] }).groups;

export const shippedRules: readonly ShippedRule[] = shippedGroups.flatMap(({ rules }) => rules);

export function shippedRule(title: string): ShippedRule {
  const found = shippedRules.find(({ rule }) => rule.title === title);
  if (found === undefined) throw new Error(`no rule ${title}`);
  return found;
}

export const target: RuleTarget = { dataSourceUid: 'prom', grafanaUrl: 'https://grafana.example.org/' };
