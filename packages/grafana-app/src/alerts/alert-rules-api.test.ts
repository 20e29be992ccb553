import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiProblem } from '../grafana/api-problem.ts';
import type { Request } from '../grafana/request.ts';
import { ensureFolder, FOLDER, installedRules, putRules, removeRules } from './alert-rules-api.ts';
import { ruleWith } from './rule-thresholds.ts';
import { shippedRule } from './shipped-rule.fixture.ts';

interface StoredGroup {
  interval: number;
  rules: { uid: string }[];
}

/** As much of Grafana as the adapter asks for. */
const grafana = {
  folders: new Set<string>(),
  groups: new Map<string, StoredGroup>(),
  log: [] as Request[],
  refuse: '',
  permissions: undefined as Record<string, boolean> | undefined,
};

vi.mock('../grafana/signed-in-user.ts', () => ({
  signedInUser: () => ({ orgId: 3, isAdmin: true, permissions: grafana.permissions }),
}));
vi.mock('../grafana/request.ts', () => ({
  request: async (asked: Request) => {
    grafana.log.push(asked);
    const { url, method = 'GET', data } = asked;
    if (grafana.refuse === method || grafana.refuse === url) throw new ApiProblem('forbidden', 'no');
    if (url === '/api/v1/provisioning/alert-rules')
      return [...grafana.groups.values()].flatMap(({ rules }) => rules);
    if (url === '/api/ruler/grafana/api/v1/rules')
      return { F: [{ name: 'g', rules: [{ grafana_alert: { uid: 'seen', namespace_uid: 'f' } }] }] };
    if (url === '/api/folders') {
      if (grafana.folders.has(data.uid)) throw new ApiProblem('conflict', 'there is one');
      grafana.folders.add(data.uid);
      return {};
    }
    if (url.startsWith('/api/folders/')) {
      if (!grafana.folders.has(url.slice('/api/folders/'.length))) throw new ApiProblem('not-found', 'none');
      return {};
    }
    const stored = grafana.groups.get(url);
    if (method === 'PUT') {
      grafana.groups.set(url, data);
      return data;
    }
    if (stored === undefined) throw new ApiProblem('not-found', 'none');
    if (method === 'DELETE') grafana.groups.delete(url);
    return stored;
  },
}));

const place = { folderUid: FOLDER.uid, group: 'a group/1' };
const url = '/api/v1/provisioning/folder/uat-tracing-alerts/rule-groups/a%20group%2F1';
const slow = ruleWith(shippedRule('ServiceSlow'), [], 'prom');
const down = ruleWith(shippedRule('ServiceDown'), [], 'prom');
const uids = () => grafana.groups.get(url)?.rules.map(({ uid }) => uid);
const methods = () => grafana.log.map(({ method }) => method);

beforeEach(() => {
  grafana.folders.clear();
  grafana.groups.clear();
  grafana.log.length = 0;
  grafana.refuse = '';
  grafana.permissions = undefined;
});

describe('putRules', () => {
  test('makes the group', async () => {
    await putRules(place, 60, [slow]);
    expect(grafana.groups.get(url)).toMatchObject({
      interval: 60,
      title: 'a group/1',
      rules: [{ uid: slow.uid, folderUID: FOLDER.uid, ruleGroup: 'a group/1', orgID: 3 }],
    });
    expect(grafana.log.at(-1)?.headers).toEqual({ 'X-Disable-Provenance': 'true' });
  });

  test('leaves what else is in it, and its interval', async () => {
    grafana.groups.set(url, { interval: 300, rules: [{ uid: 'theirs' }, { uid: slow.uid }] });
    await putRules(place, 60, [down, { ...slow, title: 'changed' }]);
    expect(uids()).toEqual(['theirs', slow.uid, down.uid]);
    expect(grafana.groups.get(url)).toMatchObject({ interval: 300, rules: [{}, { title: 'changed' }, {}] });
  });

  test('keeps what people have added to a rule that it writes again', async () => {
    const theirs = { ...down, notification_settings: { receiver: 'on call' }, labels: { team: 'a' } };
    grafana.groups.set(url, { interval: 60, rules: [theirs] });
    await putRules(place, 60, [down]);
    expect(grafana.groups.get(url)?.rules).toEqual([
      expect.objectContaining({
        notification_settings: { receiver: 'on call' },
        labels: { ...down.labels, team: 'a' },
      }),
    ]);
  });

  test('says when it may not', async () => {
    grafana.refuse = 'PUT';
    await expect(putRules(place, 60, [slow])).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('writes nothing when it cannot read what is there', async () => {
    grafana.refuse = 'GET';
    await expect(putRules(place, 60, [slow])).rejects.toMatchObject({ kind: 'forbidden' });
    expect(methods()).toEqual(['GET']);
  });
});

describe('removeRules', () => {
  test('leaves the others', async () => {
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'theirs' }, { uid: slow.uid }] });
    await removeRules(place, new Set([slow.uid]));
    expect(uids()).toEqual(['theirs']);
  });

  test('takes the group with the last one', async () => {
    grafana.groups.set(url, { interval: 60, rules: [{ uid: slow.uid }] });
    await removeRules(place, new Set([slow.uid]));
    expect(grafana.groups.size).toBe(0);
  });

  test('writes nothing where there is nothing', async () => {
    await removeRules(place, new Set([slow.uid]));
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'theirs' }] });
    await removeRules(place, new Set([slow.uid]));
    expect(methods()).toEqual(['GET', 'GET']);
  });
});

describe('ensureFolder', () => {
  test('makes it once', async () => {
    await ensureFolder();
    await ensureFolder();
    expect(methods()).toEqual(['GET', 'POST', 'GET']);
    expect(grafana.folders).toEqual(new Set([FOLDER.uid]));
  });

  test('does not make it when it may not even look', async () => {
    grafana.refuse = 'GET';
    await expect(ensureFolder()).rejects.toMatchObject({ kind: 'forbidden' });
    expect(methods()).toEqual(['GET']);
  });
});

describe('installedRules', () => {
  test('are all there are', async () => {
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'a' }] });
    expect(await installedRules()).toEqual({ rules: [{ uid: 'a' }], changeable: true });
  });

  test('reading them is no right to change them', async () => {
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'a' }] });
    grafana.permissions = { 'alert.rules:read': true, 'folders:read': true };
    expect(await installedRules()).toEqual({ rules: [{ uid: 'a' }], changeable: false });
    grafana.permissions = { 'alert.provisioning:write': true };
    expect((await installedRules()).changeable).toBe(true);
  });

  test('through the ruler for who may not provision', async () => {
    grafana.refuse = '/api/v1/provisioning/alert-rules';
    expect(await installedRules()).toEqual({
      rules: [{ uid: 'seen', folderUID: 'f', ruleGroup: 'g' }],
      changeable: false,
    });
  });

  test('unknown for who may not see any', async () => {
    grafana.refuse = 'GET';
    expect(await installedRules()).toEqual({ rules: undefined, changeable: false });
  });
});
