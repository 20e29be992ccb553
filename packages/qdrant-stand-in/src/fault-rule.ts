import { isObject } from './json.ts';

/** Which requests, and what happens to them. What is left out matches every request. */
export interface FaultRule {
  readonly method?: string;
  // `/collections/*/points/query`: a star is one part of the path, two are any number of parts.
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

type Check = readonly [holds: (value: unknown) => boolean, allowed: string];

/** A timer takes no more, and runs at once when it is given more. */
const LONGEST_DELAY = 2 ** 31 - 1;

const aString: Check = [(value) => typeof value === 'string', 'a string'];
const aWholeNumber: Check = [(value) => isWhole(value, 0, Number.MAX_SAFE_INTEGER), 'a whole number from 0'];

const RULE: Readonly<Record<string, Check>> = {
  method: aString,
  path: [
    (value) => typeof value === 'string' && /^[/*]/.test(value),
    'a path that begins with / or *, such as /collections/*/points/query',
  ],
  collection: aString,
  times: aWholeNumber,
  delayMs: [
    (value) => isWhole(value, 0, LONGEST_DELAY),
    `a whole number of milliseconds from 0 to ${LONGEST_DELAY}`,
  ],
  answer: [isObject, 'an object with a status, such as {"status":503}'],
  cut: [(value) => value === 'before-answer' || value === 'in-answer', '"before-answer" or "in-answer"'],
  waitTimeout: [(value) => typeof value === 'boolean', 'true or false'],
};

const ANSWER: Readonly<Record<string, Check>> = {
  status: [(value) => isWhole(value, 400, 599), 'from 400 to 599'],
  error: aString,
  retryAfter: [aWholeNumber[0], 'whole seconds from 0'],
};

function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

/**
 * Rules also come as JSON, from other processes.
 *
 * @throws TypeError naming what is wrong with the rule, and what is allowed.
 */
export function checkFaultRule(rule: unknown): asserts rule is FaultRule {
  if (!isObject(rule)) throw refusal(`expected an object, got ${JSON.stringify(rule)}`);
  checkKeys(rule, RULE, '');
  const { answer, cut, delayMs, waitTimeout } = rule as FaultRule;
  if (answer) {
    checkKeys(answer, ANSWER, 'answer.');
    if (answer.status === undefined) throw refusal('answer needs a status, from 400 to 599');
    if (cut || waitTimeout)
      throw refusal(`answer takes the place of the work: leave out ${cut ? 'cut' : 'waitTimeout'}`);
  }
  if (!delayMs && !answer && !cut && !waitTimeout)
    throw refusal('nothing goes wrong: give delayMs, answer, cut or waitTimeout');
}

function checkKeys(given: object, checks: Readonly<Record<string, Check>>, prefix: string): void {
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(checks, key))
      throw refusal(
        `unknown key ${JSON.stringify(prefix + key)}; there are ${Object.keys(checks).join(', ')}`,
      );
    const [holds, allowed] = checks[key]!;
    // A key of undefined is as good as none.
    if (value !== undefined && !holds(value))
      throw refusal(`${prefix}${key} must be ${allowed}, got ${JSON.stringify(value)}`);
  }
}

function refusal(text: string): TypeError {
  return new TypeError(`fault rule: ${text}`);
}

/** The error text that a real server gives with the status, where the rule has none. */
export function errorText({ status, error }: FaultAnswer): string {
  if (error !== undefined) return error;
  if (status === 429) return 'Rate limiting exceeded: Read rate limit exceeded, retry later';
  if (status === 503) return 'Shard temporarily unavailable: The stand-in was told to be unavailable';
  return `The stand-in was told to answer ${status}`;
}
