/** One span for every call, whatever is called; prints what was counted. */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { QdrantClient as GrpcClient } from '@qdrant/js-client-grpc';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type AnyClient,
  apiFunctions,
  BATCH_NAMES,
  methodArguments,
  methodsOf,
} from '../test/client-calls.ts';
import { CLIENTS } from '../test/clients.ts';
import { type MockQdrant, startMockQdrant } from '../test/mock-qdrant.ts';
import { startMockGrpc } from '../test/mock-qdrant-grpc.ts';
import { idsOf, type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';
import { GRPC_METHODS, REST_METHODS, REST_REQUESTS } from './operations.ts';

const counted: string[] = [];
let mock: MockQdrant;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  mock = await startMockQdrant();
  telemetry = recordTelemetry();
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
  console.log(['one correct span each:', ...counted].join('\n  '));
});

/** What every successful call's span has in common. */
function expectSpan(
  name: string,
  operation: string,
  collection: boolean,
  port: number,
  headers: unknown[],
): void {
  const span = telemetry.take();
  expect(span.name).toBe(`${name} ${collection ? 'docs' : `127.0.0.1:${port}`}`);
  expect(span.kind).toBe(SpanKind.CLIENT);
  expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
  expect(span.attributes).toMatchObject({
    'db.system.name': 'qdrant',
    'db.operation.name': operation,
    'server.address': '127.0.0.1',
    'server.port': port,
    ...(collection ? { 'db.collection.name': 'docs' } : {}),
  });
  expect('db.collection.name' in span.attributes).toBe(collection);
  expect('error.type' in span.attributes).toBe(false);
  const { traceId, spanId } = span.spanContext();
  for (const traceparent of headers) expect(idsOf(traceparent)).toEqual({ traceId, spanId });
  expect(span.instrumentationScope.name).toBe('@uat/qdrant-instrumentation');
}

describe.each(CLIENTS)('REST client $version', ({ version, QdrantClient }) => {
  test('every method', async () => {
    const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
    const names = methodsOf(QdrantClient);
    for (const name of names) {
      mock.requests.length = 0;
      await client[name](...methodArguments(name));
      const operation = BATCH_NAMES[name] ?? name;
      const headers = mock.requests.map(({ headers }) => headers.traceparent);
      expect(headers.length).toBe(REST_METHODS[name]!.requests.length);
      expectSpan(operation, operation, REST_METHODS[name]!.collection, mock.port, headers);
    }
    counted.push(`REST client ${version}: ${names.length} of ${names.length} methods`);
  });

  test('every function of api()', async () => {
    const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
    const functions = apiFunctions(client._openApiClient);
    for (const { group, name } of functions) {
      mock.requests.length = 0;
      const { collection, batch } = REST_REQUESTS[name]!;
      const payload = {
        ...(collection ? { collection_name: 'docs' } : {}),
        ...(batch === undefined ? {} : { [batch]: [{}, {}] }),
      };
      await (group as AnyClient)[name](payload);
      const { single } = REST_REQUESTS[name]!;
      const operation = batch === undefined ? name : single === undefined ? 'BATCH' : `BATCH ${single}`;
      expectSpan(operation, operation, collection, mock.port, [mock.requests[0]!.headers.traceparent]);
    }
    counted.push(`REST client ${version}: ${functions.length} of ${functions.length} functions of api()`);
  });
});

test('every function of the gRPC client', async () => {
  const grpc = await startMockGrpc();
  const client: AnyClient = instrumentQdrant(new GrpcClient({ port: grpc.port, checkCompatibility: false }));
  let count = 0;
  for (const service of ['collections', 'points', 'snapshots', 'service']) {
    for (const name of Object.keys(client.api(service))) {
      const { collection, batch, single } = GRPC_METHODS[service]![name]!;
      await client.api(service)[name]({
        ...(collection ? { collectionName: 'docs' } : {}),
        ...(batch === undefined ? {} : { [batch]: [{}, {}] }),
      });
      const own = service === 'points' ? name : `${service}.${name}`;
      const operation = batch === undefined ? own : single === undefined ? 'BATCH' : `BATCH ${single}`;
      expectSpan(operation, operation, collection, grpc.port, [grpc.requests.at(-1)!.headers.traceparent]);
      count++;
    }
  }
  await grpc.close();
  expect(count).toBe(51);
  counted.push(`gRPC client 1.19: ${count} of ${count} functions`);
});
