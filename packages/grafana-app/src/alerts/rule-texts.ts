import { t } from '@grafana/i18n';
import type { RuleState } from './rule-state.ts';
import type { ThresholdProblem } from './rule-thresholds.ts';

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

export function thresholdProblemText(problem: ThresholdProblem): string {
  return problem === 'negative'
    ? t('alerts.threshold.negative', 'Must be 0 or more')
    : t('alerts.threshold.not-a-number', 'Must be a number, as 0.5');
}
