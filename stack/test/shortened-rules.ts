import { isMap, isScalar, isSeq, parseDocument } from 'yaml';

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/**
 * How long a window of the shipped rules is in the proof of the alerts. 5 minutes become 10 seconds; the longer, the more
 * it shrinks, or 3 days would be hours still: 30m 21s, 1h 28s, 2h 36s, 6h 56s, 1d 97s, 3d 150s. The order stays.
 */
export function shortened(duration: string): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  if (amount === undefined)
    throw new Error(`a duration of a rule is a number and s, m, h or d, not ${duration}`);
  const seconds = Number(amount) * SECONDS[unit as keyof typeof SECONDS];
  return seconds < 10 ? duration : `${Math.max(10, Math.ceil(10 * (seconds / 300) ** 0.4))}s`;
}

/**
 * The one thing in which the rules of the proof differ from the shipped ones: durations. `for` is 2 s, `keep_firing_for`
 * 5 s, a group's interval 1 s; ranges and offsets of expressions as `shortened`. Thresholds stay. The counts of the error
 * budget, which multiply by the shipped interval in seconds, so count 60 or 120 times what there was: the guard against low
 * traffic is not proven by this.
 */
export function shortenedRules(yaml: string): string {
  const file = parseDocument(yaml);
  const groups = file.get('groups');
  if (!isSeq(groups)) throw new Error('a rule file has a list of groups');
  for (const group of groups.items) {
    if (!isMap(group)) continue;
    if (group.has('interval')) group.set('interval', '1s');
    const rules = group.get('rules');
    if (!isSeq(rules)) continue;
    for (const rule of rules.items) {
      if (!isMap(rule)) continue;
      if (rule.has('for')) rule.set('for', '2s');
      if (rule.has('keep_firing_for')) rule.set('keep_firing_for', '5s');
      const expr = rule.get('expr', true);
      if (isScalar(expr)) expr.value = withShortWindows(String(expr.value));
    }
  }
  return file.toString({ lineWidth: 0 });
}

function withShortWindows(expression: string): string {
  return expression
    .replace(/\[(\w+)\]/g, (_, range: string) => `[${shortened(range)}]`)
    .replace(/\boffset (\w+)/g, (_, offset: string) => `offset ${shortened(offset)}`);
}

/** Alertmanager's waits, and the operator's receiver: a webhook, as its comment tells to write one. */
export function shortenedRoutes(yaml: string, webhook: string): string {
  const file = parseDocument(
    yaml
      .replaceAll(/group_wait: \w+/g, 'group_wait: 0s')
      .replaceAll(/group_interval: \w+/g, 'group_interval: 1s'),
  );
  file.setIn(['receivers', 0, 'webhook_configs'], [{ url: webhook }]);
  return file.toString({ lineWidth: 0 });
}
