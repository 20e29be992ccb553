/**
 * Real traffic: every method of the client against a server that really stores and searches, and the ways in which
 * calls go wrong. The server is the stand-in, or the real one that QDRANT_URL names (with QDRANT_API_KEY); what needs
 * faults on demand is then left out.
 */
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { QdrantClient } from '@qdrant/js-client-rest';
import { type FaultRule, type QdrantStandIn, startQdrantStandIn } from '@uat/qdrant-stand-in';
import {
  LifeCycleNames,
  type LifeCycleStep,
  lifeCycle,
  POINTS,
  VECTOR,
} from '@uat/qdrant-stand-in/test/client-life-cycle';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type AnyClient, BATCH_NAMES } from '../test/client-calls.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';
import { REST_METHODS } from './operations.ts';

const realUrl = process.env.QDRANT_URL || undefined;
const apiKey = process.env.QDRANT_API_KEY;
const steps = lifeCycle({ shared: realUrl !== undefined });
const names = new LifeCycleNames();
let standIn: QdrantStandIn | undefined;
let url: string;
let telemetry: RecordedTelemetry;

beforeAll(async () => {
  standIn = realUrl === undefined ? await startQdrantStandIn({ hardwareReporting: true }) : undefined;
  url = realUrl ?? standIn!.url;
  telemetry = recordTelemetry();
});
afterEach(() => {
  telemetry.spans.length = 0;
  standIn?.faults.clear();
});
afterAll(async () => {
  telemetry.stop();
  const client = plainClient();
  for (const name of names.collections) await client.deleteCollection(name);
  await standIn?.close();
});

function plainClient(options: object = {}): AnyClient {
  const key = realUrl !== undefined && apiKey ? { apiKey } : {};
  return new QdrantClient({ url, checkCompatibility: false, ...key, ...options });
}

function createClient(options: object = {}): AnyClient {
  return instrumentQdrant(plainClient(options));
}

/** The collection that the first argument names, where the method has one. */
function targetOf({ method, args }: LifeCycleStep): string {
  const { hostname, port } = new URL(url);
  return REST_METHODS[method]!.collection ? String(args(names)[0]) : `${hostname}:${port || 6333}`;
}

describe('every method', () => {
  const spans = new Map<string, ReadableSpan>();

  test.each(steps)('$method', async (step) => {
    const { method, refused, rows, updateStatus } = step;
    const target = targetOf(step);
    const error = await createClient()
      [method](...step.args(names))
      .then(
        (result: unknown) => {
          if (step.holds) expect(step.holds(result, names)).toBe(true);
          return undefined;
        },
        (reason: unknown) => reason,
      );
    const span = telemetry.take();
    const operation = BATCH_NAMES[method] ?? method;
    const isBatchOfMixedChanges = method === 'batchUpdate';
    expect(span.name).toBe(`${isBatchOfMixedChanges ? 'BATCH' : operation} ${target}`);
    expect(span.kind).toBe(SpanKind.CLIENT);
    expect(span.attributes['db.system.name']).toBe('qdrant');
    expect(span.attributes['db.collection.name']).toBe(REST_METHODS[method]!.collection ? target : undefined);
    if (refused) {
      const status = String(error?.status);
      expect(refused.map(String)).toContain(status);
      expect(span.attributes).toMatchObject({ 'error.type': status, 'db.response.status_code': status });
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.status.message).toBeTruthy();
    } else {
      expect(error).toBeUndefined();
      expect(span.status).toEqual({ code: SpanStatusCode.UNSET });
      expect('error.type' in span.attributes).toBe(false);
      // The version comes without an envelope.
      if (method !== 'versionInfo') {
        const seconds = span.attributes['qdrant.server.duration'];
        expect(seconds).toBeTypeOf('number');
        expect(seconds).toBeGreaterThanOrEqual(0);
        const [whole, nanos] = span.duration;
        expect(seconds).toBeLessThanOrEqual(whole + nanos / 1e9);
      }
      expect(span.attributes['db.response.returned_rows']).toBe(rows);
      if (updateStatus) expect(span.attributes['qdrant.update.status']).toBe(updateStatus);
    }
    spans.set(method, span);
  });

  test('there are 53, and none is left out but what a shared server forbids', () => {
    const methods = Object.getOwnPropertyNames(QdrantClient.prototype).filter(
      (name) => name !== 'constructor' && name !== 'api',
    );
    expect(methods).toHaveLength(53);
    const wanted = new Set(steps.map(({ method }) => method));
    const left = lifeCycle({ shared: false }).filter(({ method }) => !wanted.has(method));
    expect([...spans.keys(), ...left.map(({ method }) => method)].sort()).toEqual(methods.sort());
    console.log(`real traffic: one correct span each for ${spans.size} of ${methods.length} methods`);
  });

  test.skipIf(realUrl !== undefined)('what the server used is told', () => {
    const { attributes } = spans.get('query')!;
    expect(attributes['qdrant.usage.cpu']).toBe(POINTS.length * VECTOR.length);
    expect(attributes['qdrant.usage.payload_io_read']).toBeGreaterThan(0);
    expect(spans.get('upsert')!.attributes['qdrant.usage.vector_io_write']).toBeGreaterThan(0);
  });
});

