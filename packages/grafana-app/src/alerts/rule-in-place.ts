import type { ApiRule } from './api-rule.ts';
import type { InstalledRule } from './rule-state.ts';

/**
 * A rule of the app that takes the place of the one that is installed. What people have added to that one in Grafana stays:
 * its contact point, further labels and annotations, settings of newer versions. What the app says itself is as it says it,
 * also that there is no `keep_firing_for`.
 */
export function inPlaceOf(installed: InstalledRule, rule: ApiRule): ApiRule {
  const { keep_firing_for, ...kept } = installed;
  return {
    ...kept,
    ...rule,
    labels: { ...installed.labels, ...rule.labels },
    annotations: { ...installed.annotations, ...rule.annotations },
  };
}
