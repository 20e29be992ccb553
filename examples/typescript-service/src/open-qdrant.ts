import { type StandInOptions, startQdrantStandIn } from '@uat/qdrant-stand-in';

export interface Qdrant {
  readonly url: string;
  /** Where it is known; a program that needs it and is not told takes port 6334 of the same host. */
  readonly grpcUrl?: string | undefined;
  close(): Promise<void>;
}

/** The user's, where `QDRANT_URL` names one; else the stand-in, in this process. */
export async function openQdrant(say: (text: string) => void, options: StandInOptions = {}): Promise<Qdrant> {
  const url = process.env.QDRANT_URL;
  if (url !== undefined && url !== '') {
    say('Qdrant: the one that QDRANT_URL names');
    return { url, async close() {} };
  }
  const standIn = await startQdrantStandIn(options);
  say(`Qdrant stand-in: ${standIn.url} (set QDRANT_URL to use a real one)`);
  return standIn;
}
