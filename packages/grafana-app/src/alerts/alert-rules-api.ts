import { ApiProblem } from '../grafana/api-problem.ts';
import { request } from '../grafana/request.ts';
import { signedInUser } from '../grafana/signed-in-user.ts';
import type { ApiRule } from './api-rule.ts';
import { ChangedMeanwhile } from './changed-meanwhile.ts';
import { mayProvision } from './may-provision.ts';
import { RemovedInPart } from './removed-in-part.ts';
import { inPlaceOf } from './rule-in-place.ts';
import { type InstalledRule, queryOf } from './rule-state.ts';
import { fromRuler, type RulerRules } from './ruler-rules.ts';

/**
 * The one place that knows how rules get into Grafana and out of it: its provisioning API, which stays for the time of
 * Grafana 13 (https://github.com/grafana/grafana/pull/120606), with `X-Disable-Provenance`, so that people can edit in
 * Grafana what was imported.
 */
const API = '/api/v1/provisioning';
const KEEP_EDITABLE = { 'X-Disable-Provenance': 'true' };

export const FOLDER = { uid: 'uat-tracing-alerts', title: 'UAT Tracing alerts' } as const;

interface Group {
  readonly title: string;
  readonly folderUid: string;
  readonly interval: number;
  readonly rules: readonly InstalledRule[];
}

export interface GroupPlace {
  readonly folderUid: string;
  readonly group: string;
}

export interface Installed {
  /** `undefined` where they may not even be seen. */
  readonly rules: readonly InstalledRule[] | undefined;
  /** Whether whoever is signed in may write rules somewhere; reading them is no sign of it. */
  readonly changeable: boolean;
}

/**
 * The rules of Grafana. The provisioning API shows them to administrators, and to whoever has `alert.rules:read` with
 * `folders:read`, as viewers have; others read what they may see through the ruler's, which needs `alert.rules:read`.
 *
 * @throws ApiProblem, not `forbidden`
 */
export async function installedRules(): Promise<Installed> {
  const rules = await unless(
    'forbidden',
    request<readonly InstalledRule[]>({ url: `${API}/alert-rules`, method: 'GET' }),
  );
  if (rules !== undefined) {
    const { permissions } = signedInUser();
    return { rules, changeable: permissions === undefined || mayProvision(permissions) };
  }
  const seen = await unless(
    'forbidden',
    request<RulerRules>({ url: '/api/ruler/grafana/api/v1/rules', method: 'GET' }),
  );
  return { rules: seen && fromRuler(seen), changeable: false };
}

/** @returns undefined when Grafana answers so */
async function unless<T>(kind: ApiProblem['kind'], asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiProblem && error.kind === kind) return undefined;
    throw error;
  }
}

/** Makes the folder of the rules, if it is not there. @throws ApiProblem */
export async function ensureFolder(): Promise<void> {
  const folder = await unless('not-found', request({ url: `/api/folders/${FOLDER.uid}`, method: 'GET' }));
  if (folder !== undefined) return;
  // Conflict: somebody else has made it meanwhile.
  await unless('conflict', request({ url: '/api/folders', method: 'POST', data: FOLDER }));
}

/** Rules by their uid, as they were when somebody chose what is to be done with them; one that was not there is not in it. */
export type Seen = ReadonlyMap<string, InstalledRule>;

/**
 * Puts rules into a group, in place of those with the same uid, of which stays what the app has nothing to say about.
 * Everything else in the group stays as it is: a group is written as a whole, and what is left out of it is deleted.
 *
 * Grafana's API takes no version of what is replaced. So the group is read just before it is written, and again after: what
 * somebody else has done to these rules since they were seen is not overwritten, and what another write has undone is said.
 *
 * @param interval seconds, of a group that is not there yet
 * @throws ChangedMeanwhile when the rules are not as they were seen, then nothing is written; or not as they were written
 * @throws ApiProblem
 */
