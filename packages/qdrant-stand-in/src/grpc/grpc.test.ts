/** The gRPC API as the official client sees it. */
import { Distance, QdrantClient } from '@qdrant/js-client-grpc';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type QdrantStandIn, startQdrantStandIn } from '../start.ts';

const KEY = 'a-key';
let standIn: QdrantStandIn;
beforeEach(async () => {
  standIn = await startQdrantStandIn({ grpcPort: 0, apiKey: KEY, readOnlyApiKey: 'reads' });
});
afterEach(() => standIn.close());

function client(apiKey = KEY) {
  const { hostname, port } = new URL(standIn.grpcUrl as string);
  return new QdrantClient({
    host: hostname,
    port: Number(port),
    apiKey,
    https: false,
    checkCompatibility: false,
  });
}

async function fill(): Promise<void> {
  const api = client();
  await api.api('collections').create({
    collectionName: 'docs',
    vectorsConfig: { config: { case: 'params', value: { size: 2n, distance: Distance.Cosine } } },
  });
  await api.api('points').upsert({
    collectionName: 'docs',
    wait: true,
    points: [
      [1n, [1, 0], 'east'],
      [2n, [0, 1], 'north'],
    ].map(([num, data, text]) => ({
      id: { pointIdOptions: { case: 'num' as const, value: num as bigint } },
      payload: {
        text: { kind: { case: 'stringValue' as const, value: text as string } },
        length: { kind: { case: 'integerValue' as const, value: 4n } },
      },
      vectors: {
        vectorsOptions: {
          case: 'vector' as const,
          value: { vector: { case: 'dense' as const, value: { data: data as number[] } } },
        },
      },
    })),
  });
}

const nearest = (data: number[]) => ({
  variant: {
    case: 'nearest' as const,
    value: { variant: { case: 'dense' as const, value: { data } } },
  },
});

test('what is written over gRPC is found over gRPC, and over REST', async () => {
  await fill();
  const api = client();
  const { result } = await api.api('points').query({
    collectionName: 'docs',
    query: nearest([0.9, 0.1]),
    limit: 1n,
    withPayload: { selectorOptions: { case: 'enable', value: true } },
  });
  expect(result).toHaveLength(1);
  expect(result[0]?.id?.pointIdOptions).toEqual({ case: 'num', value: 1n });
  expect(result[0]?.payload.text?.kind).toEqual({ case: 'stringValue', value: 'east' });
  expect(result[0]?.payload.length?.kind).toEqual({ case: 'integerValue', value: 4n });
  expect(result[0]?.score).toBeCloseTo(0.9939, 3);
  expect((await api.api('points').count({ collectionName: 'docs' })).result?.count).toBe(2n);
  expect((await api.api('collections').collectionExists({ collectionName: 'docs' })).result?.exists).toBe(
    true,
  );
  expect((await api.api('collections').list({})).collections.map(({ name }) => name)).toEqual(['docs']);

  const response = await fetch(`${standIn.url}/collections/docs/points/2`, { headers: { 'api-key': KEY } });
  expect(await response.json()).toMatchObject({ result: { payload: { text: 'north', length: 4 } } });

  await api.api('collections').delete({ collectionName: 'docs' });
  expect((await api.api('collections').collectionExists({ collectionName: 'docs' })).result?.exists).toBe(
    false,
  );
});

test('what has come, without keys, for other processes too', async () => {
  await fill();
  const response = await fetch(`${standIn.url}/stand-in/requests`, { headers: { 'api-key': KEY } });
  const { requests } = (await response.json()) as { requests: { url: string }[] };
  expect(requests.map(({ url }) => url)).toEqual(['/qdrant.Collections/Create', '/qdrant.Points/Upsert']);
  expect(JSON.stringify(requests)).not.toContain(KEY);
  expect(standIn.requests).toEqual(requests);
});

describe('refused', () => {
  const exists = (key: string) => client(key).api('collections').collectionExists({ collectionName: 'docs' });
  test.each([
    [
      'no such collection',
      () => client().api('points').count({ collectionName: 'docs' }),
      /not_found.*doesn't exist/i,
    ],
    ['a wrong key', () => exists('wrong'), /unauthenticated/i],
    [
      'writing with a key that reads',
      () => client('reads').api('collections').delete({ collectionName: 'd' }),
      /permission_denied/i,
    ],
    [
      'a method it does not know',
      () => client().api('collections').get({ collectionName: 'docs' }),
      /unimplemented.*Collections\/Get/i,
    ],
    [
      'a filter',
      () => client().api('points').count({ collectionName: 'docs', filter: {} }),
      /unimplemented.*does not know filter/i,
    ],
  ])('%s', async (_, call, problem) => {
    await expect(call()).rejects.toThrow(problem);
  });

  test('a collection that is there already, and a vector of another size', async () => {
    await fill();
    await expect(fill()).rejects.toThrow(/already_exists/i);
    await expect(
      client()
        .api('points')
        .query({ collectionName: 'docs', query: nearest([1, 2, 3]) }),
    ).rejects.toThrow(/invalid_argument.*dimension/i);
  });

  test('on demand', async () => {
    standIn.faults.add({ path: '/qdrant.Points/*', times: 1, answer: { status: 503, error: 'on fire' } });
    await expect(fill()).rejects.toThrow(/unavailable.*on fire/i);
    expect(standIn.faults.list()).toMatchObject([{ hits: 1 }]);
  });

  test('a key that reads is enough to read; health takes none', async () => {
    expect((await exists('reads')).result?.exists).toBe(false);
    expect((await client('wrong').api('service').healthCheck({})).version).toMatch(/^\d+\.\d+/);
  });
});
