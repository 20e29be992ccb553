/**
 * Every method of the real client, and every function of its `api()`, answered; requests and answers held against the
 * OpenAPI description where there is one. Runs against a real server when QDRANT_URL names one.
 */
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lifeCycle } from '../test/client-life-cycle.ts';
import { LifeCycleNames, type LifeCycleStep, rowsOf } from '../test/life-cycle-step.ts';
import { loadDescription } from '../test/openapi.ts';
import { OPENAPI } from '../test/real-server-files.ts';
import { REAL_URL, type ServerUnderTest, serverUnderTest } from '../test/server-under-test.ts';
import { watchFetch } from '../test/watched-fetch.ts';

// biome-ignore lint/suspicious/noExplicitAny: methods are called by name
type Any = any;

const steps = lifeCycle({ shared: REAL_URL !== undefined });
const names = new LifeCycleNames();
const description = loadDescription();
const called = new Set<string>();
let server: ServerUnderTest;
let watched: ReturnType<typeof watchFetch>;

beforeAll(async () => {
  server = await serverUnderTest();
  watched = watchFetch();
});
afterAll(async () => {
  watched.stop();
  for (const name of names.collections) await server.client.deleteCollection(name);
  await server.stop();
  const operations = description
    ? `, ${description.checked.size} of ${description.operations.length} operations`
    : '';
  console.log(`answered: ${called.size} methods and functions of the client${operations}`);
});

/** Throws where what went over the wire does not fit the description. */
function checkExchanges(): void {
  expect(watched.exchanges.length).toBeGreaterThan(0);
  for (const { method, path, requestBody, status, type, body } of watched.exchanges.splice(0)) {
    expect(description?.checkRequest(method, path, requestBody)).toBeUndefined();
    expect(description?.checkResponse(method, path, status, type, body)).toBeUndefined();
  }
}

async function take({ method, args, refused, rows, updateStatus, holds }: LifeCycleStep): Promise<void> {
  const client: Any = server.client;
  const call: Promise<unknown> = client[method](...args(names));
  if (refused) {
    const error: Any = await call.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toContain(error?.status);
    expect(typeof error.data?.status?.error).toBe('string');
  } else {
    const result: Any = await call;
    if (rows !== undefined) expect(rowsOf(result)).toBe(rows);
    if (updateStatus) expect(result).toEqual({ operation_id: expect.any(Number), status: updateStatus });
    if (holds) expect(holds(result, names), JSON.stringify(result)).toBe(true);
  }
}

describe('methods', () => {
  test.each(steps)('$method', async (step) => {
    await take(step);
    called.add(step.method);
    checkExchanges();
  });

  test('none is left out', () => {
    const methods = Object.getOwnPropertyNames(QdrantClient.prototype).filter(
      (name) => name !== 'constructor' && name !== 'api',
    );
    expect(methods).toHaveLength(53);
    const serverWide = lifeCycle({ shared: false }).filter(({ serverWide }) => serverWide);
    const left = REAL_URL === undefined ? [] : serverWide.map(({ method }) => method);
    expect(methods.filter((name) => !called.has(name)).sort()).toEqual(left.sort());
  });
});

describe('functions of api() that no method calls', () => {
  const collection = `life-${Date.now()}-api`;
  const api = () => server.client.api() as Record<string, (args: object) => Promise<Any>>;
  const none = {};
  const at = { collection_name: collection };

  beforeAll(async () => {
    await server.client.createCollection(collection, { vectors: { size: 2, distance: 'Dot' } });
    await server.client.upsert(collection, { points: [{ id: 1, vector: [1, 2], payload: { a: 1 } }] });
    watched.exchanges.length = 0;
  });
  afterAll(async () => {
    await server.client.deleteCollection(collection);
  });

  const shared = REAL_URL !== undefined;
  const cases = [
    { name: 'telemetry', args: { details_level: 3 }, status: 200 },
    { name: 'metrics', args: none, status: 200 },
    { name: 'healthz', args: none, status: 200 },
    { name: 'livez', args: none, status: 200 },
    { name: 'readyz', args: none, status: 200 },
    { name: 'getIssues', args: none, status: 200 },
    ...(shared ? [] : [{ name: 'clearIssues', args: none, status: 200 }]),
    { name: 'clusterStatus', args: none, status: 200 },
    ...(shared
      ? []
      : [
          { name: 'recoverCurrentPeer', args: none, status: 400 },
          { name: 'removePeer', args: { peer_id: 1 }, status: 400 },
        ]),
    { name: 'getPoint', args: { ...at, id: 1 }, status: 200 },
    { name: 'getSnapshot', args: { ...at, snapshot_name: 'none.snapshot' }, status: 404 },
    { name: 'getFullSnapshot', args: { snapshot_name: 'none.snapshot' }, status: 404 },
    { name: 'getShardSnapshot', args: { ...at, shard_id: 0, snapshot_name: 'none.snapshot' }, status: 404 },
    { name: 'streamShardSnapshot', args: { ...at, shard_id: 0 }, status: 200 },
    { name: 'recoverFromUploadedSnapshot', args: at, status: 400 },
    { name: 'recoverShardFromUploadedSnapshot', args: { ...at, shard_id: 0 }, status: 400 },
  ];

  test.each(cases)('$name: $status', async ({ name, args, status }) => {
    const answered = await api()[name]!(args).then(
      (answer) => answer.status,
      (error) => error.status,
    );
    expect(answered).toBe(status);
    called.add(name);
    checkExchanges();
  });

  test('none is left out', () => {
    const functions = Object.keys(api());
    expect(functions).toHaveLength(69);
  });

  // The other functions go by other names than the methods that call them, so requests are counted.
  test.skipIf(!description || shared)(
    `every operation of the description was answered as it says${OPENAPI.skipReason || (shared ? ' (skipped: QDRANT_URL names a server that others use)' : '')}`,
    () => {
      expect(description!.operations.filter((name) => !description!.checked.has(name))).toEqual([]);
    },
  );
});
