import { expect, test } from 'vitest';
import { createTraceStore } from '../store/trace-store.ts';
import { receivedSpan, type SpanParts } from '../traces/received-span.fixture.ts';
import { createServiceMap } from './service-map.ts';

const SERVER = 1;
const CLIENT = 2;
const PRODUCER = 3;

function edgesAfter(...batches: readonly (readonly SpanParts[])[]): unknown[] {
  const map = createServiceMap();
  const store = createTraceStore({
    maxSpans: 100,
    maxBytes: 1e9,
    quietMillis: 1,
    onFinished: map.add,
    onEvicted: map.forget,
  });
  for (const batch of batches) {
    store.add(batch.map(receivedSpan));
    store.finishAll();
  }
  return map
    .edges(60_000)
    .map(({ labels, calls, failed }) => [labels.from, labels.to, labels.toKind, calls, failed])
    .sort();
}

const ROOT: SpanParts = { id: '1', service: 'checkout', kind: SERVER };
const CALL: SpanParts = {
  id: '2',
  parent: '1',
  service: 'checkout',
  kind: CLIENT,
  attributes: { 'server.address': 'inventory' },
};
const ANSWER: SpanParts = { id: '3', parent: '2', service: 'inventory', kind: SERVER, failed: true };

test('a call that another service answers is an edge between them, not to its address', () => {
  expect(edgesAfter([ROOT, CALL, ANSWER])).toEqual([['checkout', 'inventory', 'service', 1, 1]]);
});

test.each<[SpanParts['attributes'], string, string]>([
  [{ 'db.system.name': 'qdrant', 'server.address': 'q' }, 'qdrant', 'database'],
  [{ 'gen_ai.provider.name': 'openai', 'server.address': 'api.openai.com' }, 'openai', 'external'],
  [{ 'server.address': 'payments.example' }, 'payments.example', 'external'],
])('one that nobody answers leads to what the conventions name: %j', (attributes = {}, to, kind) => {
  expect(edgesAfter([ROOT, { ...CALL, attributes }])).toEqual([['checkout', to, kind, 1, 0]]);
});

test('a message', () => {
  const sent = { ...CALL, kind: PRODUCER, attributes: { 'messaging.system': 'kafka' } };
  expect(edgesAfter([ROOT, sent])).toEqual([['checkout', 'kafka', 'messaging', 1, 0]]);
});

test('what was counted is not counted again when spans come late', () => {
  const late = { ...CALL, id: '9', attributes: { 'server.address': 'late' } };
  expect(edgesAfter([ROOT, CALL, ANSWER], [late])).toEqual([
    ['checkout', 'inventory', 'service', 1, 1],
    ['checkout', 'late', 'external', 1, 0],
  ]);
});

test('each call stands for what its sampler left out', () => {
  const sampled = [ROOT, CALL, ANSWER].map((span) => ({ ...span, traceState: 'ot=th:8' }));
  expect(edgesAfter(sampled)).toEqual([['checkout', 'inventory', 'service', 2, 1]]);
});
