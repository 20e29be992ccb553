import type { RecordingRule, RuleGroup } from './recording-rule.ts';
import { RED_INTERVAL, SERVICE } from './red.ts';

/**
 * Share of failed requests over the windows that burn rates look at. Windows are sums over the recorded rates, one series
 * a service: over the counters themselves, three days of 1,000 services would be read in every round.
 */
const ratio = (window: string): RecordingRule => ({
  record: `service:errors:ratio_rate${window}`,
  expr: `sum_over_time(service:errors:rate5m[${window}]) / (sum_over_time(service:requests:rate5m[${window}]) > 0)`,
  type: 'ratio',
  unit: '1',
  keeps: SERVICE,
  meaning: `Share of the requests of the last ${window} that failed.`,
});

const count = (window: string): RecordingRule => ({
  record: `service:errors:count${window}`,
  expr: `sum_over_time(service:errors:rate5m[${window}]) * ${RED_INTERVAL}`,
  type: 'gauge',
  unit: '{request}',
  keeps: SERVICE,
  meaning: `Failed requests of the last ${window}, about.`,
});

export const errorBudget: readonly RuleGroup[] = [
  {
    name: 'uat-error-budget-hours',
    file: 'error-budget.yml',
    interval: RED_INTERVAL,
    purpose: 'Windows of burn rates, up to an hour.',
    rules: [ratio('30m'), ratio('1h'), count('1h')],
  },
  {
    name: 'uat-error-budget-days',
    file: 'error-budget.yml',
    interval: 120,
    purpose: 'Windows of burn rates, longer ones.',
    rules: [ratio('6h'), count('6h'), ratio('1d'), ratio('3d'), count('3d')],
  },
];
