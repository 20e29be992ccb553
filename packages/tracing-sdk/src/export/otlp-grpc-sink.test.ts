import * as grpc from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { finishedSpan } from '../testing/finished-span.ts';
import { startGrpcBackend as backend, closeBackends } from './otlp-grpc-backend.fixture.ts';
import { createOtlpGrpcSink } from './otlp-grpc-sink.ts';
import { protobufEncoding } from './otlp-trace-encoding.ts';

afterEach(closeBackends);

function sink(url: string) {
  return createOtlpGrpcSink({
    url,
    encoding: protobufEncoding,
    headers: { authorization: 'Bearer abc' },
    compression: 'gzip',
    timeoutMillis: 5_000,
    tls: {},
    appDirectory: process.cwd(),
  });
}

const batch = Array.from({ length: 50 }, () => finishedSpan());

describe('OTLP over gRPC', () => {
  test('a batch arrives whole, with the headers as metadata', async () => {
    const { url, got } = await backend((callback) => callback(null, Buffer.alloc(0)));
    const to = sink(url);
    const { payload } = to.encode(batch);
    expect(await to.send(payload)).toEqual({ kind: 'delivered', rejected: 0 });
    expect(got[0]?.authorization).toBe('Bearer abc');
    expect(got[0]?.body.equals(payload)).toBe(true);
    await to.shutdown();
  });

  test.each([
    { name: 'UNAVAILABLE', code: grpc.status.UNAVAILABLE, kind: 'retry' },
    { name: 'RESOURCE_EXHAUSTED', code: grpc.status.RESOURCE_EXHAUSTED, kind: 'retry' },
    { name: 'UNAUTHENTICATED', code: grpc.status.UNAUTHENTICATED, kind: 'refused' },
    { name: 'INVALID_ARGUMENT', code: grpc.status.INVALID_ARGUMENT, kind: 'refused' },
  ])('$name means $kind', async ({ code, kind }) => {
    const { url } = await backend((callback) => callback({ code, details: 'said so' }));
    const to = sink(url);
    expect(await to.send(to.encode(batch).payload)).toMatchObject({ kind, reason: `gRPC ${code} said so` });
    await to.shutdown();
  });

  test('a partial success is read', async () => {
    const { url } = await backend((callback) =>
      callback(null, Buffer.from([0x0a, 7, 0x08, 3, 0x12, 3, ...Buffer.from('old')])),
    );
    const to = sink(url);
    expect(await to.send(to.encode(batch).payload)).toEqual({
      kind: 'delivered',
      rejected: 3,
      message: 'old',
    });
    await to.shutdown();
  });

  test('nobody listens', async () => {
    const to = sink('http://127.0.0.1:1');
    expect(await to.send(to.encode(batch).payload)).toMatchObject({ kind: 'retry', unreachable: true });
    await to.shutdown();
  });
});
