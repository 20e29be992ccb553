import type { RuleStatus } from '../grafana/rule-statuses.ts';
import type { Installed } from './alert-rules-api.ts';
import { type RuleStanding, ruleStanding } from './rule-standing.ts';
import { isOurs, type RuleState, ruleState } from './rule-state.ts';
import type { RuleTarget } from './rule-thresholds.ts';
import type { ShippedGroup, ShippedRule } from './shipped-rules.ts';
import { parseThreshold, type ThresholdProblem } from './threshold-range.ts';

export interface RuleRow {
  readonly uid: string;
  readonly title: string;
  readonly component: string;
  readonly severity: string;
  readonly summary: string;
  readonly shipped: ShippedRule;
  /** `undefined` where whoever is signed in may not see which are installed. */
  readonly state: RuleState | undefined;
  /** Whether it fires, or cannot; `undefined` where Grafana has none such. */
  readonly standing: RuleStanding | undefined;
  /** Whether it can be imported and removed here, by whoever is signed in. */
  readonly changeable: boolean;
  /** A file or another program owns it. */
  readonly provisioned: boolean;
}

export function ruleRows(
  groups: readonly ShippedGroup[],
  { rules: installed, changeable }: Installed,
  target: RuleTarget,
  statuses: readonly RuleStatus[] = [],
): RuleRow[] {
  const byUid = new Map((installed ?? []).map((rule) => [rule.uid, rule]));
  const statusOf = new Map(statuses.map((status) => [status.uid, status]));
  return groups
    .flatMap(({ rules }) => rules)
    .map((shipped) => {
      const { uid, title, labels, annotations } = shipped.rule;
      const found = byUid.get(uid);
      const status = statusOf.get(uid);
      return {
        uid,
        title,
        component: shipped.component,
        severity: labels.severity ?? '',
        summary: annotations.summary ?? '',
        shipped,
        state: installed && ruleState(shipped, found, target),
        standing: status && ruleStanding(status),
        changeable: changeable && (found === undefined || isOurs(found)),
        provisioned: found !== undefined && !isOurs(found),
      };
    });
}

export interface RuleFilter {
  readonly text: string;
  /** Empty: all. */
  readonly component: string;
  readonly state: string;
}

export function filterRules(rows: readonly RuleRow[], { text, component, state }: RuleFilter): RuleRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const texts = `${row.title} ${row.severity} ${row.component} ${row.summary}`.toLowerCase();
    return (
      words.every((word) => texts.includes(word)) &&
      (component === '' || row.component === component) &&
      (state === '' || row.state?.is === state)
    );
  });
}

/** Texts that were typed, by uid and place of the threshold. */
export type TypedThresholds = Readonly<Record<string, readonly (string | undefined)[]>>;

/** What a threshold stands at: as typed, as installed, or as shipped. */
export function thresholdTexts({ uid, shipped, state }: RuleRow, typed: TypedThresholds): string[] {
  const installed = state === undefined || state.is === 'not-installed' ? [] : state.values;
  return shipped.thresholds.map(
    ({ value }, index) => typed[uid]?.[index] ?? String(installed[index] ?? value),
  );
}

export function thresholdValues(
  row: RuleRow,
  typed: TypedThresholds,
): readonly (number | ThresholdProblem)[] {
  return thresholdTexts(row, typed).map((text, index) =>
    parseThreshold(text, row.shipped.thresholds[index]!.unit),
  );
}

export function hasBadThreshold(row: RuleRow, typed: TypedThresholds): boolean {
  return thresholdValues(row, typed).some((value) => typeof value === 'string');
}
