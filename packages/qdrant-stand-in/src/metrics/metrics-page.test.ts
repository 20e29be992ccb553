/** `GET /metrics`: the families of a real server's page, and counters that count what was done. */
import { readFileSync } from 'node:fs';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lifeCycle } from '../../test/client-life-cycle.ts';
import { labelNames, type PageFamily, type PageSample, readPage } from '../../test/exposition-page.ts';
import { LifeCycleNames } from '../../test/life-cycle-step.ts';
import { METRICS_PAGE } from '../../test/real-server-files.ts';
import { type QdrantStandIn, type StandInOptions, startQdrantStandIn } from '../start.ts';

async function send(standIn: QdrantStandIn, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${standIn.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function pageOf(standIn: QdrantStandIn, parameters = ''): Promise<Map<string, PageFamily>> {
  const response = await send(standIn, 'GET', `/metrics${parameters}`);
  expect(response.status).toBe(200);
  return readPage(await response.text());
}

/** Every call of a client's life, save for the deletion of collections, whose families would be gone. */
async function busyStandIn(options: StandInOptions): Promise<QdrantStandIn> {
  const standIn = await startQdrantStandIn(options);
  const client = new QdrantClient({ url: standIn.url, checkCompatibility: false });
  const names = new LifeCycleNames();
  for (const { method, args, refused, holds } of lifeCycle({ shared: false })) {
    if (method === 'deleteCollection') continue;
    // biome-ignore lint/suspicious/noExplicitAny: methods are called by name
    const call = (client as any)[method](...args(names));
    const result = refused ? await call.catch(() => undefined) : await call;
    // A step may note a name in what it is given, which later steps use.
    if (!refused) holds?.(result, names);
  }
  return standIn;
}

describe('a real page', () => {
  /** What the stand-in does not print, and why. */
  const LEFT_OUT: readonly (readonly [family: RegExp, reason: string])[] = [
    [/^qdrant_grpc_responses_/, 'the stand-in speaks no gRPC'],
    [/^qdrant_audit_log_dir_size_bytes$/, 'the stand-in writes no audit log'],
  ];
  const isLeftOut = (name: string) => LEFT_OUT.some(([family]) => family.test(name));

  /** Served by the server for clients older than the one that walks here. */
  const OLDER_ENDPOINTS = ['/collections/{collection_name}/points/search'];

  const recorded =
    METRICS_PAGE.path === undefined
      ? new Map<string, PageFamily>()
      : readPage(readFileSync(METRICS_PAGE.path, 'utf8'));
  const families = [...recorded.values()].filter(({ name }) => !isLeftOut(name));
  let standIn: QdrantStandIn;
  let page: Map<string, PageFamily>;

  beforeAll(async () => {
    standIn = await busyStandIn({ metricsPrefix: 'qdrant_' });
    page = await pageOf(standIn);
  });
  afterAll(() => standIn.close());

  test.each(families)('$name', ({ name, type, help, samples }) => {
    const own = page.get(name);
    expect(own).toMatchObject({ type, help });
    expect(labelNames(own!)).toEqual(labelNames({ name, type, help, samples }));
    expect(boundsOf(own!.samples)).toEqual(boundsOf(samples));
  });

  const { skipReason } = METRICS_PAGE;

  test.skipIf(skipReason)(`the same families in the same order, and no other${skipReason}`, () => {
    expect([...page.keys()]).toEqual(families.map(({ name }) => name));
    for (const [family] of LEFT_OUT)
      expect([...recorded.keys()].some((name) => family.test(name))).toBe(true);
  });

  test.skipIf(skipReason)(`every endpoint that is counted there is counted here${skipReason}`, () => {
    const endpoints = ({ samples }: PageFamily) =>
      new Set(
        samples
          .filter(({ labels }) => labels.status === '200' && !OLDER_ENDPOINTS.includes(labels.endpoint!))
          .map(({ labels }) => `${labels.method} ${labels.endpoint}`),
      );
    const own = endpoints(page.get('qdrant_rest_responses_total')!);
    for (const endpoint of endpoints(recorded.get('qdrant_rest_responses_total')!))
      expect(own).toContain(endpoint);
  });
});

/** Of a histogram's buckets, in their order. */
function boundsOf(samples: readonly PageSample[]): string[] {
  return [...new Set(samples.flatMap(({ labels }) => labels.le ?? []))];
}

const C = '/collections/{collection_name}';

describe('what is counted', () => {
  let standIn: QdrantStandIn;
  let page: Map<string, PageFamily>;
  let perCollection: Map<string, PageFamily>;

  const values = (family: string, of = page) =>
    Object.fromEntries(
      of.get(family)!.samples.map(({ labels, value }) => [Object.values(labels).join(' '), value]),
    );

  beforeAll(async () => {
    standIn = await startQdrantStandIn();
    const vectors = { a: { size: 2, distance: 'Dot' }, b: { size: 3, distance: 'Dot' } };
    await send(standIn, 'PUT', '/collections/one', { vectors, sparse_vectors: { words: {} } });
    await send(standIn, 'PUT', '/collections/two', { vectors: { size: 2, distance: 'Dot' } });
    const points = [
      { id: 1, vector: { a: [1, 2], b: [1, 2, 3] } },
      { id: 2, vector: { a: [1, 2] } },
      { id: 3, vector: { words: { indices: [1], values: [1] } } },
    ];
    await send(standIn, 'PUT', '/collections/one/points?wait=true', { points });
    for (let i = 0; i < 3; i++)
      await send(standIn, 'POST', '/collections/one/points/query', { query: [1, 1], using: 'a' });
    await send(standIn, 'POST', '/collections/two/points/query', { query: [1, 1] });
    await send(standIn, 'POST', '/collections/two/points/query', { query: [1] });
    await send(standIn, 'POST', '/collections/none-such/points/query', { query: [1] });
    standIn.faults.add({ collection: 'two', times: 2, answer: { status: 429 } });
    for (let i = 0; i < 2; i++)
      await send(standIn, 'POST', '/collections/two/points/query', { query: [1, 1] });
    standIn.faults.add({ times: 1, delayMs: 30 });
    await send(standIn, 'POST', '/collections/one/points/count', {});
    // The server counts none of these.
    await send(standIn, 'GET', '/collections/one');
    await send(standIn, 'GET', '/collections/one/points/1');
    await send(standIn, 'POST', '/collections/one/facet', { key: 'city' });
    await send(standIn, 'GET', '/nope');
    for (let i = 0; i < 2; i++) await send(standIn, 'POST', '/collections/two/snapshots');
    page = await pageOf(standIn);
    perCollection = await pageOf(standIn, '?per_collection=true');
  });
  afterAll(() => standIn.close());

  test('collections, points and vectors', () => {
    expect(values('collections_total')).toEqual({ '': 2 });
    expect(values('collections_vector_total')).toEqual({ '': 4 });
    expect(values('collection_points')).toEqual({ one: 3, two: 0 });
    expect(values('collection_vectors')).toEqual({ 'one a': 2, 'one b': 1, 'one words': 1, 'two ': 0 });
    // Sparse vectors are always indexed.
    expect(values('collection_indexed_only_excluded_points')).toEqual({ 'one a': 0, 'one b': 0, 'two ': 0 });
    expect(values('snapshot_created_total')).toEqual({ one: 0, two: 2 });
  });

  test('answers by method, endpoint and status', () => {
    expect(values('rest_responses_total')).toEqual({
      [`PUT ${C}/points 200`]: 1,
      [`POST ${C}/points/query 200`]: 4,
      [`POST ${C}/points/query 400`]: 1,
      [`POST ${C}/points/query 404`]: 1,
      [`POST ${C}/points/query 429`]: 2,
      [`POST ${C}/points/count 200`]: 1,
    });
  });

  test('durations of what succeeded', () => {
    const ok = Object.fromEntries(
      Object.entries(values('rest_responses_total')).filter(([key]) => key.endsWith(' 200')),
    );
    const [min, avg, max] = ['min', 'avg', 'max'].map((name) =>
      values(`rest_responses_${name}_duration_seconds`),
    );
    for (const figures of [min!, avg!, max!])
      expect(Object.keys(figures).sort()).toEqual(Object.keys(ok).sort());
    const { samples } = page.get('rest_responses_duration_seconds')!;
    for (const [key, count] of Object.entries(ok)) {
      const own = samples.filter(
        ({ labels: { method, endpoint, status } }) => `${method} ${endpoint} ${status}` === key,
      );
      const one = (suffix: string) => own.find(({ name }) => name.endsWith(suffix))!.value;
      const buckets = own.filter(({ labels }) => labels.le !== undefined).map(({ value }) => value);
      expect(one('_count')).toBe(count);
      expect(buckets).toEqual([...buckets].sort((a, b) => a - b));
      expect(buckets.at(-1)).toBe(count);
      expect(min![key]).toBeLessThanOrEqual(avg![key]!);
      expect(avg![key]).toBeLessThanOrEqual(max![key]!);
      expect(one('_sum')).toBeCloseTo(avg![key]! * count, 6);
    }
  });

  test('a slow answer is in no bucket below its time', () => {
    const slow = page
      .get('rest_responses_duration_seconds')!
      .samples.filter(({ labels }) => labels.endpoint === `${C}/points/count` && labels.le !== undefined);
    const below = slow.filter(({ labels }) => Number(labels.le) <= 0.02);
    expect(below.map(({ value }) => value)).toEqual([0, 0, 0, 0]);
    // A timer may fire a millisecond early.
    expect(values('rest_responses_min_duration_seconds')[`POST ${C}/points/count 200`]).toBeGreaterThan(
      0.028,
    );
  });

  test('what the work cost', () => {
    // Three searches of three points by two numbers each; one of none.
    expect(values('collection_hardware_metric_cpu')).toMatchObject({ one: 3 * 3 * 2, two: 0 });
    expect(values('collection_hardware_metric_vector_io_write').one).toBeGreaterThan(0);
  });

  test('per collection: in place of the series for all', () => {
    expect(values('rest_responses_total', perCollection)).toEqual({
      [`PUT ${C}/points 200 one`]: 1,
      [`POST ${C}/points/query 200 one`]: 3,
      [`POST ${C}/points/query 200 two`]: 1,
      [`POST ${C}/points/query 400 two`]: 1,
      [`POST ${C}/points/query 404 none-such`]: 1,
      [`POST ${C}/points/query 429 two`]: 2,
      [`POST ${C}/points/count 200 one`]: 1,
    });
    for (const { name, samples } of perCollection.values())
      if (name.startsWith('rest_')) for (const { labels } of samples) expect(labels.collection).toBeTruthy();
    // The other families are the same on both pages.
    expect([...perCollection.keys()]).toEqual([...page.keys()]);
    expect(values('collection_points', perCollection)).toEqual(values('collection_points'));
  });

  test.each([
    ['?per_collection=false', 200],
    ['?per_collection=maybe', 400],
  ])('%s: %d', async (parameters, status) => {
    expect((await send(standIn, 'GET', `/metrics${parameters}`)).status).toBe(status);
  });
});

describe('the form of the page', () => {
  test('names a collection whatever its name', async () => {
    const standIn = await startQdrantStandIn();
    const name = "größe & {le='1'}, 100%";
    const path = `/collections/${encodeURIComponent(name)}`;
    await send(standIn, 'PUT', path, { vectors: { size: 1, distance: 'Dot' } });
    await send(standIn, 'POST', `${path}/points/count`, {});
    const page = await pageOf(standIn, '?per_collection=true');
    const [answers] = page.get('rest_responses_total')!.samples;
    expect(answers!.labels.collection).toBe(name);
    expect(page.get('collection_points')!.samples[0]!.labels.id).toBe(name);
    await standIn.close();
  });

  test('has no prefix unless one is given', async () => {
    for (const metricsPrefix of ['', 'vectors_']) {
      const standIn = await startQdrantStandIn({ metricsPrefix });
      for (const name of (await pageOf(standIn)).keys()) expect(name.startsWith(metricsPrefix)).toBe(true);
      expect((await pageOf(standIn)).has(`${metricsPrefix}collections_total`)).toBe(true);
      await standIn.close();
    }
  });

  test('a prefix that makes no name is refused', async () => {
    await expect(startQdrantStandIn({ metricsPrefix: 'qdrant.' })).rejects.toThrow(
      'metricsPrefix takes letters, digits and underscores, not "qdrant."',
    );
  });
});
