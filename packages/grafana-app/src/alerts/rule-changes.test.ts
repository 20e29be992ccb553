import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { GroupPlace, Seen } from './alert-rules-api.ts';
import type { ApiRule } from './api-rule.ts';
import { RemovedInPart } from './removed-in-part.ts';
import { type Chosen, importRules, removeInstalled } from './rule-changes.ts';
import type { InstalledRule } from './rule-state.ts';
import { shippedGroups, shippedRule, target } from './shipped-rule.fixture.ts';

const log: string[] = [];
const given: Seen[] = [];
let failing = '';

vi.mock('./alert-rules-api.ts', () => ({
  FOLDER: { uid: 'own', title: 'Own' },
  ensureFolder: async () => {
    log.push('folder');
    if (failing === 'folder') throw new Error('no folder');
  },
  putRules: async ({ folderUid, group }: GroupPlace, interval: number, rules: ApiRule[], seen: Seen) => {
    given.push(seen);
    log.push(`put ${folderUid}/${group} ${interval} ${rules.map(({ title }) => title).join(' ')}`);
    if (failing === group) throw new Error('refused');
  },
  removeRules: async ({ folderUid, group }: GroupPlace, seen: Seen) => {
    log.push(`remove ${folderUid}/${group} ${[...seen.keys()].join(' ')}`);
    if (failing === `in part ${group}`)
      throw new RemovedInPart([[...seen.keys()][0]!], ['B'], new Error('no'));
    if (failing === group) throw new Error('refused');
  },
}));

const choose = (...titles: string[]): Chosen[] =>
  titles.map((title) => ({ shipped: shippedRule(title), values: [] }));
const installed = (title: string, folderUID: string, ruleGroup: string): InstalledRule => ({
  uid: shippedRule(title).rule.uid,
  folderUID,
  ruleGroup,
});

beforeEach(() => {
  log.length = 0;
  given.length = 0;
  failing = '';
});

describe('importRules', () => {
  test('one write a group, in its own folder', async () => {
    const { done, failed } = await importRules(
      shippedGroups,
      choose('ServiceSlow', 'QdrantDown', 'ServiceDown'),
      new Map(),
      target,
    );
    expect(log).toEqual([
      'folder',
      'put own/uat-alerts-services 60 ServiceSlow ServiceDown',
      'put own/uat-alerts-qdrant 60 QdrantDown',
    ]);
    expect(done).toEqual(['uat-service-slow', 'uat-service-down', 'uat-qdrant-down']);
    expect(failed).toEqual([]);
  });

  test('one that is installed stays where it is', async () => {
    const slow = installed('ServiceSlow', 'theirs', 'g');
    const seen = new Map([[slow.uid, slow]]);
    await importRules(shippedGroups, choose('ServiceSlow'), seen, target);
    expect(given).toEqual([seen]);
    expect(log).toEqual(['put theirs/g 60 ServiceSlow']);
  });

  test('a group that fails does not stop the others', async () => {
    failing = 'uat-alerts-services';
    const { done, failed } = await importRules(
      shippedGroups,
      choose('ServiceSlow', 'QdrantDown'),
      new Map(),
      target,
    );
    expect(done).toEqual(['uat-qdrant-down']);
    expect(failed.map(({ group }) => group)).toEqual(['uat-alerts-services']);
  });

  test('nothing is written without the folder', async () => {
    failing = 'folder';
    const { done, failed } = await importRules(shippedGroups, choose('ServiceSlow'), new Map(), target);
    expect([log, done, failed.length]).toEqual([['folder'], [], 1]);
  });
});

test('removeInstalled: one write a group', async () => {
  failing = 'b';
  const changed = await removeInstalled([
    installed('ServiceSlow', 'f', 'a'),
    installed('ServiceDown', 'f', 'a'),
    installed('QdrantDown', 'f', 'b'),
  ]);
  expect(log).toEqual(['remove f/a uat-service-slow uat-service-down', 'remove f/b uat-qdrant-down']);
  expect(changed.done).toEqual(['uat-service-slow', 'uat-service-down']);
  expect(changed.failed.map(({ group }) => group)).toEqual(['b']);
});

test('removeInstalled: what is gone of a group is done, though the rest is not', async () => {
  failing = 'in part a';
  const changed = await removeInstalled([
    installed('ServiceSlow', 'f', 'a'),
    installed('ServiceDown', 'f', 'a'),
    installed('QdrantDown', 'f', 'b'),
  ]);
  expect(changed.done).toEqual(['uat-service-slow', 'uat-qdrant-down']);
  expect(changed.failed.map(({ group }) => group)).toEqual(['a']);
});
