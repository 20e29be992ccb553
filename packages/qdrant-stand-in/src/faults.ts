/** Answers that go wrong on demand. */
import { checkFaultRule, type FaultRule } from './fault-rule.ts';

export interface ActiveFault {
  readonly rule: FaultRule;
  /** Requests that it has hit. */
  readonly hits: number;
  remove(): void;
}

interface Entry {
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  hits: number;
}

export class Faults {
  readonly #entries = new Set<Entry>();

  /**
   * @example
   * standIn.faults.add({ path: '/collections/docs/points/query', times: 1, answer: { status: 429, retryAfter: 2 } });
   * @throws TypeError naming what is wrong with the rule.
   */
  add(rule: FaultRule): ActiveFault {
    checkFaultRule(rule);
    const entry: Entry = { rule, path: rule.path === undefined ? undefined : glob(rule.path), hits: 0 };
    this.#entries.add(entry);
    return {
      rule,
      get hits() {
        return entry.hits;
      },
      remove: () => void this.#entries.delete(entry),
    };
  }

  clear(): void {
    this.#entries.clear();
  }

  list(): { readonly rule: FaultRule; readonly hits: number }[] {
    return [...this.#entries].map(({ rule, hits }) => ({ rule, hits }));
  }

  /** The first rule that the request meets, which is then used once. `path` is as the client sent it. */
  take(method: string, path: string, collection: string | undefined): FaultRule | undefined {
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (rule.times !== undefined && entry.hits >= rule.times) continue;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (rule.collection !== undefined && rule.collection !== collection) continue;
      if (entry.path && !entry.path.test(path)) continue;
      entry.hits++;
      return rule;
    }
    return undefined;
  }
}

function glob(path: string): RegExp {
  const source = path
    .split(/(\/\*\*(?=\/|$)|\*+)/)
    .map((part) => {
      if (part === '/**') return '(?:/[^/]+)*';
      if (part === '*') return '[^/]+';
      return part.startsWith('*') ? '.*' : part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&');
    })
    .join('');
  return new RegExp(`^${source}$`);
}
