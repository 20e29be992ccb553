import { beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiProblem } from '../grafana/api-problem.ts';
import type { Request } from '../grafana/request.ts';
import { ensureFolder, FOLDER, installedRules, putRules, removeRules, type Seen } from './alert-rules-api.ts';
import { ruleWith } from './rule-thresholds.ts';
import { shippedRule, target } from './shipped-rule.fixture.ts';

interface StoredGroup {
  interval: number;
  rules: { uid: string; updated?: string }[];
}

/** As much of Grafana as the adapter asks for. */
const grafana = {
  folders: new Set<string>(),
  groups: new Map<string, StoredGroup>(),
  log: [] as Request[],
  refuse: '',
  permissions: undefined as Record<string, boolean> | undefined,
  /** What somebody else does just after a write. */
  afterPut: () => {},
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
      grafana.afterPut();
      return data;
    }
    const [, uid] = /^\/api\/v1\/provisioning\/alert-rules\/(.+)$/.exec(url) ?? [];
    if (uid !== undefined && method === 'GET') {
      const found = [...grafana.groups.values()]
        .flatMap(({ rules }) => rules)
        .find((rule) => rule.uid === uid);
      if (found === undefined) throw new ApiProblem('not-found', 'none');
      return found;
    }
    if (uid !== undefined) {
      for (const [key, group] of grafana.groups) {
        const rules = group.rules.filter((rule) => rule.uid !== uid);
        if (rules.length === 0) grafana.groups.delete(key);
        else grafana.groups.set(key, { ...group, rules });
      }
      return undefined;
    }
    if (stored === undefined) throw new ApiProblem('not-found', 'none');
    return stored;
  },
}));

const place = { folderUid: FOLDER.uid, group: 'a group/1' };
const url = '/api/v1/provisioning/folder/uat-tracing-alerts/rule-groups/a%20group%2F1';
const slow = ruleWith(shippedRule('ServiceSlow'), [], target);
const down = ruleWith(shippedRule('ServiceDown'), [], target);
const none: Seen = new Map();
/** As Grafana has it, and as the list showed it, unless somebody changes it. */
const stored = <T extends { uid: string }>(rule: T) => ({
  folderUID: place.folderUid,
  ruleGroup: place.group,
  updated: '2026-11-01T00:00:00Z',
  ...rule,
});
const seen = (...rules: { uid: string }[]): Seen => new Map(rules.map((rule) => [rule.uid, stored(rule)]));
const uids = () => grafana.groups.get(url)?.rules.map(({ uid }) => uid);
const methods = () => grafana.log.map(({ method }) => method);

beforeEach(() => {
  grafana.folders.clear();
  grafana.groups.clear();
  grafana.log.length = 0;
  grafana.refuse = '';
  grafana.permissions = undefined;
  grafana.afterPut = () => {};
});

describe('putRules', () => {
  test('makes the group', async () => {
    await putRules(place, 60, [slow], none);
    expect(grafana.groups.get(url)).toMatchObject({
      interval: 60,
      title: 'a group/1',
      rules: [{ uid: slow.uid, folderUID: FOLDER.uid, ruleGroup: 'a group/1', orgID: 3 }],
    });
    expect(grafana.log.find(({ method }) => method === 'PUT')?.headers).toEqual({
      'X-Disable-Provenance': 'true',
    });
  });

  test('leaves what else is in it, and its interval', async () => {
    grafana.groups.set(url, { interval: 300, rules: [{ uid: 'theirs' }, stored(slow)] });
    await putRules(place, 60, [down, { ...slow, title: 'changed' }], seen(slow));
    expect(uids()).toEqual(['theirs', slow.uid, down.uid]);
    expect(grafana.groups.get(url)).toMatchObject({ interval: 300, rules: [{}, { title: 'changed' }, {}] });
  });

  test('keeps what people have added to a rule that it writes again', async () => {
    const theirs = { ...down, notification_settings: { receiver: 'on call' }, labels: { team: 'a' } };
    grafana.groups.set(url, { interval: 60, rules: [stored(theirs)] });
    await putRules(place, 60, [down], seen(down));
    expect(grafana.groups.get(url)?.rules).toEqual([
      expect.objectContaining({
        notification_settings: { receiver: 'on call' },
        labels: { ...down.labels, team: 'a' },
      }),
    ]);
  });

  test('says when it may not', async () => {
    grafana.refuse = 'PUT';
    await expect(putRules(place, 60, [slow], none)).rejects.toMatchObject({ kind: 'forbidden' });
  });

  test('writes nothing when it cannot read what is there', async () => {
    grafana.refuse = 'GET';
    await expect(putRules(place, 60, [slow], none)).rejects.toMatchObject({ kind: 'forbidden' });
    expect(methods()).toEqual(['GET']);
  });

  const other = { ...slow, for: '9m', updated: '2026-11-02T00:00:00Z' };
  test.each<[string, Seen, { uid: string }[]]>([
    ['has changed it', seen(slow), [other]],
    ['has imported it', none, [stored(slow)]],
    ['has removed it', seen(slow), []],
  ])('does not overwrite what somebody else %s since it was seen', async (_, before, rules) => {
    const group = { interval: 60, rules: [{ uid: 'theirs' }, ...rules] };
    grafana.groups.set(url, group);
    await expect(putRules(place, 60, [slow, down], before)).rejects.toMatchObject({
      kind: 'conflict',
      titles: ['ServiceSlow'],
    });
    expect(grafana.groups.get(url)).toBe(group);
    expect(methods()).toEqual(['GET']);
  });

  test('what others did to other rules of the group is no conflict, and stays', async () => {
    grafana.groups.set(url, { interval: 60, rules: [other] });
    await putRules(place, 60, [down], none);
    expect(grafana.groups.get(url)?.rules).toEqual([
      expect.objectContaining({ uid: slow.uid, for: '9m' }),
      expect.objectContaining({ uid: down.uid }),
    ]);
  });

  test.each([
    ['takes them out again', [{ uid: 'theirs' }]],
    ['sets others', [{ ...slow, data: [] }, down]],
  ])('says when another write at the same time %s', async (_, rules) => {
    grafana.afterPut = () => grafana.groups.set(url, { interval: 60, rules });
    const all = rules.length === 1 ? ['ServiceSlow', 'ServiceDown'] : ['ServiceSlow'];
    await expect(putRules(place, 60, [slow, down], none)).rejects.toMatchObject({ titles: all });
  });
});

