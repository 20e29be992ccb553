import { metrics } from '@opentelemetry/api';
import { METRIC_DB_CLIENT_OPERATION_DURATION } from '@opentelemetry/semantic-conventions';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type MockQdrant, ok, startMockQdrant } from '../test/mock-qdrant.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

test('a meter provider that comes late is found', async () => {
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
  await client.count('docs');
  telemetry = recordTelemetry();
  await client.count('docs');
  const [duration, ...others] = await telemetry.measurements();
  expect(others).toEqual([]);
  expect(duration).toMatchObject({
    metric: METRIC_DB_CLIENT_OPERATION_DURATION,
    unit: 's',
    count: 1,
    boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
    attributes: {
      'db.system.name': 'qdrant',
      'db.operation.name': 'count',
      'db.collection.name': 'docs',
      'server.address': '127.0.0.1',
      'server.port': mock.port,
    },
  });
  const [span] = telemetry.spans.splice(0);
  // Read one after the other: a busy machine may stop us in between.
  const difference = duration!.sum - (span!.duration[0] + span!.duration[1] / 1e9);
  expect(Math.abs(difference)).toBeLessThan(0.25);
  expect(metrics.getMeterProvider()).toBeDefined();
});

test('rows, failures, and a wait that ran out', async () => {
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }), {
    collectionName: 'attribute',
  });
  mock.answer = () =>
    ok({
      points: [
        { id: 1, score: 1 },
        { id: 2, score: 1 },
      ],
    });
  await client.query('docs', { query: [1] });
  mock.answer = () => ({ status: 404, body: { status: { error: 'no' } } });
  await client.query('docs', { query: [1] }).catch(() => {});
  mock.answer = () => ok({ operation_id: 1, status: 'wait_timeout' });
  await client.upsert('docs', { points: [] });
  const found = (await telemetry.measurements()).map(({ metric, attributes, sum, count }) => ({
    metric: metric.replace('db.client.', ''),
    operation: attributes['db.operation.name'],
    collection: attributes['db.collection.name'],
    error: attributes['error.type'],
    status: attributes['db.response.status_code'],
    update: attributes['qdrant.update.status'],
    value: metric.endsWith('rows') ? sum : count,
  }));
  const common = { collection: undefined, error: undefined, status: undefined, update: undefined };
  expect(found).toEqual([
    { ...common, metric: 'operation.duration', operation: 'query', value: 1 },
    { ...common, metric: 'operation.duration', operation: 'query', error: '404', status: '404', value: 1 },
    { ...common, metric: 'operation.duration', operation: 'upsert', update: 'wait_timeout', value: 1 },
    { ...common, metric: 'response.returned_rows', operation: 'query', value: 2 },
  ]);
});
