import { randomBytes } from 'node:crypto';
import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow } from './check-row.ts';
import { type HttpRequest, httpAnswer, okAnswer, parseJson, refusal } from './http-answer.ts';
import { poll } from './poll.ts';
import { Problem } from './problem.ts';
import { QDRANT_API_KEY, readSecretFile } from './secret-file.ts';
import { asObject, objects } from './stored-trace.ts';

/** Collections of the checks; the rest of the name is random. */
const PREFIX = 'stack_check_';
const POINTS = [
  { id: 1, vector: [1, 0, 0, 0], payload: { text: 'north' } },
  { id: 2, vector: [0, 1, 0, 0], payload: { text: 'east' } },
];

export function checkQdrant(context: CheckContext): Promise<CheckRow>[] {
  return [
    checkRow('qdrant', 'is ready', context.signal, async () => {
      await poll(() => okAnswer(`${context.addresses.qdrant}/readyz`, { signal: context.signal }), context);
      return context.addresses.qdrant;
    }),
    checkRow('qdrant', 'writes, searches, deletes', context.signal, () => writeAndSearch(context)),
  ];
}

/** In a collection of its own, which goes again whatever happens. */
async function writeAndSearch(context: CheckContext): Promise<string> {
  const key = await readSecretFile(context.secretsFolder, QDRANT_API_KEY, context.concealment);
  const collection = `${PREFIX}${randomBytes(8).toString('hex')}`;
  const url = `${context.addresses.qdrant}/collections/${collection}`;
  const headers = { 'api-key': key };
  const call = async (method: HttpRequest['method'], path: string, json?: unknown): Promise<unknown> => {
    const target = `${url}${path}`;
    const answer = await httpAnswer(target, { method, headers, json, signal: context.signal });
    if (answer.status === 401 || answer.status === 403) {
      throw new Problem(`Qdrant refuses the key of ${QDRANT_API_KEY} (${answer.status})`, {
        hint: 'docker compose -f stack/compose.yaml up -d --force-recreate --always-recreate-deps qdrant',
      });
    }
    if (answer.status !== 200) throw refusal(target, answer);
    return asObject(parseJson(target, answer.text))?.result;
  };
  let failure: unknown;
  try {
    await call('PUT', '', { vectors: { size: 4, distance: 'Cosine' } });
    await call('PUT', '/points?wait=true', { points: POINTS });
    const result = await call('POST', '/points/query', {
      query: [0.9, 0.1, 0, 0],
      limit: 1,
      with_payload: true,
    });
    const [nearest] = objects(asObject(result)?.points);
    if (nearest?.id !== 1 || asObject(nearest.payload)?.text !== 'north') {
      throw new Problem(`the search did not find what was written, but ${JSON.stringify(result)}`);
    }
  } catch (error) {
    failure = error;
  }
  // Also after Ctrl-C, and after a failed creation: the server may have made it all the same.
  const left = await remove(url, headers);
  if (failure !== undefined) {
    if (left !== undefined && failure instanceof Problem && failure.passing)
      throw new Problem(`${failure.message}; ${left.message}`, { hint: left.hint });
    throw failure;
  }
  if (left !== undefined) throw left;
  return `collection ${collection}, 2 points`;
}

/** @returns the problem when the collection may still be there */
async function remove(url: string, headers: Readonly<Record<string, string>>): Promise<Problem | undefined> {
  const hint = `curl -X DELETE -H "api-key: $(cat stack/secrets/${QDRANT_API_KEY})" ${url}`;
  try {
    const answer = await httpAnswer(url, { method: 'DELETE', headers, signal: new AbortController().signal });
    if (answer.status === 200 || answer.status === 404) return undefined;
    return new Problem(`the collection could not be deleted again: ${refusal(url, answer).message}`, {
      hint,
    });
  } catch (error) {
    return new Problem(`the collection could not be deleted again: ${(error as Error).message}`, { hint });
  }
}
