import { t } from '@grafana/i18n';
import { toApiProblem } from '../grafana/api-problem.ts';
import { ChangedMeanwhile } from './changed-meanwhile.ts';
import { RemovedInPart } from './removed-in-part.ts';
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

/** @param error of `failureText` */
export function failureTitle(group: string, error: unknown): string {
  const values = { group, interpolation: { escapeValue: false } };
  return error instanceof RemovedInPart
    ? t('alerts.failed-in-part', 'Done in part only in {{group}}', values)
    : t('alerts.failed', 'Not done in {{group}}', values);
}

/** Why a group was not changed, or not all of it. */
export function failureText(error: unknown): string {
  if (error instanceof RemovedInPart)
    return t(
      'alerts.removed-in-part',
      '{{removed}} of {{all}} rules are removed. Not removed: {{titles}}. Grafana says: {{reason}}',
      {
        removed: error.removed.length,
        all: error.removed.length + error.left.length,
        titles: error.left.join(', '),
        reason: error.reason,
        interpolation: { escapeValue: false },
      },
    );
  if (error instanceof ChangedMeanwhile)
    return t(
      'alerts.changed-meanwhile',
      'Somebody else has changed {{titles}} meanwhile. The list shows it as it is now: look at it, then do it again.',
      { titles: error.titles.join(', '), interpolation: { escapeValue: false } },
    );
  return toApiProblem(error).message;
}
