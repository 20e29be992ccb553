/** A collection of its own with points in it, asked over HTTP. */
import { expect } from 'vitest';
import type { ServerUnderTest } from './server-under-test.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind
type Any = any;

export type Id = number | string;

export interface RestAnswer {
  readonly status: number;
  readonly result: Any;
  /** `status.error`; undefined when there is none. */
  readonly error: string | undefined;
}

export type ScoredId = readonly [id: Id, score: number];

export interface FilledCollection {
  readonly name: string;
  /** `path` comes after `/collections/{name}`. */
  ask(method: string, path: string, body?: unknown): Promise<RestAnswer>;
  /** The result; fails the test for any other answer than a 200. */
  result(method: string, path: string, body?: unknown): Promise<Any>;
  hits(query: object): Promise<ScoredId[]>;
  /** In their order. */
  idsThatPass(filter: object): Promise<Id[]>;
}

export interface Contents {
  /** Of `PUT /collections/{name}`. */
  readonly config: object;
  readonly points: readonly object[];
  /** Payload index types by field. */
  readonly indexes?: Readonly<Record<string, unknown>>;
}

export async function fillCollection(
  server: ServerUnderTest,
  { config, points, indexes = {} }: Contents,
): Promise<FilledCollection> {
  const name = server.collectionName();
  const ask: FilledCollection['ask'] = async (method, path, body) => {
    const response = await fetch(`${server.url}/collections/${name}${path}`, {
      method,
      headers: { ...server.headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: Any = await response.json();
    return { status: response.status, result: answer.result, error: answer.status.error };
  };
  const result: FilledCollection['result'] = async (method, path, body) => {
    const answer = await ask(method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ status: 200 });
    return answer.result;
  };
  await result('PUT', '', config);
  for (const [field_name, field_schema] of Object.entries(indexes))
    await result('PUT', '/index?wait=true', { field_name, field_schema });
  if (points.length > 0) await result('PUT', '/points?wait=true', { points });
  return {
    name,
    ask,
    result,
    async hits(query) {
      const { points } = await result('POST', '/points/query', query);
      return points.map(({ id, score }: Any) => [id, score]);
    },
    async idsThatPass(filter) {
      const { points } = await result('POST', '/points/scroll', { filter, limit: 1000 });
      return points.map(({ id }: Any) => id);
    },
  };
}

/** The same ids in the same order, the scores but for what 32-bit floats lose. */
export function expectHits(actual: readonly ScoredId[], expected: readonly ScoredId[]): void {
  expect(actual.map(([id]) => id)).toEqual(expected.map(([id]) => id));
  for (const [place, [id, score]] of expected.entries())
    expectScore(actual[place]![1], score, `score of ${id}`);
}

export function expectScore(actual: number, expected: number, what: string): void {
  const allowed = 1e-5 * Math.max(1, Math.abs(expected));
  expect(Math.abs(actual - expected), `${what}: ${actual} for ${expected}`).toBeLessThanOrEqual(allowed);
}
