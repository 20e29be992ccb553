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

export async function loadShippedGroups(): Promise<readonly ShippedGroup[]> {
  const { default: file } = await import('@generated/grafana-app/alert-rules.json');
  return (file as { groups: readonly ShippedGroup[] }).groups;
}