describe.skipIf(realUrl !== undefined)('what goes wrong (needs faults on demand: stand-in only)', () => {
  const docs = 'faulty';

  beforeAll(async () => {
    const client = plainClient();
    await client.createCollection(docs, { vectors: { size: VECTOR.length, distance: 'Cosine' } });
    await client.upsert(docs, { points: POINTS });
  });

  /** The one span of a call that meets the fault, and what the app got. */
  async function failing(fault: FaultRule, call: (client: AnyClient) => Promise<unknown>, options?: object) {
    const active = standIn!.faults.add({ collection: docs, ...fault });
    const error = await call(createClient(options)).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(active.hits).toBe(1);
    const span = telemetry.take();
    if (error !== undefined) expect(span.status.code).toBe(SpanStatusCode.ERROR);
    return { span, error: error as AnyClient };
  }

  const query = (client: AnyClient) => client.query(docs, { query: VECTOR, limit: 3 });

  test('a change that was not finished in time is marked, though the call succeeds', async () => {
    const { span, error } = await failing({ waitTimeout: true }, (client) =>
      client.upsert(docs, { points: POINTS }),
    );
    expect(error).toBeUndefined();
    expect(span.attributes['qdrant.update.status']).toBe('wait_timeout');
    expect(span.status.code).toBe(SpanStatusCode.UNSET);
  });

  test("a rate limit tells the server's wait, not the client's first digit of it", async () => {
    const { span, error } = await failing({ answer: { status: 429, retryAfter: 30 } }, query);
    expect(error.retry_after).toBe(3);
    expect(span.attributes).toMatchObject({
      'error.type': '429',
      'db.response.status_code': '429',
      'qdrant.response.retry_after': 30,
    });
  });

  test('a rate limit without a wait', async () => {
    const { span } = await failing({ answer: { status: 429, error: 'Rate limiting exceeded: read' } }, query);
    expect(span.attributes['error.type']).toBe('429');
    expect('qdrant.response.retry_after' in span.attributes).toBe(false);
    expect(span.status.message).toContain('Rate limiting exceeded');
  });

  test('an unavailable shard', async () => {
    const reason = 'Shard temporarily unavailable: 0 replicas are active';
    const { span } = await failing({ answer: { status: 503, error: reason } }, query);
    expect(span.attributes).toMatchObject({ 'error.type': '503', 'db.response.status_code': '503' });
    expect(span.status.message).toBe(reason);
  });

  test('a connection cut before the answer', async () => {
    const { span } = await failing({ cut: 'before-answer' }, query);
    expect(span.attributes['error.type']).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
    expect('db.response.status_code' in span.attributes).toBe(false);
    expect(span.status.message).toBeTruthy();
  });

  test('a connection cut in the middle of the answer', async () => {
    const { span } = await failing({ cut: 'in-answer' }, query);
    expect(span.attributes['error.type']).toMatch(/^(UND_ERR_SOCKET|ECONNRESET)$/);
    expect(span.status.message).toBeTruthy();
  });

  test("a server too slow for the client's patience", async () => {
    const { span } = await failing({ delayMs: 3000 }, query, { timeout: 500 });
    expect(span.attributes['error.type']).toBe('QdrantClientTimeoutError');
    expect(span.status.message).toContain("no answer within the client's timeout");
  });

  test('a slow answer shows as server time', async () => {
    const { span, error } = await failing({ delayMs: 60 }, query);
    expect(error).toBeUndefined();
    expect(span.attributes['qdrant.server.duration']).toBeGreaterThanOrEqual(0.05);
  });

  test('an answer that the client does not expect', async () => {
    await expect(createClient().createSnapshot(docs, { wait: false })).rejects.toThrow('Unexpected Response');
    expect(telemetry.take().attributes).toMatchObject({
      'error.type': '202',
      'db.response.status_code': '202',
    });
  });
});
