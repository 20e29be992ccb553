import { expect, test, vi } from 'vitest';
import { shippedRules } from '../alerts/shipped-rule.fixture.ts';
import { allAlerts, grafanaAlerts } from './grafana-alerts.ts';

let answer: unknown;
vi.mock('../grafana/request.ts', () => ({ request: async () => answer }));

const rule = (uid: string, ...states: string[]) => ({
  uid,
  name: 'ServiceSlow',
  alerts: states.map((state) => ({ state, labels: { severity: 'warning', service_name: 'front' } })),
});
const series = (labels: Record<string, string>) => ({ labels, values: [1] });
const front = { alertname: 'ServiceSlow', severity: 'warning', service_name: 'front' };

test('those of the rules of the app that fire', async () => {
  answer = {
    data: { groups: [{ rules: [rule('uat-service-slow', 'Alerting', 'Pending', 'Normal', 'NoData')] }] },
  };
  expect(await grafanaAlerts()).toEqual([series(front)]);
});

test('not those of other people', async () => {
  answer = { data: { groups: [{ rules: [rule('theirs', 'Alerting')] }] } };
  expect(await grafanaAlerts()).toEqual([]);
});

test.each([{}, { data: {} }, { data: { groups: [{}] } }, { data: { groups: [{ rules: [{}] }] } }])(
  'none in %j',
  async (empty) => {
    answer = empty;
    expect(await grafanaAlerts()).toEqual([]);
  },
);

test('every rule of the app is known by its uid', () => {
  expect(shippedRules.filter(({ rule: { uid } }) => !uid.startsWith('uat-'))).toEqual([]);
});

test('an alert is told once, whoever knows of it and for how many instances', () => {
  const also = { ...front, component: '', grafana_folder: 'UAT', instance: 'b' };
  const other = { ...front, service_name: 'back' };
  expect(allAlerts([series(front)], [series(also), series(other)])).toEqual([
    series({ ...front, component: '' }),
    series({ ...other, component: '' }),
  ]);
});
