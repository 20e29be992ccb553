import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import {
  FacetResponseSchema,
  PointsOperationResponseSchema,
  QdrantClient,
  QueryBatchResponseSchema,
  QueryGroupsResponseSchema,
  QueryResponseSchema,
  UpdateBatchResponseSchema,
  UpdateStatus,
} from '@qdrant/js-client-grpc';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { type MockGrpc, startMockGrpc } from '../test/mock-qdrant-grpc.ts';
import { idsOf, type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';

let mock: MockGrpc;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockGrpc();
  telemetry = recordTelemetry();
});
afterEach(() => {
  telemetry.spans.length = 0;
  mock.requests.length = 0;
  mock.answer = () => ({});
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

function createClient(options: object = {}): AnyClient {
  return instrumentQdrant(new QdrantClient({ port: mock.port, checkCompatibility: false, ...options }));
}

function message<Schema extends GenMessage<never>>(
  schema: Schema,
  fields: MessageInitShape<Schema>,
): Uint8Array {
  return toBinary(schema, create(schema, fields) as never);
}

const any = (schema: unknown, fields: object): Uint8Array =>
  message(schema as GenMessage<never>, fields as never);
const id = (num: bigint): object => ({ pointIdOptions: { case: 'num', value: num } });

test.each([
  {
    title: 'a search with every argument worth telling',
    method: 'query',
    args: {
      collectionName: 'docs',
      query: { variant: { case: 'orderBy', value: { key: 'n' } } },
      prefetch: [{}, {}],
      using: 'text',
      limit: 5n,
      scoreThreshold: 0.5,
      filter: { must: [] },
      params: { hnswEf: 64n, exact: true },
      withPayload: { selectorOptions: { case: 'enable', value: false } },
      withVectors: { selectorOptions: { case: 'include', value: { names: ['text'] } } },
      readConsistency: { value: { case: 'type', value: 1 } },
    },
    answer: any(QueryResponseSchema, {
      time: 0.25,
      result: [{ score: 0.5 }, { score: 0.75 }],
      usage: { hardware: { cpu: 3n, vectorIoRead: 64n }, inference: { models: { bm25: { tokens: 7n } } } },
    }),
    name: 'query docs',
    attributes: {
      'qdrant.query.kind': 'order_by',
      'qdrant.query.limit': 5,
      'qdrant.query.score_threshold': 0.5,
      'qdrant.query.vector_name': 'text',
      'qdrant.query.prefetches': 2,
      'qdrant.query.filtered': true,
      'qdrant.query.exact': true,
      'qdrant.query.hnsw_ef': 64,
      'qdrant.query.with_payload': false,
      'qdrant.query.with_vector': true,
      'qdrant.read.consistency': 'majority',
      'qdrant.server.duration': 0.25,
      'db.response.returned_rows': 2,
      'qdrant.response.score_min': 0.5,
      'qdrant.response.score_max': 0.75,
      'qdrant.usage.cpu': 3,
      'qdrant.usage.vector_io_read': 64,
      'qdrant.usage.inference_tokens': 7,
    },
  },
  {
    title: 'a batch',
    method: 'queryBatch',
    args: {
      collectionName: 'docs',
      queryPoints: [{ collectionName: 'docs' }, { collectionName: 'docs' }, { collectionName: 'docs' }],
    },
    answer: any(QueryBatchResponseSchema, {
      result: [{ result: [{ score: 1 }] }, { result: [] }, { result: [{ score: 0.5 }] }],
    }),
    name: 'BATCH query docs',
    attributes: {
      'db.operation.batch.size': 3,
      'db.response.returned_rows': 2,
      'qdrant.response.score_min': 0.5,
    },
  },
  {
    title: 'groups',
    method: 'queryGroups',
    args: { collectionName: 'docs', groupBy: 'city', groupSize: 2n },
    answer: any(QueryGroupsResponseSchema, {
      result: { groups: [{ hits: [{ score: 1 }, { score: 0.5 }] }] },
    }),
    name: 'queryGroups docs',
    attributes: { 'qdrant.query.group_size': 2, 'db.response.returned_rows': 2 },
  },
  {
    title: 'a facet',
    method: 'facet',
    args: { collectionName: 'docs', key: 'city' },
    answer: any(FacetResponseSchema, { hits: [{ count: 3n }, { count: 1n }] }),
    name: 'facet docs',
    attributes: { 'db.response.returned_rows': 2 },
  },
  {
    title: 'an upsert',
    method: 'upsert',
    args: {
      collectionName: 'docs',
      wait: true,
      ordering: { type: 2 },
      points: [{ id: id(1n) }, { id: id(2n) }],
    },
    answer: any(PointsOperationResponseSchema, { result: { status: UpdateStatus.WaitTimeout }, time: 0.5 }),
    name: 'upsert docs',
    attributes: {
      'qdrant.request.points': 2,
      'qdrant.write.wait': true,
      'qdrant.write.ordering': 'strong',
      'qdrant.update.status': 'wait_timeout',
    },
  },
  {
    title: 'a deletion by id',
    method: 'delete',
    args: {
      collectionName: 'docs',
      points: { pointsSelectorOneOf: { case: 'points', value: { ids: [id(1n), id(2n), id(3n)] } } },
    },
    answer: any(PointsOperationResponseSchema, { result: { status: UpdateStatus.Acknowledged } }),
    name: 'delete docs',
    attributes: { 'qdrant.request.points': 3, 'qdrant.update.status': 'acknowledged' },
  },
  {
    title: 'a batch of changes',
    method: 'updateBatch',
    args: {
      collectionName: 'docs',
      operations: [
        { operation: { case: 'upsert', value: { points: [{ id: id(1n) }] } } },
        { operation: { case: 'upsert', value: { points: [{ id: id(2n) }, { id: id(3n) }] } } },
      ],
    },
    answer: any(UpdateBatchResponseSchema, {
      result: [{ status: UpdateStatus.Completed }, { status: UpdateStatus.Completed }],
    }),
    name: 'BATCH upsert docs',
    attributes: {
      'db.operation.batch.size': 2,
      'qdrant.request.points': 3,
      'qdrant.update.status': 'completed',
    },
  },
])('$title', async ({ method, args, answer, name, attributes }) => {
  mock.answer = () => ({ message: answer });
  await createClient().api('points')[method](args);
  const span = telemetry.take();
  expect(span.name).toBe(name);
  for (const [key, value] of Object.entries(attributes))
    expect([key, span.attributes[key]]).toEqual([key, value]);
});

describe('errors', () => {
  test('the server says no', async () => {
    mock.answer = () => ({ status: 5, statusMessage: "Not found: Collection `docs` doesn't exist!" });
    await expect(createClient().api('collections').get({ collectionName: 'docs' })).rejects.toThrow(
      '[not_found]',
    );
    const span = telemetry.take();
    expect(span.name).toBe('collections.get docs');
    expect(span.attributes).toMatchObject({
      'error.type': 'NOT_FOUND',
      'db.response.status_code': 'NOT_FOUND',
    });
    expect(span.status).toEqual({ code: 2, message: "Not found: Collection `docs` doesn't exist!" });
  });

  test('nobody there', async () => {
    await expect(createClient({ port: 6 }).api('service').healthCheck({})).rejects.toThrow('ECONNREFUSED');
    const span = telemetry.take();
    expect(span.name).toBe('service.healthCheck 127.0.0.1:6');
    expect(span.attributes['error.type']).toBe('ECONNREFUSED');
    expect(span.attributes['db.response.status_code']).toBeUndefined();
  });

  test('a client timeout', async () => {
    mock.answer = () => ({ hang: true });
    await expect(
      createClient({ timeout: 50 }).api('points').count({ collectionName: 'docs' }),
    ).rejects.toThrow('[canceled]');
    const span = telemetry.take();
    expect(span.attributes['error.type']).toBe('CANCELLED');
    expect(span.attributes['db.response.status_code']).toBeUndefined();
    expect(span.status.message).toMatch(/^given up by the client after 0\.\d{3} s$/);
  });

  test('a message that is none', async () => {
    const bare: AnyClient = new QdrantClient({ port: mock.port, checkCompatibility: false });
    const expected = await bare
      .api('points')
      .query({ limit: 'x' })
      .catch((error: unknown) => error);
    const found = await createClient()
      .api('points')
      .query({ limit: 'x' })
      .catch((error: unknown) => error);
    expect(found).toEqual(expected);
    expect(telemetry.take().status.code).toBe(2);
  });
});

test("the app's options stay, with ours added", async () => {
  const seen: Headers[] = [];
  await createClient()
    .api('points')
    .count(
      { collectionName: 'docs' },
      { headers: { 'x-app': '1' }, onHeader: (headers: Headers) => seen.push(headers) },
    );
  // The message of the test before is refused only after its request has begun.
  const { headers } = mock.requests.find(({ path }) => path.endsWith('/Count'))!;
  expect(headers['x-app']).toBe('1');
  expect(idsOf(headers.traceparent).spanId).toBe(telemetry.take().spanContext().spanId);
  expect(seen.length).toBe(1);
});

test('the class, and instances that it has made before', async () => {
  class Own extends QdrantClient {}
  const client: AnyClient = new Own({ port: mock.port, checkCompatibility: false });
  instrumentQdrant(Own);
  instrumentQdrant(Own);
  instrumentQdrant(client);
  await client.api('points').count({ collectionName: 'docs' });
  expect(telemetry.take().name).toBe('count docs');
});
