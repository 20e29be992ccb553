import type { ExitWork } from './exit-handlers.ts';

/** Several kinds of work as one: side by side with the event loop, one after the other within the same time without. */
export function joinExitWork(works: readonly ExitWork[]): ExitWork {
  return {
    get idle() {
      return works.every(({ idle }) => idle);
    },
    async flush(timeoutMillis, options) {
      const done = await Promise.all(
        works.map((work) => (work.idle ? true : work.flush(timeoutMillis, options))),
      );
      return done.every(Boolean);
    },
    flushAtExit(timeoutMillis) {
      const deadline = performance.now() + timeoutMillis;
      for (const work of works) {
        if (!work.idle) work.flushAtExit(Math.max(0, deadline - performance.now()));
      }
    },
  };
}
