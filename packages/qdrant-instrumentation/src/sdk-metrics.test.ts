/** The histograms on their way through `initTracing(…, { metrics: true })`, from a real process. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type QdrantStandIn, startQdrantStandIn } from '@uat/qdrant-stand-in';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type MetricsBackend,
  startMetricsBackend,
} from '../../tracing-sdk/src/metrics/metrics-backend.fixture.ts';

const APP = fileURLToPath(new URL('../test/fixtures/metrics-app.mjs', import.meta.url));

let qdrant: QdrantStandIn;
let backend: MetricsBackend;
beforeAll(async () => {
  [qdrant, backend] = await Promise.all([startQdrantStandIn(), startMetricsBackend()]);
});
afterAll(async () => {
  await qdrant.close();
  await backend.close();
});

test('durations and rows by operation and collection, failures by their status, with exemplars', async () => {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [APP], {
    env: {
      ...inherited,
      QDRANT: qdrant.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: backend.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOG_LEVEL: 'warn',
    },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const [code] = await once(child, 'close');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  const common = { 'db.system.name': 'qdrant', 'server.address': '127.0.0.1', 'server.port': qdrant.port };
  const duration = backend.metric('db.client.operation.duration');
  expect(duration).toMatchObject({ kind: 'histogram', unit: 's' });
  expect(duration.points.map(({ attributes, count }) => ({ ...attributes, count }))).toEqual([
    { ...common, 'db.operation.name': 'createCollection', 'db.collection.name': 'docs', count: 1 },
    { ...common, 'db.operation.name': 'upsert', 'db.collection.name': 'docs', count: 1 },
    { ...common, 'db.operation.name': 'query', 'db.collection.name': 'docs', count: 3 },
    {
      ...common,
      'db.operation.name': 'query',
      'db.collection.name': 'nowhere',
      'error.type': '404',
      'db.response.status_code': '404',
      count: 1,
    },
  ]);
  expect(duration.points[0]?.bounds).toEqual([0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);

  const rows = backend.metric('db.client.response.returned_rows');
  expect(
    rows.points.map(({ attributes, count, sum }) => [attributes['db.operation.name'], count, sum]),
  ).toEqual([['query', 3, 6]]);

  const queries = backend.spans.filter(({ name }) => name === 'query docs').map(({ spanId }) => spanId);
  expect(queries).toHaveLength(3);
  const exemplars = duration.points[2]?.exemplars ?? [];
  expect(exemplars.length).toBeGreaterThan(0);
  for (const { spanId } of exemplars) expect(queries).toContain(spanId);
});