export async function putRules(
  place: GroupPlace,
  interval: number,
  rules: readonly ApiRule[],
  seen: Seen,
): Promise<void> {
  const group = await readGroup(place);
  const there = byUid(group);
  refuseChanged(rules, there, seen);
  const ours = new Map(rules.map((rule) => [rule.uid, rule]));
  const kept = (group?.rules ?? []).map((rule) => {
    const own = ours.get(rule.uid);
    return own === undefined ? rule : inPlaceOf(rule, own);
  });
  const all = [...kept, ...rules.filter(({ uid }) => !there.has(uid))];
  await writeGroup(place, group?.interval ?? interval, all);
  const now = byUid(await readGroup(place));
  const undone = rules.filter((rule) => queryOf(now.get(rule.uid) ?? {}) !== queryOf(rule));
  if (undone.length > 0) throw new ChangedMeanwhile(undone.map(({ title }) => title));
}

/**
 * Takes rules out of a group, each by itself: what others put into the group meanwhile stays. The group goes with its last
 * one.
 *
 * @throws ChangedMeanwhile when they are not as they were seen, or are in another group now; then none is removed
 * @throws RemovedInPart when Grafana refuses one after others are gone
 * @throws ApiProblem when it refuses the first; then none is removed
 */
export async function removeRules(place: GroupPlace, seen: Seen): Promise<void> {
  const there = byUid(await readGroup(place));
  const moved: InstalledRule[] = [];
  for (const rule of seen.values()) {
    if (!there.has(rule.uid) && (await isSomewhere(rule.uid))) moved.push(rule);
  }
  const rules = [...seen.values()].filter(({ uid }) => there.has(uid));
  refuseChanged([...rules, ...moved], there, seen);
  for (const [index, { uid }] of rules.entries()) {
    try {
      await request({ url: urlOfRule(uid), method: 'DELETE', headers: KEEP_EDITABLE });
    } catch (error) {
      if (index === 0) throw error;
      const left = rules.slice(index).map(({ uid: id, title = id }) => title);
      const removed = rules.slice(0, index).map(({ uid: id }) => id);
      throw new RemovedInPart(removed, left, error);
    }
  }
}

async function isSomewhere(uid: string): Promise<boolean> {
  return (
    (await unless('not-found', request<InstalledRule>({ url: urlOfRule(uid), method: 'GET' }))) !== undefined
  );
}

function byUid(group: Group | undefined): Map<string, InstalledRule> {
  return new Map(group?.rules.map((rule) => [rule.uid, rule]));
}

function refuseChanged(
  rules: readonly Pick<InstalledRule, 'uid' | 'title'>[],
  there: ReadonlyMap<string, InstalledRule>,
  seen: Seen,
): void {
  const changed = rules.filter(({ uid }) => {
    const [now, before] = [there.get(uid), seen.get(uid)];
    return (now === undefined) !== (before === undefined) || now?.updated !== before?.updated;
  });
  if (changed.length > 0) throw new ChangedMeanwhile(changed.map(({ uid, title = uid }) => title));
}

function readGroup(place: GroupPlace): Promise<Group | undefined> {
  return unless('not-found', request<Group>({ url: urlOf(place), method: 'GET' }));
}

async function writeGroup(
  place: GroupPlace,
  interval: number,
  rules: readonly (ApiRule | InstalledRule)[],
): Promise<void> {
  const { folderUid, group } = place;
  await request({
    url: urlOf(place),
    method: 'PUT',
    headers: KEEP_EDITABLE,
    data: {
      title: group,
      folderUid,
      interval,
      rules: rules.map((rule) => ({
        orgID: signedInUser().orgId,
        ...rule,
        folderUID: folderUid,
        ruleGroup: group,
      })),
    },
  });
}

function urlOf({ folderUid, group }: GroupPlace): string {
  return `${API}/folder/${encodeURIComponent(folderUid)}/rule-groups/${encodeURIComponent(group)}`;
}

function urlOfRule(uid: string): string {
  return `${API}/alert-rules/${encodeURIComponent(uid)}`;
}
