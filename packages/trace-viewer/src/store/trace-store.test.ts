import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeTraces, type ReceivedSpan } from '../receiver/otlp-parts.ts';
import { toOtlpJson } from '../traces/otlp-json.ts';
import { receivedSpan } from '../traces/received-span.fixture.ts';
import { toReceivedSpan } from './stored-span.ts';
import { createTraceStore, type TraceStoreOptions } from './trace-store.ts';

const ids = (store: ReturnType<typeof createTraceStore>): string[] =>
  Array.from(store.traces(), ({ traceId }) => traceId.slice(0, 4));
const traceId = (n: number): string => n.toString(16).padStart(4, '0').padEnd(32, 'a');
const spansOf = (trace: number, count: number, attributes: ReceivedSpan['attributes'] = {}): ReceivedSpan[] =>
  Array.from({ length: count }, (_, i) =>
    receivedSpan({ id: String(i + 1), traceId: traceId(trace), attributes }),
  );
const createStore = (options: Partial<TraceStoreOptions> = {}) =>
  createTraceStore({ maxSpans: 1000, maxBytes: 1e9, quietMillis: 100, ...options });

const LINK = {
  traceId: traceId(9),
  spanId: '1'.repeat(16),
  traceState: '',
  flags: 1,
  droppedAttributesCount: 0,
};

describe('bounds', () => {
  test('in spans: the oldest trace goes first, whole', () => {
    const gone: string[] = [];
    const store = createStore({ maxSpans: 10, onEvicted: (trace) => gone.push(trace.traceId.slice(0, 4)) });
    for (let n = 1; n <= 3; n++) store.add(spansOf(n, 4));
    expect(ids(store)).toEqual(['0002', '0003']);
    expect(gone).toEqual(['0001']);
    expect(store.counts).toMatchObject({
      spans: 8,
      traces: 2,
      receivedSpans: 12,
      evictedSpans: 4,
      evictedTraces: 1,
    });
  });

  test('a trace that grows is not evicted for itself; what does not fit is dropped and counted', () => {
    const store = createStore({ maxSpans: 10 });
    store.add(spansOf(1, 3));
    store.add(spansOf(2, 14));
    expect(ids(store)).toEqual(['0002']);
    expect(store.counts).toMatchObject({ spans: 10, evictedSpans: 3, droppedSpans: 4 });
  });

  test('in bytes', () => {
    const store = createStore({ maxBytes: 100_000 });
    for (let n = 1; n <= 20; n++) store.add(spansOf(n, 1, { prompt: `${n}`.repeat(5000) }));
    expect(store.counts.bytes).toBeLessThanOrEqual(100_000);
    expect(store.counts.traces).toBeGreaterThan(3);
    expect(ids(store).at(-1)).toBe('0014');
  });

  test.each<[string, (text: string) => Partial<ReceivedSpan>]>([
    ['scopes', (name) => ({ instrumentationScope: { name, version: '' } })],
    ['resources', (text) => ({ resource: { attributes: { 'service.name': 'checkout', text } } })],
    ['states', (traceState) => ({ traceState })],
    ['messages of a status', (message) => ({ status: { code: 2, message } })],
  ])('in bytes, also of %s', (_, parts) => {
    const store = createStore({ maxBytes: 1_000_000 });
    const text = (n: number): string => `${n}`.padEnd(100_000, 'x');
    for (let n = 1; n <= 20; n++) store.add(spansOf(n, 2).map((span) => ({ ...span, ...parts(text(n)) })));
    expect(store.counts.bytes).toBeLessThanOrEqual(1_000_000);
    // Each trace holds its text twice, at two bytes a character.
    expect(store.counts.traces).toBe(2);
    store.clear();
    expect(store.counts).toMatchObject({ bytes: 0, spans: 0 });
  });

  test('a span that alone is too large leaves nothing behind', () => {
    const store = createStore({ maxBytes: 10_000 });
    store.add(spansOf(1, 1, { prompt: 'x'.repeat(20_000) }));
    expect(store.counts).toMatchObject({ traces: 0, spans: 0, bytes: 0, droppedSpans: 1 });
  });

  test('a span that alone is too large drives nobody out', () => {
    const store = createStore({ maxBytes: 100_000 });
    store.add(spansOf(1, 3));
    store.add(spansOf(2, 1, { prompt: 'x'.repeat(200_000) }));
    expect(ids(store)).toEqual(['0001']);
    expect(store.counts).toMatchObject({ spans: 3, evictedSpans: 0, droppedSpans: 1 });
  });

  const long = 'x'.repeat(1_000_000);
  test.each<[string, Partial<ReceivedSpan>]>([
    ['a text longer than what is searched', { attributes: { prompt: long } }],
    ['a text within an object', { attributes: { prompt: { messages: [long] } } }],
    ['a key', { attributes: { [long]: 1 } }],
    ['an attribute of a link', { links: [{ ...LINK, attributes: { prompt: long } }] }],
    ['a status message', { status: { code: 2, message: long } }],
  ])('all of it counts: %s', (_, parts) => {
    const store = createStore();
    store.add([{ ...(spansOf(1, 1)[0] as ReceivedSpan), ...parts }]);
    expect(store.counts.bytes).toBeGreaterThan(1_000_000);
    store.clear();
    expect(store.counts.bytes).toBe(0);
  });

  test('whatever comes: within the bounds, and nothing is left when all has gone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 6 }), fc.string()), {
          maxLength: 40,
        }),
        (batches) => {
          const store = createStore({ maxSpans: 12, maxBytes: 20_000 });
          batches.forEach(([trace, count, text], i) => {
            const spans = spansOf(trace, count, { text, other: i });
            store.add(
              spans.map((span) => ({ ...span, spanId: `${i}`.padStart(8, '0') + span.spanId.slice(8) })),
            );
            const { spans: held, bytes } = store.counts;
            expect(held).toBeLessThanOrEqual(12);
            expect(bytes).toBeLessThanOrEqual(20_000);
          });
          const { receivedSpans, evictedSpans, droppedSpans, spans } = store.counts;
          expect(spans).toBe(receivedSpans - evictedSpans - droppedSpans);
          store.clear();
          expect(store.counts).toMatchObject({ spans: 0, traces: 0, bytes: 0 });
          expect(store.terms.keys()).toEqual([]);
        },
      ),
    );
  });
});

