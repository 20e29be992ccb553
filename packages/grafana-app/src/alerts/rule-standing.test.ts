import { expect, test } from 'vitest';
import type { RuleStatus } from '../grafana/rule-statuses.ts';
import { ruleStanding } from './rule-standing.ts';

test.each<[RuleStatus, string[], string | undefined]>([
  [{ state: 'inactive', health: 'ok', isPaused: false, lastError: '' }, ['inactive'], undefined],
  [{ state: 'inactive' }, ['inactive'], undefined],
  [
    { state: 'inactive', health: 'error', lastError: 'no such data source' },
    ['error'],
    'no such data source',
  ],
  [{ state: 'inactive', health: 'error' }, ['error'], undefined],
  [{ state: 'inactive', health: 'nodata' }, ['nodata'], undefined],
  [{ state: 'firing', health: 'error', lastError: 'x' }, ['firing', 'error'], 'x'],
  [{ state: 'pending', health: 'nodata' }, ['pending', 'nodata'], undefined],
  [{ state: 'inactive', health: 'ok', isPaused: true }, ['paused'], undefined],
  // Of before it was paused.
  [{ state: 'firing', health: 'error', lastError: 'x', isPaused: true }, ['paused'], undefined],
  [{ state: 'inactive', health: 'of a later Grafana' }, ['inactive'], undefined],
  [{}, [], undefined],
])('%j stands %j', (status, is, error) => {
  expect(ruleStanding(status)).toEqual({ is, error });
});
