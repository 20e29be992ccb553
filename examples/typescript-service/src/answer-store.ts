import { randomUUID } from 'node:crypto';
import type { QdrantClient } from '@qdrant/js-client-rest';
import { textVector, VECTOR_SIZE } from './text-vector.ts';
import { untraced } from './untraced.ts';

/** The collection. Where a Qdrant of the user's is used, a name that nobody else takes. */
export const ANSWERS = 'uat-answers';

export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly model: string;
}

/** Keeps answers in Qdrant, to be found by their question. */
export class AnswerStore {
  readonly #qdrant: QdrantClient;
  #collection: Promise<void> | undefined;

  constructor(qdrant: QdrantClient) {
    this.#qdrant = qdrant;
  }

  /** @returns the id @throws the client's error (as a rejection) */
  async put(answer: Answer): Promise<string> {
    await this.#prepared();
    const id = randomUUID();
    const points = [{ id, vector: textVector(answer.question), payload: { ...answer } }];
    const upsert = () => this.#qdrant.upsert(ANSWERS, { points, wait: true });
    try {
      await upsert();
    } catch (error) {
      if ((error as { status?: number }).status !== 404) throw error;
      // Qdrant has come back without what it had.
      this.#collection = undefined;
      await this.#prepared();
      await upsert();
    }
    return id;
  }

  /** Once, and so not a part of whoever's trace asks first. */
  #prepared(): Promise<void> {
    this.#collection ??= untraced(() => this.#prepare()).catch((error: unknown) => {
      this.#collection = undefined;
      throw error;
    });
    return this.#collection;
  }

  async #prepare(): Promise<void> {
    const { exists } = await this.#qdrant.collectionExists(ANSWERS);
    if (exists) return;
    await this.#qdrant
      .createCollection(ANSWERS, { vectors: { size: VECTOR_SIZE, distance: 'Cosine' } })
      .catch((error: { status?: number }) => {
        // Another process was quicker.
        if (error.status !== 409) throw error;
      });
  }
}
