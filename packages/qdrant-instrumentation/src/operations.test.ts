/** Fails when a client has a method that the table does not know. */
import { QdrantClient as GrpcClient } from '@qdrant/js-client-grpc';
import { describe, expect, test } from 'vitest';
import { type AnyClient, apiFunctions, methodsOf } from '../test/client-calls.ts';
import { CLIENTS } from '../test/clients.ts';
import { GRPC_METHODS, REST_METHODS, REST_REQUESTS } from './operations.ts';

describe.each(CLIENTS)('REST client $version', ({ QdrantClient }) => {
  const client = new QdrantClient({ checkCompatibility: false });

  test('every method of the class has an entry', () => {
    expect(methodsOf(QdrantClient).filter((name) => REST_METHODS[name] === undefined)).toEqual([]);
  });

  test('every function of api() has an entry', () => {
    const names = apiFunctions(client._openApiClient).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => REST_REQUESTS[name] === undefined)).toEqual([]);
  });
});

test('every function of the gRPC client has an entry', () => {
  const client: AnyClient = new GrpcClient({ checkCompatibility: false });
  const missing: string[] = [];
  for (const service of ['collections', 'points', 'snapshots', 'service']) {
    for (const name of Object.keys(client.api(service))) {
      if (GRPC_METHODS[service]?.[name] === undefined) missing.push(`${service}.${name}`);
    }
  }
  expect(missing).toEqual([]);
});

test('every request of a method has an entry', () => {
  const requests = Object.values(REST_METHODS).flatMap((method) => method!.requests);
  expect(requests.filter((name) => REST_REQUESTS[name] === undefined)).toEqual([]);
});
