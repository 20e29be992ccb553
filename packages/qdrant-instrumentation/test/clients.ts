/** The REST clients that the tests run with. */
import { QdrantClient as QdrantClient119 } from '@qdrant/js-client-rest';
import { QdrantClient as QdrantClient109 } from 'qdrant-client-1.9';
import { QdrantClient as QdrantClient116 } from 'qdrant-client-1.16';
import { QdrantClient as QdrantClient118 } from 'qdrant-client-1.18';
import type { AnyClient } from './client-calls.ts';

export interface TestedClient {
  readonly version: string;
  readonly QdrantClient: { new (options: object): AnyClient; readonly prototype: object };
}

export const CLIENTS: readonly TestedClient[] = [
  { version: '1.9', QdrantClient: QdrantClient109 as TestedClient['QdrantClient'] },
  { version: '1.16', QdrantClient: QdrantClient116 as TestedClient['QdrantClient'] },
  { version: '1.18', QdrantClient: QdrantClient118 as TestedClient['QdrantClient'] },
  { version: '1.19', QdrantClient: QdrantClient119 as TestedClient['QdrantClient'] },
];
