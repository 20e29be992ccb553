import { toApiProblem } from '../grafana/api-problem.ts';

/** A rule in the shape of Grafana's provisioning API, as far as the dashboards package prints it. */
export interface GrafanaRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly data: readonly RuleQuery[];
  readonly for: string;
  readonly keepFiringFor?: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isPaused: boolean;
}

export interface RuleQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  readonly relativeTimeRange?: { readonly from: number; readonly to: number };
  readonly model: Readonly<Record<string, unknown>>;
}

export interface RuleThreshold {
  readonly value: number;
  readonly unit: string;
  readonly reason: string;
}

export interface ShippedRule {
  readonly component: string;
  /** What to do when it fires. */
  readonly steps: readonly string[];
  /** PromQL with `{{0}}` where the first threshold stands. */
  readonly expression: string;
  readonly thresholds: readonly RuleThreshold[];
  readonly rule: GrafanaRule;
}

export interface ShippedGroup {
  readonly name: string;
  /** Seconds. */
  readonly interval: number;
  readonly rules: readonly ShippedRule[];
}

/** A file of its own beside the plugin's code, named by its contents. @throws ApiProblem */
export async function loadShippedGroups(): Promise<readonly ShippedGroup[]> {
  const address = new URL('@generated/grafana-app/alert-rules.json', import.meta.url);
  const response = await fetch(address).catch((error) => {
    throw toApiProblem(error);
  });
  if (!response.ok)
    throw toApiProblem({ status: response.status, statusText: `${address.pathname} is missing` });
  const { groups } = (await response.json()) as { groups: readonly ShippedGroup[] };
  return groups;
}
