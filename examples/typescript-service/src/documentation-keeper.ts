import { setTimeout as pause } from 'node:timers/promises';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { DOCUMENTATION, indexDocumentation } from './documentation-index.ts';
import { qdrantFailure } from './qdrant-failure.ts';
import { untraced } from './untraced.ts';

const LOOK_EVERY_MILLIS = 5_000;
const FIRST_RETRY_MILLIS = 1_000;

export interface DocumentationKeeper {
  /** Why searches fail at present; undefined when they do not. */
  readonly problem: string | undefined;
  /** Resolves when it has let go, at the latest after `timeoutMillis`. */
  stop(timeoutMillis: number): Promise<void>;
}

/**
 * Keeps the documentation in Qdrant: indexes it at the start, and again when Qdrant has come back without it. While Qdrant
 * does not answer it tries again, at first after a second, at last every five.
 *
 * @param say called when Qdrant stops answering and when it answers again, not for every attempt
 */
export function keepDocumentation(qdrant: QdrantClient, say: (line: string) => void): DocumentationKeeper {
  const stopping = new AbortController();
  const { signal } = stopping;
  let problem: string | undefined = 'the documentation is not in Qdrant yet';

  const keep = async (): Promise<void> => {
    let indexedOnce = false;
    let failures = 0;
    while (!signal.aborted) {
      try {
        // The documentation may be another one than that of the last start, so what is there at first does not count.
        const present =
          indexedOnce && (await untraced(() => qdrant.collectionExists(DOCUMENTATION))).exists === true;
        if (!present) {
          problem ??= 'the documentation is not in Qdrant any more, and being indexed again';
          const passages = await indexDocumentation(qdrant);
          say(`Qdrant: ${passages} passages of documentation indexed in ${DOCUMENTATION}`);
          indexedOnce = true;
        } else if (problem !== undefined) say('Qdrant: answers again');
        problem = undefined;
        failures = 0;
      } catch (error) {
        const reason = `Qdrant does not do what it should: ${qdrantFailure(error)}`;
        if (failures++ === 0) say(`${reason}; searches fail until it does, trying again`);
        problem = reason;
      }
      const wait =
        failures === 0
          ? LOOK_EVERY_MILLIS
          : Math.min(LOOK_EVERY_MILLIS, FIRST_RETRY_MILLIS * 2 ** (failures - 1));
      await pause(wait, undefined, { signal }).catch(() => {});
    }
  };
  const kept = keep();

  return {
    get problem() {
      return problem;
    },
    async stop(timeoutMillis) {
      stopping.abort();
      await Promise.race([kept, pause(timeoutMillis, undefined, { ref: false })]);
    },
  };
}
