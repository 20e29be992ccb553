import { stringify } from 'yaml';
import type { RuleGroup } from '../rules/recording-rule.ts';
import { GENERATED, type PrintedFile } from './printed-file.ts';

const HEAD = '# Printed by `npm run generate -w dashboards`; change dashboards/src/rules.\n';

/** Prometheus rule files, one for each `file` of the groups. */
export function printRecordingRules(groups: readonly RuleGroup[]): PrintedFile[] {
  const files = Map.groupBy(groups, ({ file }) => file);
  return [...files].map(([file, groupsOfFile]) => ({
    path: `${GENERATED}/prometheus/${file}`,
    text: HEAD + toYaml({ groups: groupsOfFile.map(toRuleGroup) }),
  }));
}

export function toRuleGroup({ name, interval, rules }: RuleGroup): object {
  return {
    name,
    ...(interval === undefined ? {} : { interval: `${interval}s` }),
    rules: rules.map(({ record, expr, labels }) => ({ record, expr, ...(labels ? { labels } : {}) })),
  };
}

/** Expressions stay on one line: a folded one is hard to paste into a query. */
export function toYaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
