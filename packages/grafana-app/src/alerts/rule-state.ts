import type { ApiRule } from './api-rule.ts';
import { QUERY, type RuleTarget, ruleWith, thresholdsIn } from './rule-thresholds.ts';
import type { ShippedRule } from './shipped-rules.ts';

/** A rule as Grafana returns it. */
export type InstalledRule = Partial<ApiRule> & {
  readonly uid: string;
  readonly folderUID: string;
  readonly ruleGroup: string;
  /** `file` where a provisioning file owns it, `api` where an API client does; empty where people may edit it. */
  readonly provenance?: string;
  /** When it was last written, as Grafana says it; through the ruler it does not. */
  readonly updated?: string;
};

export type RuleState =
  | { readonly is: 'not-installed' }
  /** `values`: its thresholds, ours or others. */
  | { readonly is: 'installed'; readonly values: readonly number[]; readonly installed: InstalledRule }
  /** `fields`: what is not as shipped. `values`: its thresholds, none where its query is another one. */
  | {
      readonly is: 'differs';
      readonly fields: readonly string[];
      readonly values: readonly number[];
      readonly installed: InstalledRule;
    };

/** How a shipped rule stands in Grafana. Other thresholds are no difference: they are there to be set. */
export function ruleState(
  shipped: ShippedRule,
  installed: InstalledRule | undefined,
  target: RuleTarget,
): RuleState {
  if (installed === undefined) return { is: 'not-installed' };
  const expr = queryOf(installed);
  const values = typeof expr === 'string' ? thresholdsIn(expr, shipped) : undefined;
  const expected = ruleWith(shipped, values ?? [], target);
  const fields = COMPARED.filter((field) => !contains(installed[field], expected[field]));
  if (fields.length === 0 && values !== undefined) return { is: 'installed', values, installed };
  return { is: 'differs', fields, values: values ?? [], installed };
}

/** What a rule asks Prometheus, its thresholds in it. */
export function queryOf({ data }: Partial<ApiRule>): unknown {
  return data?.find(({ refId }) => refId === QUERY)?.model.expr;
}

/** Whether the app may change it: what a file owns comes back from the file. */
export function isOurs({ provenance }: InstalledRule): boolean {
  return provenance === undefined || provenance === '';
}

const COMPARED = [
  'title',
  'condition',
  'data',
  'for',
  'keep_firing_for',
  'noDataState',
  'execErrState',
  'labels',
  'annotations',
  'isPaused',
] as const satisfies readonly (keyof ApiRule)[];

/** Whether everything of ours is there: Grafana adds fields of its own, and writes `5m` as `5m0s`. */
function contains(actual: unknown, expected: unknown): boolean {
  if (expected === undefined) return actual === undefined || actual === '' || actual === '0s';
  if (Array.isArray(expected))
    return (
      Array.isArray(actual) &&
      actual.length === expected.length &&
      expected.every((each, index) => contains(actual[index], each))
    );
  if (typeof expected === 'object' && expected !== null)
    return (
      typeof actual === 'object' &&
      actual !== null &&
      Object.entries(expected).every(([name, value]) =>
        contains((actual as Record<string, unknown>)[name], value),
      )
    );
  if (typeof expected === 'string' && typeof actual === 'string' && DURATION.test(expected))
    return seconds(actual) === seconds(expected);
  return actual === expected;
}

const DURATION = /^(\d+[smhd])+$/;
const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

function seconds(duration: string): number {
  return [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * SECONDS[unit!]!,
    0,
  );
}
