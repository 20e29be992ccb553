/** With an instrumentation of `fetch` that does what OpenTelemetry's for undici does. */
import { channel } from 'node:diagnostics_channel';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { QdrantClient } from '@qdrant/js-client-rest';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type MockQdrant, startMockQdrant } from '../test/mock-qdrant.ts';
import { idsOf, type RecordedTelemetry, recordTelemetry } from '../test/recorded-telemetry.ts';
import { instrumentQdrant } from './index.ts';

let mock: MockQdrant;
let telemetry: RecordedTelemetry;
const requests = channel('undici:request:create');

function traceFetch(message: unknown): void {
  const { request } = message as {
    request: { method: string; addHeader(name: string, value: string): void };
  };
  const span = trace.getTracer('fetch').startSpan(request.method, { kind: SpanKind.CLIENT });
  const headers: Record<string, string> = {};
  propagation.inject(trace.setSpan(context.active(), span), headers);
  for (const [name, value] of Object.entries(headers)) request.addHeader(name, value);
  span.end();
}

beforeAll(async () => {
  mock = await startMockQdrant();
  telemetry = recordTelemetry();
});
afterEach(() => {
  requests.unsubscribe(traceFetch);
  telemetry.spans.length = 0;
  mock.requests.length = 0;
});
afterAll(async () => {
  telemetry.stop();
  await mock.close();
});

test('suppressed: one span, whose id reaches the server once', async () => {
  requests.subscribe(traceFetch);
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }));
  await client.count('docs');
  const span = telemetry.take();
  expect(span.name).toBe('count docs');
  expect(idsOf(mock.requests[0]!.headers.traceparent).spanId).toBe(span.spanContext().spanId);
});

test('kept: the HTTP span is a child, and its id reaches the server once', async () => {
  requests.subscribe(traceFetch);
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }), {
    httpSpans: 'keep',
  });
  await client.count('docs');
  const [http, qdrant] = telemetry.spans;
  expect([http!.name, qdrant!.name]).toEqual(['POST', 'count docs']);
  expect(http!.parentSpanContext?.spanId).toBe(qdrant!.spanContext().spanId);
  expect(mock.requests[0]!.headers.traceparent).toMatch(
    new RegExp(`^00-\\w{32}-${http!.spanContext().spanId}-01$`),
  );
});

test('kept, with nobody to trace HTTP: the context still reaches the server', async () => {
  const client = instrumentQdrant(new QdrantClient({ url: mock.url, checkCompatibility: false }), {
    httpSpans: 'keep',
  });
  await client.count('docs');
  expect(idsOf(mock.requests[0]!.headers.traceparent).spanId).toBe(telemetry.take().spanContext().spanId);
});
