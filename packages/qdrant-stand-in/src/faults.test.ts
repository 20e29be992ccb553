/** Every way to go wrong, over HTTP: what the client sees, and whether the work was done. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { FaultRule } from './fault-rule.ts';
import { Faults } from './faults.ts';
import { type QdrantStandIn, startQdrantStandIn } from './start.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind
type Any = any;

let standIn: QdrantStandIn;
beforeAll(async () => {
  standIn = await startQdrantStandIn();
});
afterAll(() => standIn.close());
beforeEach(async () => {
  standIn.faults.clear();
  await ask('DELETE', '/collections/docs');
  await ask('PUT', '/collections/docs', { vectors: { size: 1, distance: 'Dot' } });
});

function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  return fetch(`${standIn.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
}

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: Any }> {
  const response = await send(method, path, body);
  return { status: response.status, body: await response.json() };
}

const points = '/collections/docs/points';
const upsert = () => send('PUT', `${points}?wait=true`, { points: [{ id: 1, vector: [1] }] });
const pointCount = async () => (await ask('POST', `${points}/count`, {})).body.result.count;

describe('what goes wrong', () => {
  test.each([
    [{ status: 429, retryAfter: 30 }, '30', 'Rate limiting exceeded: Read rate limit exceeded, retry later'],
    [{ status: 429 }, null, 'Rate limiting exceeded: Read rate limit exceeded, retry later'],
    [{ status: 503, error: 'not today' }, null, 'not today'],
    [{ status: 507, retryAfter: 0 }, '0', 'The stand-in was told to answer 507'],
  ])('the answer %j, in place of the work', async (answer, retryAfter, error) => {
    standIn.faults.add({ answer, times: 1 });
    const response = await upsert();
    expect(response.status).toBe(answer.status);
    expect(response.headers.get('retry-after')).toBe(retryAfter);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({ status: { error }, time: expect.any(Number) });
    expect(await pointCount()).toBe(0);
  });

  test('a delay, which the server counts as its time', async () => {
    standIn.faults.add({ delayMs: 60, times: 1 });
    const response = await upsert();
    expect(response.status).toBe(200);
    // A timer may fire a millisecond early.
    expect(((await response.json()) as Any).time).toBeGreaterThanOrEqual(0.058);
    expect(await pointCount()).toBe(1);
  });

  test('a delay before an answer', async () => {
    standIn.faults.add({ delayMs: 60, answer: { status: 503 }, times: 1 });
    const response = await upsert();
    expect(response.status).toBe(503);
    expect(((await response.json()) as Any).time).toBeGreaterThanOrEqual(0.058);
  });

  test('a connection cut before the answer: the work is not done', async () => {
    standIn.faults.add({ cut: 'before-answer', times: 1 });
    await expect(upsert()).rejects.toThrow('fetch failed');
    expect(await pointCount()).toBe(0);
    expect(standIn.requests.at(-2)).toMatchObject({ method: 'PUT', status: undefined });
  });

  test('a connection cut in the answer: the head came, the work is done', async () => {
    standIn.faults.add({ cut: 'in-answer', times: 1 });
    const response = await upsert();
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(await pointCount()).toBe(1);
  });

  test('a 200 that says wait_timeout: the work is done', async () => {
    standIn.faults.add({ waitTimeout: true, times: 1 });
    const response = await upsert();
    expect(response.status).toBe(200);
    expect(((await response.json()) as Any).result).toEqual({
      operation_id: expect.any(Number),
      status: 'wait_timeout',
    });
    expect(await pointCount()).toBe(1);
  });

  test('wait_timeout for each change of a batch, and none for what changes nothing', async () => {
    standIn.faults.add({ waitTimeout: true });
    const operations = [{ upsert: { points: [{ id: 1, vector: [1] }] } }, { delete: { points: [1] } }];
    const batch = await ask('POST', `${points}/batch?wait=true`, { operations });
    expect(batch.body.result.map(({ status }: Any) => status)).toEqual(['wait_timeout', 'wait_timeout']);
    expect((await ask('POST', `${points}/scroll`, {})).body.result).toEqual({
      points: [],
      next_page_offset: null,
    });
  });

  test('a client that leaves during a delay holds nothing up', async () => {
    const fault = standIn.faults.add({ delayMs: 2 ** 31 - 1, method: 'PUT', path: `${points}` });
    const client = new AbortController();
    const call = send('PUT', points, { points: [{ id: 1, vector: [1] }] }, client.signal);
    await expect.poll(() => fault.hits, { timeout: 20_000 }).toBe(1);
    client.abort();
    await expect(call).rejects.toThrow('aborted');
    await expect
      .poll(() => standIn.requests.at(-1), { timeout: 20_000 })
      .toMatchObject({ status: undefined });
    expect(await pointCount()).toBe(0);
  });
});

describe('how often', () => {
  test('as many times as the rule says, then no more', async () => {
    const fault = standIn.faults.add({ path: `${points}/count`, times: 2, answer: { status: 503 } });
    const statuses: number[] = [];
    for (let i = 0; i < 4; i++) statuses.push((await ask('POST', `${points}/count`, {})).status);
    expect(statuses).toEqual([503, 503, 200, 200]);
    expect(fault.hits).toBe(2);
  });

  test('never, and always', async () => {
    standIn.faults.add({ times: 0, answer: { status: 500 } });
    expect((await ask('POST', `${points}/count`, {})).status).toBe(200);
    const always = standIn.faults.add({ answer: { status: 503 } });
    for (let i = 0; i < 3; i++) expect((await ask('POST', `${points}/count`, {})).status).toBe(503);
    always.remove();
    expect((await ask('POST', `${points}/count`, {})).status).toBe(200);
    expect(always.hits).toBe(3);
  });

  test('the first rule that fits is used up before the next', async () => {
    standIn.faults.add({ times: 1, answer: { status: 429 } });
    standIn.faults.add({ times: 1, answer: { status: 503 } });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask('POST', `${points}/count`, {})).status);
    expect(statuses).toEqual([429, 503, 200]);
  });
});

describe('which requests', () => {
  const path = '/collections/docs/points/query';
  const cases: readonly (readonly [rule: Partial<FaultRule>, hit: boolean])[] = [
    [{}, true],
    [{ method: 'POST' }, true],
    [{ method: 'post' }, true],
    [{ method: 'PUT' }, false],
    [{ collection: 'docs' }, true],
    [{ collection: 'doc' }, false],
    [{ method: 'POST', collection: 'other' }, false],
    [{ path }, true],
    [{ path: '/collections/docs/points' }, false],
    [{ path: '/collections/*/points/query' }, true],
    [{ path: '/collections/*/query' }, false],
    [{ path: '/collections/d*s/points/query' }, true],
    [{ path: '/*/*/*/*' }, true],
    [{ path: '/*/*/*' }, false],
    [{ path: '*' }, false],
    [{ path: '**' }, true],
    [{ path: '/**' }, true],
    [{ path: '/collections/**' }, true],
    [{ path: '/collections/**/query' }, true],
    [{ path: '/collections/docs/points/query/**' }, true],
    [{ path: '/collections/docs/**/points/query' }, true],
    [{ path: '/collections/**/batch' }, false],
    [{ path: '/collections/docs/points.query' }, false],
    [{ path: '/collections/docs/points/quer[xy]' }, false],
  ];

  test.each(cases)('%j: %s', (rule, hit) => {
    const faults = new Faults();
    faults.add({ ...rule, delayMs: 1 });
    expect(faults.take('POST', path, 'docs') !== undefined).toBe(hit);
  });

  test.each([
    ['GET', '/collections/docs', 'docs'],
    ['PUT', '/collections/docs/points', 'docs'],
    ['GET', '/collections/my%20docs/exists', 'my docs'],
  ])('%s %s is of the collection %j', async (method, path, collection) => {
    standIn.faults.add({ collection, answer: { status: 503 } });
    expect((await ask(method, path, method === 'GET' ? undefined : {})).status).toBe(503);
    expect((await ask('GET', '/collections')).status).toBe(200);
    expect((await ask('GET', '/collections/other/exists')).status).toBe(200);
  });
});

