import { context, INVALID_SPAN_CONTEXT, propagation, trace } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { type MockAnswer, type MockQdrant, ok, startMockQdrant } from '../test/mock-qdrant.ts';
import { idsOf, type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';
import type { QdrantOptions } from './types.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
  telemetry = recordTelemetry();
});
afterEach(() => {
  telemetry.spans.length = 0;
  mock.requests.length = 0;
  mock.answer = () => ok(true);
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

function createClient(options?: QdrantOptions, clientOptions: object = {}): AnyClient {
  return instrumentQdrant(
    new QdrantClient({ url: mock.url, checkCompatibility: false, ...clientOptions }),
    options,
  );
}

interface Case {
  readonly title: string;
  readonly method: string;
  readonly args: readonly unknown[];
  readonly answer?: MockAnswer;
  readonly name: string;
  readonly attributes: object;
}

const vector = [0.25, 0.5];

const CASES: readonly Case[] = [
  {
    title: 'a search with every argument worth telling',
    method: 'query',
    args: [
      'docs',
      {
        query: vector,
        limit: 5,
        score_threshold: 0.3,
        using: 'text',
        filter: { must: [{ key: 'city', match: { value: 'Berlin' } }] },
        prefetch: [{ query: vector }, { query: vector }],
        params: { exact: true, hnsw_ef: 128 },
        with_payload: ['city'],
        with_vector: false,
        consistency: 'quorum',
      },
    ],
    answer: ok({
      points: [
        { id: 1, score: 0.9 },
        { id: 2, score: -0.5 },
        { id: 3, score: 0.1 },
      ],
    }),
    name: 'query docs',
    attributes: {
      'qdrant.query.limit': 5,
      'qdrant.query.score_threshold': 0.3,
      'qdrant.query.vector_name': 'text',
      'qdrant.query.kind': 'nearest',
      'qdrant.query.filtered': true,
      'qdrant.query.prefetches': 2,
      'qdrant.query.exact': true,
      'qdrant.query.hnsw_ef': 128,
      'qdrant.query.with_payload': true,
      'qdrant.query.with_vector': false,
      'qdrant.read.consistency': 'quorum',
      'db.response.returned_rows': 3,
      'qdrant.response.score_min': -0.5,
      'qdrant.response.score_max': 0.9,
      'qdrant.server.duration': 0.002,
    },
  },
  {
    title: 'kinds of query',
    method: 'query',
    args: ['docs', { query: { recommend: { positive: [1] } } }],
    answer: ok({ points: [] }),
    name: 'query docs',
    attributes: { 'qdrant.query.kind': 'recommend', 'db.response.returned_rows': 0 },
  },
  {
    title: 'a batch of two is a batch',
    method: 'queryBatch',
    args: ['docs', { searches: [{ query: vector }, { query: vector }] }],
    answer: ok([
      { points: [{ id: 1, score: 0.5 }] },
      {
        points: [
          { id: 2, score: 0.7 },
          { id: 3, score: 0.6 },
        ],
      },
    ]),
    name: 'BATCH query docs',
    attributes: {
      'db.operation.name': 'BATCH query',
      'db.operation.batch.size': 2,
      'db.response.returned_rows': 3,
      'qdrant.response.score_max': 0.7,
    },
  },
  {
    title: 'a batch of one is no batch',
    method: 'queryBatch',
    args: ['docs', { searches: [{ query: vector }] }],
    answer: ok([{ points: [] }]),
    name: 'query docs',
    attributes: { 'db.operation.name': 'query', 'db.operation.batch.size': undefined },
  },
  {
    title: 'a batch of none has size 0',
    method: 'queryBatch',
    args: ['docs', { searches: [] }],
    answer: ok([]),
    name: 'BATCH query docs',
    attributes: { 'db.operation.batch.size': 0, 'db.response.returned_rows': 0 },
  },
  {
    title: 'a batch of one kind of change',
    method: 'batchUpdate',
    args: [
      'docs',
      {
        operations: [
          { set_payload: { payload: {}, points: [1] } },
          { set_payload: { payload: {}, points: [2, 3] } },
        ],
      },
    ],
    answer: ok([{ status: 'completed' }, { status: 'wait_timeout' }]),
    name: 'BATCH setPayload docs',
    attributes: {
      'db.operation.batch.size': 2,
      'qdrant.request.points': 3,
      'qdrant.update.status': 'wait_timeout',
    },
  },
  {
    title: 'a batch of mixed changes',
    method: 'batchUpdate',
    args: [
      'docs',
      { operations: [{ upsert: { batch: { ids: [1, 2], vectors: [] } } }, { delete: { points: [1] } }] },
    ],
    answer: ok([{ status: 'completed' }, { status: 'completed' }]),
    name: 'BATCH docs',
    attributes: {
      'db.operation.name': 'BATCH',
      'qdrant.request.points': 3,
      'qdrant.update.status': 'completed',
    },
  },
  {
    title: 'points of an upsert are no batch',
    method: 'upsert',
    args: [
      'docs',
      {
        ordering: 'strong',
        points: [
          { id: 1, vector },
          { id: 2, vector },
        ],
      },
    ],
    answer: ok({ operation_id: 1, status: 'completed' }),
    name: 'upsert docs',
    attributes: {
      'db.operation.batch.size': undefined,
      'qdrant.request.points': 2,
      'qdrant.write.wait': true,
      'qdrant.write.ordering': 'strong',
      'qdrant.update.status': 'completed',
    },
  },
  {
    title: 'an upsert in columns',
    method: 'upsert',
    args: ['docs', { wait: false, batch: { ids: [1, 2, 3], vectors: [vector, vector, vector] } }],
    answer: ok({ operation_id: 1, status: 'acknowledged' }),
    name: 'upsert docs',
    attributes: {
      'qdrant.request.points': 3,
      'qdrant.write.wait': false,
      'qdrant.update.status': 'acknowledged',
    },
  },
  {
    title: 'wait_timeout inside a 200',
    method: 'delete',
    args: ['docs', { filter: {}, wait: true }],
    answer: ok({ operation_id: 1, status: 'wait_timeout' }),
    name: 'delete docs',
    attributes: { 'qdrant.update.status': 'wait_timeout', 'qdrant.query.filtered': true },
  },
  {
    title: 'points by id',
    method: 'retrieve',
    args: ['docs', { ids: [1, 2, 3] }],
    answer: ok([{ id: 1 }, { id: 2 }]),
    name: 'retrieve docs',
    attributes: {
      'qdrant.request.points': 3,
      'db.response.returned_rows': 2,
      'qdrant.query.with_payload': true,
    },
  },
  {
    title: 'a page of a scroll',
    method: 'scroll',
    args: ['docs'],
    answer: ok({ points: [{ id: 1 }], next_page_offset: 2 }),
    name: 'scroll docs',
    attributes: { 'qdrant.query.limit': 10, 'db.response.returned_rows': 1 },
  },
  {
    title: 'groups',
    method: 'queryGroups',
    args: ['docs', { query: vector, group_by: 'city', group_size: 2, limit: 3 }],
    answer: ok({
      groups: [
        { id: 'a', hits: [{ score: 1 }, { score: 0.5 }] },
        { id: 'b', hits: [{ score: 0.25 }] },
      ],
    }),
    name: 'queryGroups docs',
    attributes: {
      'qdrant.query.group_size': 2,
      'db.response.returned_rows': 3,
      'qdrant.response.score_min': 0.25,
    },
  },
  {
    title: 'a facet',
    method: 'facet',
    args: ['docs', { key: 'city', limit: 4 }],
    answer: ok({ hits: [{ value: 'Berlin', count: 3 }] }),
    name: 'facet docs',
    attributes: { 'qdrant.query.limit': 4, 'db.response.returned_rows': 1 },
  },
  {
    title: 'a matrix',
    method: 'searchMatrixOffsets',
    args: ['docs', { sample: 10, limit: 2 }],
    answer: ok({ offsets_row: [0], offsets_col: [1], scores: [0.5, 0.75], ids: [1, 2] }),
    name: 'searchMatrixOffsets docs',
    attributes: { 'db.response.returned_rows': 2, 'qdrant.response.score_max': 0.75 },
  },
  {
    title: 'what the server has used',
    method: 'count',
    args: ['docs'],
    answer: ok(
      { count: 3 },
      {
        usage: {
          hardware: {
            cpu: 7,
            payload_io_read: 1,
            payload_io_write: 0,
            payload_index_io_read: 2,
            payload_index_io_write: 0,
            vector_io_read: 64,
            vector_io_write: 0,
          },
          inference: { models: { 'all-MiniLM': { tokens: 12 }, bm25: { tokens: 3 } } },
        },
      },
    ),
    name: 'count docs',
    attributes: {
      'qdrant.usage.cpu': 7,
      'qdrant.usage.payload_index_io_read': 2,
      'qdrant.usage.vector_io_read': 64,
      'qdrant.usage.inference_models': ['all-MiniLM', 'bm25'],
      'qdrant.usage.inference_tokens': 15,
      'qdrant.query.exact': true,
      'db.response.returned_rows': undefined,
    },
  },
];

test.each(CASES)('$title', async ({ method, args, answer, name, attributes }) => {
  if (answer !== undefined) mock.answer = () => answer;
  await createClient()[method](...args);
  const span = telemetry.take();
  expect(span.name).toBe(name);
  for (const [key, value] of Object.entries(attributes))
    expect([key, span.attributes[key]]).toEqual([key, value]);
});

test('recreateCollection is one span that shows both requests', async () => {
  await createClient().recreateCollection('docs', { vectors: { size: 2, distance: 'Dot' } });
  const span = telemetry.take();
  expect(span.name).toBe('recreateCollection docs');
  expect(span.events.map(({ name, attributes }) => [name, attributes?.['db.operation.name']])).toEqual([
    ['qdrant.request', 'deleteCollection'],
    ['qdrant.request', 'createCollection'],
  ]);
  expect(span.attributes).toMatchObject({ 'qdrant.request.count': 2, 'qdrant.server.duration': 0.004 });
  for (const { headers } of mock.requests)
    expect(idsOf(headers.traceparent)).toMatchObject({ spanId: span.spanContext().spanId });
});

test('recreateCollection that fails half-way is one failed span', async () => {
  mock.answer = ({ method }) =>
    method === 'PUT' ? { status: 400, body: { status: { error: 'Wrong input' } } } : ok(true);
  await expect(createClient().recreateCollection('docs', {})).rejects.toThrow('Bad Request');
  const span = telemetry.take();
  expect(span.attributes).toMatchObject({
    'error.type': '400',
    'qdrant.request.count': 2,
    'qdrant.server.duration': 0.002,
  });
  expect(span.events.map(({ attributes }) => attributes?.['db.operation.name'])).toEqual([
    'deleteCollection',
    'createCollection',
  ]);
});

describe('what the app sees', () => {
  test('the promise of a method is the very one that the client made', async () => {
    const { scroll } = QdrantClient.prototype;
    const made: unknown[] = [];
    QdrantClient.prototype.scroll = function (...args) {
      const promise = Reflect.apply(scroll, this, args);
      made.push(promise);
      return promise;
    };
    try {
      const promise = createClient().scroll('docs');
      expect(made).toEqual([promise]);
      expect(made[0]).toBe(promise);
      await promise;
      expect(telemetry.take().name).toBe('scroll docs');
    } finally {
      QdrantClient.prototype.scroll = scroll;
    }
  });

  /** Microtask turns from the answer to the app's continuation. */
  async function turns(
    instrumented: boolean,
    call: (client: AnyClient) => Promise<unknown>,
  ): Promise<number> {
    const client: AnyClient = new QdrantClient({ url: mock.url, checkCompatibility: false });
    let settle = (_: unknown): void => {};
    const answer = new Promise((resolve) => {
      settle = resolve;
    });
    for (const name of ['getCollection', 'scrollPoints', 'deleteCollection', 'createCollection'])
      client._openApiClient[name] = () => answer;
    if (instrumented) instrumentQdrant(client);
    let done = false;
    const finished = call(client).then(
      () => {
        done = true;
      },
      () => {
        done = true;
      },
    );
    settle({ ok: true, data: { result: true, time: 0, status: 'ok' } });
    let count = 0;
    for (; !done && count < 50; count++) await undefined;
    await finished;
    return count;
  }

  test.each([
    ['a method', (client: AnyClient) => client.scroll('docs'), 0],
    ['a method with two requests', (client: AnyClient) => client.recreateCollection('docs', {}), 0],
    // Their promise would be taken for handled, were it watched; so theirs is another, one turn later.
    ['a function of api()', (client: AnyClient) => client.api().getCollection({}), 1],
    ['wrong arguments', (client: AnyClient) => client.query('docs'), 1],
  ] as const)('%s continues in the same turn', async (_, call, more) => {
    expect((await turns(true, call)) - (await turns(false, call))).toBe(more);
  });

  test('the same error object', async () => {
    const error = new TypeError('mine');
    const client = createClient();
    const thrown = await client
      .upsert('docs', {
        points: {
          toJSON() {
            throw error;
          },
        },
      })
      .catch((reason: unknown) => reason);
    expect(thrown).toBe(error);
    expect(telemetry.take().status.message).toBeUndefined();
  });

  test('a rejection that nobody handles is still one', async () => {
    mock.answer = () => ({ status: 404, body: { status: { error: 'Not found' } } });
    const client = createClient();
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      for (const call of [
        () => client.getCollection('docs'),
        () => client.api().getCollection({ collection_name: 'docs' }),
        () => client.query('docs'),
      ]) {
        const unhandled = new Promise((resolve) => process.once('unhandledRejection', resolve));
        void call();
        expect(await unhandled).toBeInstanceOf(Error);
      }
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
    expect(telemetry.spans.length).toBe(3);
  });

  test('functions keep their name, length and Error', () => {
    const bare: AnyClient = new QdrantClient({ url: mock.url, checkCompatibility: false });
    const client = createClient();
    expect(client.query).not.toBe(bare.query);
    expect(client.query.name).toBe('query');
    expect(client.query.length).toBe(bare.query.length);
    expect(Object.keys(client)).toEqual(Object.keys(bare));
    expect(typeof client.api().queryPoints.Error).toBe('function');
    expect(client.api()).toBe(client.api());
  });
});

test('wrong arguments are a failed span without a request', async () => {
  await expect(createClient().query('docs')).rejects.toThrow(TypeError);
  expect(mock.requests).toEqual([]);
  const span = telemetry.take();
  expect(span.name).toBe('query docs');
  expect(span.attributes['error.type']).toBe('TypeError');
  expect(span.status.message).toMatch(/^Cannot destructure/);
});

test('an answer without a result fails the call and its span', async () => {
  mock.answer = () => ({ body: { status: 'ok', time: 0.1 } });
  const client = createClient();
  await expect(client.getCollections()).rejects.toThrow('Result came uninitialized');
  expect(telemetry.take().status.message).toBe('Result came uninitialized');
  expect(await client.createSnapshot('docs')).toBeNull();
  expect(telemetry.take().status.code).toBe(0);
});

test('a client whose api() cannot be wrapped is traced by its methods', async () => {
  const client: AnyClient = new QdrantClient({ url: mock.url, checkCompatibility: false });
  Object.freeze(client._openApiClient);
  instrumentQdrant(client);
  expect(await client.count('docs')).toBe(true);
  expect(telemetry.take().name).toBe('count docs');
  mock.answer = () => ({ status: 404, body: { status: { error: 'gone' } } });
  await expect(client.count('docs')).rejects.toThrow('Not Found');
  expect(telemetry.take().attributes['error.type']).toBe('404');
});

test('a method that no table knows is traced with all its requests', async () => {
  const next = Object.create(Object.prototype, {
    ...Object.getOwnPropertyDescriptors(QdrantClient.prototype),
    compact: {
      async value(this: QdrantClient, collection: string): Promise<number> {
        await this.getCollection(collection);
        await Promise.resolve();
        await this.count(collection);
        return 42;
      },
    },
  });
  const client: AnyClient = instrumentQdrant(
    Object.setPrototypeOf(new QdrantClient({ url: mock.url, checkCompatibility: false }), next),
  );
  expect(await client.compact('docs')).toBe(42);
  expect(telemetry.spans.map(({ name }) => name)).toContain(`compact 127.0.0.1:${mock.port}`);
  expect(mock.requests.length).toBe(2);
});

test('a propagator that throws costs no span', async () => {
  const inject = vi.spyOn(propagation, 'inject').mockImplementation(() => {
    throw new Error('a fault of the app');
  });
  try {
    expect(await createClient().count('docs')).toBe(true);
  } finally {
    inject.mockRestore();
  }
  expect(telemetry.take().name).toBe('count docs');
  expect(mock.requests[0]!.headers.traceparent).toBeUndefined();
});

test('suppressed tracing makes no span and adds no header', async () => {
  const client = createClient();
  await context.with(suppressTracing(context.active()), () => client.count('docs'));
  expect(telemetry.spans).toEqual([]);
  expect(mock.requests[0]!.headers.traceparent).toBeUndefined();
});

test('the span is a child of the active one', async () => {
  const client = createClient();
  const parent = trace.getTracer('test').startSpan('parent');
  await context.with(trace.setSpan(context.active(), parent), () => client.count('docs'));
  const span = telemetry.take();
  expect(span.parentSpanContext?.spanId).toBe(parent.spanContext().spanId);
});

test('headers that the app gives to api() stay', async () => {
  const client = createClient();
  await client.api().getCollections({}, { headers: { 'x-app': '1' } });
  await client.api().getCollections({}, { headers: new Headers({ 'x-app': '2' }) });
  await client.api().getCollections({}, { headers: [['x-app', '3']] });
  expect(mock.requests.map(({ headers }) => headers['x-app'])).toEqual(['1', '2', '3']);
  expect(mock.requests.map(({ headers }) => idsOf(headers.traceparent).spanId)).toEqual(
    telemetry.spans.map((span) => span.spanContext().spanId),
  );
});

describe('options', () => {
  test.each([
    ['everywhere', 'count docs', 'docs'],
    ['attribute', 'count', 'docs'],
    ['nowhere', 'count', undefined],
  ] as const)('collectionName: %s', async (collectionName, name, attribute) => {
    await createClient({ collectionName }).count('docs');
    const span = telemetry.take();
    expect(span.name).toBe(name);
    expect(span.attributes['db.collection.name']).toBe(attribute);
  });

  test("collectionName: nowhere takes it out of the server's reason, too", async () => {
    mock.answer = () => ({
      status: 404,
      body: { status: { error: "Not found: Collection `docs` doesn't exist!" } },
    });
    await createClient({ collectionName: 'nowhere' })
      .count('docs')
      .catch(() => {});
    const { name, attributes, status } = telemetry.take();
    expect(status.message).toBe("Not found: Collection `?` doesn't exist!");
    expect(JSON.stringify([name, attributes])).not.toContain('docs');
  });

  test('requireParentSpan', async () => {
    const client = createClient({ requireParentSpan: true });
    await client.count('docs');
    expect(telemetry.spans).toEqual([]);
    const parent = trace.getTracer('test').startSpan('parent');
    await context.with(trace.setSpan(context.active(), parent), () => client.count('docs'));
    expect(telemetry.take().name).toBe('count docs');
    const none = trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
    await context.with(trace.setSpan(context.active(), none), () => client.count('docs'));
    expect(telemetry.spans).toEqual([]);
  });

  test('queryText: shape', async () => {
    await createClient({ queryText: 'shape' }).query('docs', {
      query: vector,
      filter: { must: [{ key: 'city', match: { value: 'Berlin' } }] },
    });
    expect(telemetry.take().attributes['db.query.text']).toBe(
      '{"query":"?","filter":{"must":[{"key":"city","match":{"value":"?"}}]}}',
    );
  });

  test('a value that is not allowed', () => {
    expect(() => createClient({ queryText: 'full' as 'shape' })).toThrow(
      "the option queryText is 'full'; allowed are 'off', 'shape'",
    );
    expect(() => createClient({ querytext: 'shape' } as object)).toThrow(
      'there is no option querytext; there are httpSpans, collectionName, queryText, requireParentSpan',
    );
    expect(() => createClient('shape' as never)).toThrow(
      "options are an object, such as { queryText: 'shape' }",
    );
  });
});

test.each([undefined, null, 'http://localhost:6333', {}, () => {}, class {}])(
  'instrumentQdrant(%s) says what it wants',
  (value) => {
    expect(() => instrumentQdrant(value as object)).toThrow('expected a QdrantClient');
  },
);
