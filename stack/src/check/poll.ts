import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from './problem.ts';

export interface Waiting {
  /** `performance.now()` at which to give up, milliseconds. */
  readonly deadline: number;
  /** Aborts the wait, for Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Milliseconds between two attempts: quick at first, since most answers are there at once, then gentle. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1500;

/**
 * Tries until it succeeds.
 *
 * @returns what the attempt returned
 * @throws the attempt's Problem: at once when waiting cannot mend it, else at the deadline.
 */
export async function poll<T>(attempt: () => Promise<T>, { deadline, signal }: Waiting): Promise<T> {
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    signal.throwIfAborted();
    try {
      return await attempt();
    } catch (error) {
      const left = deadline - performance.now();
      if (!(error instanceof Problem) || !error.passing || left <= 0) throw error;
      await delay(Math.min(pause, left), undefined, { signal });
    }
  }
}
