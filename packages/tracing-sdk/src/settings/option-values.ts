import { type Problems, quote } from './problems.ts';
import type { Setting } from './settings.ts';

/**
 * Options in code, checked by value since JavaScript has no types at run time. Each returns undefined for an option that
 * was not given, and for a wrong one after reporting it.
 */
export interface OptionValues {
  number(name: string, value: unknown, least: number, most?: number): Setting<number> | undefined;
  oneOf<T extends string>(name: string, value: unknown, allowed: readonly T[]): Setting<T> | undefined;
  arrayOf<T>(
    name: string,
    value: unknown,
    what: string,
    isOne: (item: unknown) => boolean,
  ): Setting<readonly T[]> | undefined;
  object<T extends object>(name: string, value: unknown, what: string): Setting<T> | undefined;
}

export function createOptionValues(problems: Problems): OptionValues {
  const source = (name: string): string => `option ${name}`;
  return {
    number(name, value, least, most = Number.POSITIVE_INFINITY) {
      if (value === undefined) return undefined;
      // Infinity only where it means "no limit": an open upper bound.
      if (typeof value === 'number' && value >= least && value <= most)
        return { value, source: source(name) };
      const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
      problems.wrong(`option ${name} is ${quote(value)}; it must be a number ${range}.`, 'the default');
      return undefined;
    },
    oneOf(name, value, allowed) {
      if (value === undefined) return undefined;
      if (allowed.includes(value as never)) return { value: value as never, source: source(name) };
      problems.wrong(
        `option ${name} is ${quote(value)}; allowed are ${allowed.map(quote).join(', ')}.`,
        'the default',
      );
      return undefined;
    },
    arrayOf(name, value, what, isOne) {
      if (value === undefined) return undefined;
      if (Array.isArray(value) && value.every(isOne)) return { value, source: source(name) };
      problems.wrong(`option ${name} is ${quote(value)}; it must be an array of ${what}.`, 'the default');
      return undefined;
    },
    object(name, value, what) {
      if (value === undefined) return undefined;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return { value: value as never, source: source(name) };
      }
      problems.wrong(`option ${name} is ${quote(value)}; it must be ${what}.`, 'the default');
      return undefined;
    },
  };
}

/** Whether it is an object with these functions, whatever it was declared as. */
export function hasFunctions(value: unknown, ...names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}
