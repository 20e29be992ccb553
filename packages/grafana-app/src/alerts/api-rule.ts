import { PAGES } from '../links.ts';
import { isWebAddress } from '../settings/settings.ts';
import type { GrafanaRule } from './shipped-rules.ts';

/**
 * A rule as Grafana's provisioning API has it. That is not the shape of provisioning files, in which the rules are printed:
 * there the panel stands in fields of its own, here in two annotations
 * (https://github.com/grafana/grafana/blob/main/pkg/services/ngalert/api/tooling/definitions/provisioning_alert_rules.go).
 */
export type ApiRule = Omit<GrafanaRule, 'dashboardUid' | 'panelId' | 'keepFiringFor'> & {
  readonly keep_firing_for?: string;
};

/** @param grafanaUrl where people open Grafana: whoever is told of an alert reads it in a mail or a chat */
export function toApiRule(
  { dashboardUid, panelId, keepFiringFor, ...rule }: GrafanaRule,
  grafanaUrl: string,
): ApiRule {
  return {
    ...rule,
    ...(keepFiringFor === undefined ? {} : { keep_firing_for: keepFiringFor }),
    annotations: {
      ...rule.annotations,
      runbook_url: runbookUrl(rule, grafanaUrl),
      __dashboardUid__: dashboardUid,
      __panelId__: String(panelId),
    },
  };
}

/** Where the rules were printed without an address for their runbooks: Alerts, which has the same steps. */
function runbookUrl(
  { title, annotations }: Pick<GrafanaRule, 'title' | 'annotations'>,
  grafanaUrl: string,
): string {
  const printed = annotations.runbook_url ?? '';
  if (isWebAddress(printed)) return printed;
  return `${grafanaUrl.replace(/\/+$/, '')}${PAGES.alerts}?${new URLSearchParams({ search: title })}`;
}
