import { beforeEach, describe, expect, test } from 'vitest';
import { type AlertRule, AlertRules } from './alert-rules.ts';
import { type AlertInstance, handleAlertStates } from './alert-states.ts';
import type { ApiRequest, Role } from './answer.ts';
import { Folders } from './folders.ts';

let folders: Folders;
let rules: AlertRules;
let alerts: Map<string, readonly AlertInstance[]>;

const GROUP = '/api/v1/provisioning/folder/f/rule-groups/g';
const RULES = '/api/v1/provisioning/alert-rules';
const rule = (uid: string): Partial<AlertRule> => ({
  uid,
  title: uid,
  folderUID: 'f',
  ruleGroup: 'g',
  condition: 'A',
  data: [{ refId: 'A', datasourceUid: 'prom', model: {} }],
  labels: { severity: 'warning' },
});

function ask(role: Role, method: string, path: string, body: object = {}) {
  const url = new URL(path, 'http://host');
  const request: ApiRequest = {
    method,
    path: url.pathname,
    search: url.searchParams,
    headers: { 'x-disable-provenance': 'true' },
    body,
    role,
  };
  return rules.handle(request) ?? handleAlertStates(request, rules, folders, alerts);
}

beforeEach(() => {
  folders = new Folders();
  folders.add('f', 'A folder');
  rules = new AlertRules(folders);
  alerts = new Map();
  ask('Admin', 'PUT', GROUP, { interval: 60, rules: [rule('a'), rule('b'), rule('c')] });
});

describe('who may', () => {
  const READ = [
    RULES,
    `${RULES}/a`,
    GROUP,
    '/api/ruler/grafana/api/v1/rules',
    '/api/prometheus/grafana/api/v1/rules',
  ];

  test.each(
    READ.flatMap((path) => (['Viewer', 'Editor', 'Admin'] as const).map((role) => [role, path] as const)),
  )('%s reads %s', (role, path) => {
    expect(ask(role, 'GET', path)?.status).toBe(200);
  });

  test.each<[string, string, object]>([
    ['PUT', GROUP, { interval: 60, rules: [rule('a')] }],
    ['DELETE', GROUP, {}],
    ['POST', RULES, rule('new')],
    ['PUT', `${RULES}/a`, rule('a')],
    ['DELETE', `${RULES}/a`, {}],
  ])('%s %s: editors and administrators, no viewer', (method, path, body) => {
    expect(ask('Viewer', method, path, body)).toMatchObject({
      status: 403,
      body: { message: expect.stringContaining('alert.provisioning:write') },
    });
    expect(rules.all()).toHaveLength(3);
    for (const role of ['Editor', 'Admin'] as const) {
      const answer = ask(role, method, path, {
        ...body,
        ...('title' in body ? { title: `${role}'s` } : {}),
        ...(method === 'POST' ? { uid: role } : {}),
      });
      expect([200, 201, 204, 404]).toContain(answer?.status);
    }
  });
});

describe('states', () => {
  interface Statuses {
    data: {
      groups: {
        rules: {
          uid: string;
          state: string;
          health: string;
          isPaused: boolean;
          lastError: string;
          alerts: object[];
        }[];
      }[];
    };
  }
  const statuses = (search = '') => {
    const answer = ask('Viewer', 'GET', `/api/prometheus/grafana/api/v1/rules${search}`);
    return (answer!.body as Statuses).data.groups.flatMap((group) => group.rules);
  };

  beforeEach(() => {
    alerts.set('a', [
      { state: 'Normal' },
      { state: 'Alerting', labels: { instance: 'x' } },
      { state: 'Pending' },
    ]);
    alerts.set('b', [{ state: 'Pending' }, { state: 'NoData' }]);
  });

  test('the worst of its alerts is the state of a rule', () => {
    expect(statuses().map(({ uid, state }) => [uid, state])).toEqual([
      ['a', 'firing'],
      ['b', 'pending'],
      ['c', 'inactive'],
    ]);
  });

  test('rules and alerts of one state', () => {
    expect(statuses('?state=firing')).toMatchObject([
      {
        uid: 'a',
        alerts: [
          {
            state: 'Alerting',
            labels: { instance: 'x', severity: 'warning', alertname: 'a', grafana_folder: 'A folder' },
          },
        ],
      },
    ]);
    expect(statuses('?state=pending&state=inactive').map(({ uid }) => uid)).toEqual(['b', 'c']);
  });

  test('errors and no data are the health of a rule, not its state; one that is paused has neither', () => {
    alerts.set('a', [{ state: 'Normal' }, { state: 'Error', error: 'no data source' }]);
    alerts.set('c', [{ state: 'Alerting' }]);
    const group = [rule('a'), rule('b'), { ...rule('c'), isPaused: true }];
    ask('Admin', 'PUT', GROUP, { interval: 60, rules: group });
    expect(statuses()).toMatchObject([
      { state: 'inactive', health: 'error', lastError: 'no data source', isPaused: false },
      { state: 'pending', health: 'nodata', lastError: '', isPaused: false },
      { state: 'inactive', health: 'ok', lastError: '', isPaused: true, alerts: [] },
    ]);
  });

  test('as many alerts as are asked for; the state is of all', () => {
    expect(statuses('?limit_alerts=0').map(({ state, alerts: told }) => [state, told.length])).toEqual([
      ['firing', 0],
      ['pending', 0],
      ['inactive', 0],
    ]);
    expect(statuses('?limit_alerts=2').map(({ alerts: told }) => told.length)).toEqual([2, 2, 0]);
  });

  test('an unknown state is refused', () => {
    expect(ask('Viewer', 'GET', '/api/prometheus/grafana/api/v1/rules?state=red')?.status).toBe(400);
  });
});
