import type { RuleStatus } from '../grafana/rule-statuses.ts';

/** How a rule stands that Grafana has. */
export interface RuleStanding {
  /** What there is to say of it, the most important first: a `state` of Grafana, a `health`, or `paused`. */
  readonly is: readonly string[];
  /** Why it could not be evaluated, as Grafana says it. */
  readonly error: string | undefined;
}

const UNWELL = ['error', 'nodata'];

/** A rule that is paused or cannot be evaluated has the state `inactive` too: that alone is no sign that all is well. */
export function ruleStanding({ state, health = '', lastError = '', isPaused }: RuleStatus): RuleStanding {
  if (isPaused === true) return { is: ['paused'], error: undefined };
  const unwell = UNWELL.includes(health) ? [health] : [];
  const states = state === undefined || (state === 'inactive' && unwell.length > 0) ? [] : [state];
  return { is: [...states, ...unwell], error: lastError === '' ? undefined : lastError };
}
