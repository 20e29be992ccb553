/** The stand-in, or the real server that QDRANT_URL names: the same tests run against both. */
import { randomUUID } from 'node:crypto';
import { QdrantClient } from '@qdrant/js-client-rest';
import { startQdrantStandIn } from '../src/index.ts';

export interface ServerUnderTest {
  readonly url: string;
  readonly isReal: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly client: QdrantClient;
  /** A name of its own, deleted at the end. */
  collectionName(): string;
  /** Deletes the collections and stops the stand-in. */
  stop(): Promise<void>;
}

export const REAL_URL = process.env.QDRANT_URL || undefined;

export async function serverUnderTest(): Promise<ServerUnderTest> {
  const standIn = REAL_URL === undefined ? await startQdrantStandIn() : undefined;
  const url = REAL_URL ?? standIn!.url;
  const apiKey = process.env.QDRANT_API_KEY;
  const withKey = REAL_URL !== undefined && apiKey;
  const client = new QdrantClient({ url, checkCompatibility: false, ...(withKey ? { apiKey } : {}) });
  const names: string[] = [];
  return {
    url,
    isReal: standIn === undefined,
    headers: withKey ? { 'api-key': apiKey } : {},
    client,
    collectionName() {
      const name = `stand-in-test-${randomUUID().slice(0, 13)}`;
      names.push(name);
      return name;
    },
    async stop() {
      for (const name of names) await client.deleteCollection(name);
      await standIn?.close();
    },
  };
}