describe('removeRules', () => {
  test('leaves the others, also those that come meanwhile', async () => {
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'theirs' }, stored(slow)] });
    await removeRules(place, seen(slow));
    expect(uids()).toEqual(['theirs']);
    expect(grafana.log.at(-1)).toMatchObject({
      method: 'DELETE',
      headers: { 'X-Disable-Provenance': 'true' },
    });
    expect(grafana.log.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  test('takes the group with the last one', async () => {
    grafana.groups.set(url, { interval: 60, rules: [stored(slow), stored(down)] });
    await removeRules(place, seen(slow, down));
    expect(grafana.groups.size).toBe(0);
  });

  test('removes none when somebody has changed one since it was seen', async () => {
    grafana.groups.set(url, { interval: 60, rules: [stored(down), { ...slow, updated: 'later' }] });
    await expect(removeRules(place, seen(down, slow))).rejects.toMatchObject({
      kind: 'conflict',
      titles: ['ServiceSlow'],
    });
    expect(uids()).toEqual([down.uid, slow.uid]);
  });

  test('what is gone already is no problem', async () => {
    await removeRules(place, seen(slow));
    grafana.groups.set(url, { interval: 60, rules: [{ uid: 'theirs' }] });
    await removeRules(place, seen(slow));
    // Of the group, then of the rule.
    expect(methods()).toEqual(['GET', 'GET', 'GET', 'GET']);
  });

  test('removes none when somebody has moved one to another group', async () => {
    grafana.groups.set(url, { interval: 60, rules: [stored(down)] });
    grafana.groups.set('other', { interval: 60, rules: [stored(slow)] });
    await expect(removeRules(place, seen(down, slow))).rejects.toMatchObject({
      kind: 'conflict',
      titles: ['ServiceSlow'],
    });
    expect([...grafana.groups.values()].flatMap(({ rules }) => rules.map(({ uid }) => uid))).toEqual([
      down.uid,
      slow.uid,
    ]);
  });

  const late = ruleWith(shippedRule('ServiceSlowerThanUsual'), [], target);
  test.each([
    ['none is gone', slow, { name: 'ApiProblem', message: 'no' }, [slow.uid, down.uid, late.uid]],
    [
      'one is',
      down,
      { removed: [slow.uid], left: [down.title, late.title], reason: 'no' },
      [down.uid, late.uid],
    ],
    ['two are', late, { removed: [slow.uid, down.uid], left: [late.title], reason: 'no' }, [late.uid]],
  ])('says what is gone and what is not when Grafana refuses one: %s', async (_, refused, error, left) => {
    grafana.groups.set(url, { interval: 60, rules: [stored(slow), stored(down), stored(late)] });
    grafana.refuse = `/api/v1/provisioning/alert-rules/${refused.uid}`;
    await expect(removeRules(place, seen(slow, down, late))).rejects.toMatchObject(error);
    expect(uids()).toEqual(left);
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
