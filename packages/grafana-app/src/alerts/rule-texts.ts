import { t } from '@grafana/i18n';
import { toApiProblem } from '../grafana/api-problem.ts';
import { ChangedMeanwhile } from './changed-meanwhile.ts';
import type { RuleState } from './rule-state.ts';
import type { ThresholdProblem } from './threshold-range.ts';

export function stateText(state: RuleState['is']): string {
  switch (state) {
    case 'installed':
      return t('alerts.state.installed', 'Installed');
    case 'differs':
      return t('alerts.state.differs', 'Differs');
    case 'not-installed':
      return t('alerts.state.not-installed', 'Not installed');
  }
}

/** A part of how a rule stands; `undefined` of what this version of the app does not know. */
export function standingText(part: string): string | undefined {
  switch (part) {
    case 'firing':
      return t('alerts.status.firing', 'Firing');
    case 'pending':
      return t('alerts.status.pending', 'Pending');
    case 'recovering':
      return t('alerts.status.recovering', 'Recovering');
    case 'inactive':
      return t('alerts.status.inactive', 'Normal');
    case 'error':
      return t('alerts.status.error', 'Error');
    case 'nodata':
      return t('alerts.status.no-data', 'No data');
    case 'paused':
      return t('alerts.status.paused', 'Paused');
    default:
      return undefined;
  }
}

export function thresholdProblemText(problem: ThresholdProblem, typed: string): string {
  const value = { value: typed.trim(), interpolation: { escapeValue: false } };
  switch (problem) {
    case 'not-a-number':
      return t('alerts.threshold.not-a-number', '"{{value}}" is no number: write one as 0.5', value);
    case 'negative':
      return t('alerts.threshold.negative', '{{value}} is below 0: 0 or more is allowed', value);
    case 'no-share':
      return t(
        'alerts.threshold.no-share',
        '{{value}} is no share: 0 to 1 is allowed, as 0.05 for 5 %',
        value,
      );
  }
}

/** Why a group was not changed. */
export function failureText(error: unknown): string {
  if (error instanceof ChangedMeanwhile)
    return t(
      'alerts.changed-meanwhile',
      'Somebody else has changed {{titles}} meanwhile. The list shows it as it is now: look at it, then do it again.',
      { titles: error.titles.join(', '), interpolation: { escapeValue: false } },
    );
  return toApiProblem(error).message;
}
