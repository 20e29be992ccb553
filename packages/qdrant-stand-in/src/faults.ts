/** Answers that go wrong on demand. */
import { isObject } from './json.ts';

/** Which requests, and what happens to them. What is left out matches every request. */
export interface FaultRule {
  readonly method?: string;
  // `/collections/*/points/query`: a star is one part of the path, two are any number.
  readonly path?: string;
  readonly collection?: string;
  /** How many requests; all of them when left out. */
  readonly times?: number;
  /** Milliseconds to wait before anything else. */
  readonly delayMs?: number;
  /** Answered in place of the work. */
  readonly answer?: FaultAnswer;
  /** The connection is cut before the answer (the work is not done), or in the middle of it (it is). */
  readonly cut?: 'before-answer' | 'in-answer';
  /** The work is done, but the answer says `wait_timeout`. */
  readonly waitTimeout?: boolean;
}

export interface FaultAnswer {
  /** 400 to 599. */
  readonly status: number;
  /** The text of `status.error`. */
  readonly error?: string;
  /** Seconds, for the header `Retry-After`. */
  readonly retryAfter?: number;
}

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
    check(rule);
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

  /** The first rule that the request meets, which is then used once. */
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
    .split(/(\*+)/)
    .map((part) =>
      part === '*' ? '[^/]+' : part.startsWith('*') ? '.*' : part.replace(/[\\^$.+?()[\]{}|]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`);
}

const KEYS = ['method', 'path', 'collection', 'times', 'delayMs', 'answer', 'cut', 'waitTimeout'];

/** Rules also come as JSON, from other processes. */
function check(rule: unknown): asserts rule is FaultRule {
  const refuse = (text: string): never => {
    throw new TypeError(`fault rule: ${text}`);
  };
  if (!isObject(rule)) return refuse(`expected an object, got ${JSON.stringify(rule)}`);
  for (const [key, value] of Object.entries(rule)) {
    if (!KEYS.includes(key)) refuse(`unknown key ${JSON.stringify(key)}; there are ${KEYS.join(', ')}`);
    if (['method', 'path', 'collection'].includes(key) && typeof value !== 'string')
      refuse(`${key} must be a string, got ${JSON.stringify(value)}`);
    if ((key === 'times' || key === 'delayMs') && !(Number.isInteger(value) && (value as number) >= 0))
      refuse(`${key} must be a whole number from 0, got ${JSON.stringify(value)}`);
    if (key === 'waitTimeout' && typeof value !== 'boolean') refuse('waitTimeout must be true or false');
  }
  if (![undefined, 'before-answer', 'in-answer'].includes(rule.cut as string))
    refuse(`cut must be "before-answer" or "in-answer", got ${JSON.stringify(rule.cut)}`);
  if (rule.answer !== undefined) {
    const { answer } = rule;
    if (!isObject(answer)) return refuse('answer must be an object with a status');
    if (
      !(
        Number.isInteger(answer.status) &&
        (answer.status as number) >= 400 &&
        (answer.status as number) < 600
      )
    )
      refuse(`answer.status must be from 400 to 599, got ${JSON.stringify(answer.status)}`);
    if (answer.error !== undefined && typeof answer.error !== 'string')
      refuse('answer.error must be a string');
    if (
      answer.retryAfter !== undefined &&
      !(Number.isInteger(answer.retryAfter) && (answer.retryAfter as number) >= 0)
    )
      refuse(`answer.retryAfter must be whole seconds, got ${JSON.stringify(answer.retryAfter)}`);
  }
  if (!rule.delayMs && !rule.answer && !rule.cut && !rule.waitTimeout)
    refuse('nothing goes wrong: give delayMs, answer, cut or waitTimeout');
}

/** The error text that a real server gives with the status, where the rule has none. */
export function errorText({ status, error }: FaultAnswer): string {
  if (error !== undefined) return error;
  if (status === 429) return 'Rate limiting exceeded: Read rate limit exceeded, retry later';
  if (status === 503) return 'Shard temporarily unavailable: The stand-in was told to be unavailable';
  return `The stand-in was told to answer ${status}`;
}
