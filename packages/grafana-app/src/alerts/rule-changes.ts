import { ensureFolder, FOLDER, type GroupPlace, putRules, removeRules } from './alert-rules-api.ts';
import { RemovedInPart } from './removed-in-part.ts';
import type { InstalledRule } from './rule-state.ts';
import { type RuleTarget, ruleWith } from './rule-thresholds.ts';
import type { ShippedGroup, ShippedRule } from './shipped-rules.ts';

export interface Chosen {
  readonly shipped: ShippedRule;
  readonly values: readonly number[];
}

export interface Changed {
  /** uids of the rules that were written or removed. */
  readonly done: readonly string[];
  /** What was not, or not all of it, one a group. */
  readonly failed: readonly { readonly group: string; readonly error: unknown }[];
}

/**
 * Imports rules, each where it is installed already, or else into the folder of the app. A group that fails does not stop
 * the others.
 *
 * @param installed as they were when these were chosen
 */
export async function importRules(
  groups: readonly ShippedGroup[],
  chosen: readonly Chosen[],
  installed: ReadonlyMap<string, InstalledRule>,
  target: RuleTarget,
): Promise<Changed> {
  const groupOf = new Map(
    groups.flatMap((group) => group.rules.map(({ rule }) => [rule.uid, group] as const)),
  );
  const places = byPlace(
    chosen,
    ({ shipped: { rule } }) =>
      placeOf(installed.get(rule.uid)) ?? { folderUid: FOLDER.uid, group: groupOf.get(rule.uid)!.name },
  );
  if (places.some(({ place }) => place.folderUid === FOLDER.uid)) {
    try {
      await ensureFolder();
    } catch (error) {
      return { done: [], failed: [{ group: FOLDER.title, error }] };
    }
  }
  return each(places, async (place, all) => {
    const interval = groupOf.get(all[0]!.shipped.rule.uid)!.interval;
    const rules = all.map(({ shipped, values }) => ruleWith(shipped, values, target));
    await putRules(place, interval, rules, installed);
    return rules.map(({ uid }) => uid);
  });
}

export function removeInstalled(rules: readonly InstalledRule[]): Promise<Changed> {
  return each(
    byPlace(rules, (rule) => placeOf(rule)!),
    async (place, all) => {
      const seen = new Map(all.map((rule) => [rule.uid, rule]));
      await removeRules(place, seen);
      return [...seen.keys()];
    },
  );
}

function placeOf(rule: InstalledRule | undefined): GroupPlace | undefined {
  return rule && { folderUid: rule.folderUID, group: rule.ruleGroup };
}

interface AtPlace<T> {
  readonly place: GroupPlace;
  readonly all: readonly T[];
}

function byPlace<T>(items: readonly T[], of: (item: T) => GroupPlace): AtPlace<T>[] {
  const places = new Map<string, { place: GroupPlace; all: T[] }>();
  for (const item of items) {
    const place = of(item);
    const key = JSON.stringify([place.folderUid, place.group]);
    const found = places.get(key);
    if (found === undefined) places.set(key, { place, all: [item] });
    else found.all.push(item);
  }
  return [...places.values()];
}

/** One after the other: Grafana locks a group while it is written. */
async function each<T>(
  places: readonly AtPlace<T>[],
  change: (place: GroupPlace, all: readonly T[]) => Promise<string[]>,
): Promise<Changed> {
  const done: string[] = [];
  const failed: { group: string; error: unknown }[] = [];
  for (const { place, all } of places) {
    try {
      done.push(...(await change(place, all)));
    } catch (error) {
      if (error instanceof RemovedInPart) done.push(...error.removed);
      failed.push({ group: place.group, error });
    }
  }
  return { done, failed };
}
