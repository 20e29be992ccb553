import { context, trace } from '@opentelemetry/api';
import { QdrantClient as GrpcClient } from '@qdrant/js-client-grpc';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { CLIENTS } from '../test/clients.ts';
import { type MockQdrant, startMockQdrant } from '../test/mock-qdrant.ts';
import { startMockGrpc } from '../test/mock-qdrant-grpc.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';
import { parseRetryAfter } from './retry-after.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
  telemetry = recordTelemetry();
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

test('a call of the same trace that is told no wait does not take that of another', async () => {
  mock.answer = ({ url }) => ({
    status: 429,
    body: { status: { error: 'Rate limiting exceeded' } },
    ...(url.endsWith('/told') ? { headers: { 'retry-after': '30' } } : {}),
  });
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
  const parent = trace.getTracer('test').startSpan('parent');
  await context.with(trace.setSpan(context.active(), parent), () =>
    Promise.allSettled(['told', 'untold'].map((collection) => client.getCollection(collection))),
  );
  const waits = telemetry.spans
    .splice(0)
    .map(({ attributes }) => [attributes['db.collection.name'], attributes['qdrant.response.retry_after']]);
  expect(Object.fromEntries(waits)).toEqual({ told: 30, untold: undefined });
});

test.each(CLIENTS)('client $version: the wait of each of several calls at once', async ({ QdrantClient }) => {
  mock.answer = ({ url }) => ({
    status: 429,
    body: { status: { error: 'Rate limiting exceeded' } },
    headers: { 'retry-after': url.split('/').at(-1)! },
  });
  const client = instrumentQdrant(
    new QdrantClient({ url: mock.url, checkCompatibility: false, maxConnections: 2 }),
  );
  // Another client's request, limited too.
  await fetch(`${mock.url}/99`, { headers: { traceparent: `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01` } });
  const waits = ['30', '7', '120', '1', '45', '60'];
  await Promise.allSettled(waits.map((wait) => client.getCollection(wait)));
  const found = telemetry.spans
    .splice(0)
    .map(({ attributes }) => [
      attributes['db.collection.name'],
      attributes['qdrant.response.retry_after'],
      attributes['error.type'],
    ]);
  expect(found.sort()).toEqual(waits.map((wait) => [wait, Number(wait), '429']).sort());
});

test('over gRPC', async () => {
  const grpc = await startMockGrpc();
  grpc.answer = () => ({ status: 8, statusMessage: 'slow down', headers: { 'retry-after': '30' } });
  const client: AnyClient = instrumentQdrant(new GrpcClient({ port: grpc.port, checkCompatibility: false }));
  await expect(client.api('points').count({ collectionName: 'docs' })).rejects.toThrow('slow down');
  const span = telemetry.take();
  expect(span.attributes).toMatchObject({
    'error.type': 'RESOURCE_EXHAUSTED',
    'db.response.status_code': 'RESOURCE_EXHAUSTED',
    'qdrant.response.retry_after': 30,
  });
  expect(span.status.message).toBe('slow down');
  await grpc.close();
});

test.each([
  ['30', 30],
  [' 5 ', 5],
  ['Mon, 23 Nov 2026 12:00:30 GMT', 30],
  ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
  ['soon', undefined],
])('%s', (value, seconds) => {
  expect(parseRetryAfter(value, Date.parse('2026-11-23T12:00:00Z'))).toBe(seconds);
});
