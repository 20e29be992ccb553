/** Classes and copies: one call is one span, whoever has made the client and whoever has wrapped it. */
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { AnyClient } from '../test/client-calls.ts';
import { type MockQdrant, ok, startMockQdrant } from '../test/mock-qdrant.ts';
import { type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant, QdrantInstrumentation } from './index.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;
const closing: (() => void)[] = [];

beforeAll(async () => {
  mock = await startMockQdrant();
  mock.answer = () => ok({ points: [{ id: 1, score: 0.5 }] });
  telemetry = recordTelemetry();
});
afterEach(() => {
  for (const close of closing.splice(0)) close();
  telemetry.spans.length = 0;
  mock.requests.length = 0;
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

class Searches extends QdrantClient {
  searchDocs(): Promise<unknown> {
    return this.query('docs', { query: [1], limit: 3 });
  }
  override async count(...args: Parameters<QdrantClient['count']>): ReturnType<QdrantClient['count']> {
    await Promise.resolve();
    return super.count(...args);
  }
  dimensions(): number {
    return 42;
  }
}

function switchOn(): void {
  const instrumentation = new QdrantInstrumentation();
  (instrumentation as unknown as { init(): { patch(module: object): void }[] })
    .init()[0]!
    .patch({ QdrantClient });
  closing.push(() => instrumentation.disable());
}

test.each([
  ['the class of the app', () => void instrumentQdrant(Searches)],
  ['the client', (client: AnyClient) => void instrumentQdrant(client)],
  ['the class of the package', switchOn],
  [
    'all of them',
    (client: AnyClient) => {
      switchOn();
      instrumentQdrant(Searches);
      instrumentQdrant(client);
    },
  ],
])('a subclass of the app, by %s: its own methods are no calls, what they call is', async (_, instrument) => {
  const client = new Searches({ url: mock.url, checkCompatibility: false });
  instrument(client);
  await client.searchDocs();
  const span = telemetry.take();
  expect(span.name).toBe('query docs');
  expect(span.attributes).toMatchObject({ 'qdrant.query.limit': 3, 'db.response.returned_rows': 1 });
  expect(client.dimensions()).toBe(42);
  expect(telemetry.spans).toEqual([]);
  await client.count('docs');
  // Where only the subclass is wrapped, the request that its own `count` leads to.
  expect(telemetry.take().name).toMatch(/^count(?:Points)? docs$/);
});

test('the ES module and the CommonJS build of this package, on one client: one span with everything', async () => {
  switchOn();
  vi.resetModules();
  const other = await import('./index.ts');
  expect(other.instrumentQdrant).not.toBe(instrumentQdrant);
  const client = other.instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
  await client.query('docs', { query: [1], limit: 3 });
  const span = telemetry.take();
  expect(span.name).toBe('query docs');
  expect(span.attributes).toMatchObject({ 'qdrant.query.limit': 3, 'db.response.returned_rows': 1 });
});
