/** Answers of a real server, recorded: QDRANT_EXCHANGES names the file, which is not part of the project. */
import { readFileSync } from 'node:fs';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { type MockQdrant, startMockQdrant } from '../test/mock-qdrant.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';

interface Exchange {
  readonly case: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly body?: Record<string, unknown>;
  };
  readonly response: { readonly status: number; readonly contentType: string | null; readonly body: unknown };
}

const file = process.env.QDRANT_EXCHANGES || undefined;
const exchanges = (file === undefined ? [] : readFileSync(file, 'utf8').trim().split('\n')).map(
  (line) => JSON.parse(line) as Exchange,
);

/** The method that made the request: the first word of the case. */
function callOf({ case: title, request }: Exchange): [string, unknown[]] | undefined {
  const name = title.split(' ')[0]!;
  const collection = /^\/collections\/([^/?]+)/.exec(request.path)?.[1];
  const wait = /wait=(true|false)/.exec(request.path)?.[1];
  const args = { ...request.body, ...(wait === undefined ? {} : { wait: wait === 'true' }) };
  return name !== 'api' &&
    name in QdrantClient.prototype &&
    collection !== undefined &&
    name !== 'recreateCollection'
    ? [
        name,
        name === 'deletePayloadIndex' || name.endsWith('VectorName') || name === 'deleteSnapshot'
          ? [collection, 'name', args]
          : [collection, args],
      ]
    : undefined;
}

describe('recorded exchanges', () => {
  if (file === undefined) test.skip('answered again (skipped: QDRANT_EXCHANGES names no file)', () => {});

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

  test.each(
    exchanges.flatMap((exchange) => {
      const call = callOf(exchange);
      return call === undefined ? [] : [{ title: exchange.case, exchange, method: call[0], args: call[1] }];
    }),
  )('$title', async ({ exchange, method, args }) => {
    const { status, contentType, body } = exchange.response;
    mock.answer = () => ({ status, body, headers: { 'content-type': contentType ?? 'text/plain' } });
    const client: AnyClient = instrumentQdrant(
      new QdrantClient({ url: mock.url, checkCompatibility: false }),
    );
    const failed = await client[method](...args).then(
      () => false,
      () => true,
    );
    const { attributes, status: spanStatus } = telemetry.take();
    expect(failed).toBe(status !== 200);
    const {
      time,
      result,
      status: said,
    } = body as { time: number; result: unknown; status: { error?: string } };
    if (failed) {
      expect(attributes['db.response.status_code']).toBe(String(status));
      // The reasons that were recorded repeat no value of the request, save for the bad id.
      const reason = said.error?.replace('value not-a-uuid', 'value ?');
      if (reason !== undefined) expect(spanStatus.message).toBe(reason);
    } else {
      expect(attributes['qdrant.server.duration']).toBe(time);
      const points = (result as { points?: unknown[] }).points;
      if (Array.isArray(points)) expect(attributes['db.response.returned_rows']).toBe(points.length);
      const update = (result as { status?: unknown }).status;
      if (update === 'acknowledged' || update === 'completed')
        expect(attributes['qdrant.update.status']).toBe(update);
    }
  });
});
