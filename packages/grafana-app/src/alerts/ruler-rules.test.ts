import { expect, test } from 'vitest';
import { ruleState } from './rule-state.ts';
import { ruleWith } from './rule-thresholds.ts';
import { fromRuler } from './ruler-rules.ts';
import { shippedRules, target } from './shipped-rule.fixture.ts';

test.each(shippedRules.map((each) => [each.rule.title, each] as const))(
  '%s is installed, as the ruler says it',
  (_, shipped) => {
    const { uid, title, condition, data, noDataState, execErrState, isPaused, ...node } = ruleWith(
      shipped,
      [],
      target,
    );
    const rules = fromRuler({
      'A folder': [
        {
          name: 'g',
          rules: [
            {
              ...node,
              grafana_alert: {
                uid,
                title,
                condition,
                data,
                namespace_uid: 'f',
                no_data_state: noDataState,
                exec_err_state: execErrState,
                is_paused: isPaused,
                provenance: 'file',
              },
            },
          ],
        },
      ],
    });
    expect(rules).toMatchObject([{ uid, folderUID: 'f', ruleGroup: 'g', provenance: 'file' }]);
    expect(ruleState(shipped, rules[0], target).is).toBe('installed');
  },
);

test('rules that are not of Grafana, and empty groups, are none', () => {
  expect(fromRuler({ a: [{ name: 'g', rules: [{ for: '1m' }] }, { name: 'h' }] })).toEqual([]);
});