test('a span sent twice is stored once, in the same and in later requests', () => {
  const store = createStore();
  const [span] = spansOf(1, 1) as [ReceivedSpan];
  store.add([span, span]);
  store.add([span]);
  expect(store.counts).toMatchObject({ spans: 1, receivedSpans: 1, repeatedSpans: 2 });
});

test('the head is the root once it has come, before that what began first', () => {
  const store = createStore();
  const names = (): unknown => store.get(traceId(1))?.head.name.value;
  store.add([receivedSpan({ id: '3', parent: '2', name: 'late', at: 9, traceId: traceId(1) })]);
  store.add([receivedSpan({ id: '2', parent: '1', name: 'early', at: 1, traceId: traceId(1) })]);
  expect(names()).toBe('early');
  store.add([receivedSpan({ id: '1', name: 'root', at: 5, traceId: traceId(1) })]);
  expect(names()).toBe('root');
});

test('finished: after a quiet time, once, and again when spans come late; before an eviction too', () => {
  let now = 0;
  const finished: string[] = [];
  const store = createStore({
    maxSpans: 6,
    now: () => now,
    onFinished: ({ traceId: id, spans }) => finished.push(`${id.slice(0, 4)}:${spans.size}`),
  });
  store.add(spansOf(1, 1));
  now = 60;
  store.add(spansOf(2, 2));
  now = 110;
  store.sweep();
  expect(finished).toEqual(['0001:1']);
  store.add(spansOf(1, 2));
  now = 300;
  store.sweep();
  store.sweep();
  expect(finished).toEqual(['0001:1', '0002:2', '0001:2']);
  store.add(spansOf(3, 5));
  store.add(spansOf(4, 5));
  expect(finished.slice(3)).toEqual(['0003:5']);
});

const value: fc.Arbitrary<ReceivedSpan['attributes'][string]> = fc.letrec<{
  value: ReceivedSpan['attributes'][string];
}>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }).filter((number) => !Object.is(number, -0)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
    fc.boolean(),
    fc.constant(null),
    fc.uint8Array({ maxLength: 9 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }).map((entries) => ({ ...entries })),
  ),
})).value;

test('a span comes out as it went in: through the store, and through OTLP JSON', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), value), fc.string(), (attributes, message) => {
      const span: ReceivedSpan = {
        ...receivedSpan({
          id: '1',
          parent: '2',
          kind: 3,
          traceState: 'ot=th:8',
          attributes: { ...attributes },
        }),
        status: { code: 2, message },
        links: [
          {
            traceId: traceId(7),
            spanId: '00000000000000aa',
            traceState: '',
            flags: 1,
            attributes: {},
            droppedAttributesCount: 2,
          },
        ],
        events: [{ name: 'e', timeUnixNano: 5n, attributes: { ...attributes }, droppedAttributesCount: 1 }],
        droppedCounts: { attributes: 1, events: 2, links: 3 },
      };
      const store = createStore();
      store.add([span]);
      const stored = store.get(span.traceId)?.spans.get(span.spanId);
      const out = stored === undefined ? undefined : toReceivedSpan(span.traceId, stored);
      expect(out).toEqual(span);
      const json = Buffer.from(JSON.stringify(toOtlpJson([span])));
      expect(decodeTraces(json, 'json')).toEqual([span]);
    }),
  );
});

test('a trace whose span ends before it starts ends where it starts, or later by its other spans', () => {
  const store = createStore();
  store.add([receivedSpan({ id: '1', ms: -5 })]);
  const [trace] = store.traces();
  expect((trace?.end ?? 0n) - (trace?.start ?? 0n)).toBe(0n);
  store.add([receivedSpan({ id: '2', at: 1, ms: 2 })]);
  expect((trace?.end ?? 0n) - (trace?.start ?? 0n)).toBe(3_000_000n);
});