describe('rules of other processes', () => {
  const faults = '/stand-in/faults';

  test('are added one by one or as a list, listed with their hits, and taken away', async () => {
    const first = { path: `${points}/count`, answer: { status: 503 } };
    expect(await ask('PUT', faults, first)).toEqual({
      status: 200,
      body: { faults: [{ rule: first, hits: 0 }] },
    });
    const more = [
      { collection: 'a', delayMs: 1 },
      { cut: 'in-answer', times: 0 },
    ];
    await ask('PUT', faults, more);
    expect((await ask('POST', `${points}/count`, {})).status).toBe(503);
    expect((await ask('GET', faults)).body.faults).toEqual([
      { rule: first, hits: 1 },
      { rule: more[0], hits: 0 },
      { rule: more[1], hits: 0 },
    ]);
    expect(await ask('DELETE', faults)).toEqual({ status: 200, body: { faults: [] } });
    expect((await ask('POST', `${points}/count`, {})).status).toBe(200);
  });

  test('are not hit by rules themselves', async () => {
    standIn.faults.add({ answer: { status: 503 } });
    expect((await ask('DELETE', faults)).status).toBe(200);
  });

  test.each([
    ['a bad rule', { delayMs: -1 }, 'fault rule: delayMs must be'],
    ['a list with a bad rule', [{ delayMs: 5 }, { delay: 5 }], 'fault rule: unknown key "delay"'],
    ['no JSON', '{delayMs', 'JSON'],
  ])('%s is a 400, and no rule is taken', async (_name, body, error) => {
    const answer = await ask('PUT', faults, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error).toContain(error);
    expect(standIn.faults.list()).toEqual([]);
  });

  test('another method is told which there are', async () => {
    const answer = await ask('POST', faults, {});
    expect(answer.status).toBe(405);
    expect(answer.body.error).toContain('takes GET, PUT and DELETE, not POST');
  });
});
