import { createTraceState, type Link } from '@opentelemetry/api';
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstrumentationScope, ReadableSpan, Resource, TimedEvent } from '../otel-contract.ts';
import { encodeTraceRequest } from './otlp-trace-protobuf.ts';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.constant('x'.repeat(20_000)),
);
const scalar = fc.oneof(
  text,
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.constantFrom(
    0,
    -0,
    -1,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -(2 ** 63),
    2 ** 63,
    Number.NaN,
    Number.POSITIVE_INFINITY,
  ),
  fc.constant(null),
  fc.uint8Array({ maxLength: 300 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(scalar, fc.dictionary(fc.string(), scalar, { maxKeys: 3 })), {
      maxLength: 4,
    }),
  },
  { weight: 1, arbitrary: fc.dictionary(fc.string(), scalar, { maxKeys: 3 }) },
);
const attributes = fc.dictionary(
  fc.oneof(fc.string(), fc.constantFrom('http.request.method', 'k'.repeat(200))),
  value,
  {
    maxKeys: 12,
  },
);
const hexId = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits });
const context = fc.record(
  {
    traceId: hexId(32),
    spanId: hexId(16),
    traceFlags: fc.integer({ min: 0, max: 255 }),
    isRemote: fc.boolean(),
    traceState: fc.constantFrom(
      undefined,
      createTraceState('ot=th:e6666666666668,vendor=1'),
      createTraceState(''),
    ),
  },
  { requiredKeys: ['traceId', 'spanId', 'traceFlags'] },
);
const time = fc.tuple(fc.integer({ min: 0, max: 4_000_000_000 }), fc.integer({ min: 0, max: 999_999_999 }));
const count = fc.integer({ min: 0, max: 100_000 });
const RESOURCES: Resource[] = [
  { attributes: { 'service.name': 'a' } },
  {
    attributes: { 'service.name': 'b', nested: ['x'] as never },
    schemaUrl: 'https://example.com/1',
  } as Resource,
];
const SCOPES: InstrumentationScope[] = [
  { name: 'one' },
  { name: 'two', version: '1.2.3', schemaUrl: 'https://example.com/2' },
];

const span: fc.Arbitrary<ReadableSpan> = fc
  .record({
    name: text,
    kind: fc.integer({ min: 0, max: 4 }),
    own: context,
    parentSpanContext: fc.option(context, { nil: undefined }),
    startTime: time,
    endTime: time,
    duration: time,
    status: fc.record({ code: fc.integer({ min: 0, max: 2 }), message: text }, { requiredKeys: ['code'] }),
    attributes,
    links: fc.array(
      fc.record({ context, attributes, droppedAttributesCount: count }, { requiredKeys: ['context'] }),
      {
        maxLength: 3,
      },
    ),
    events: fc.array(
      fc.record(
        { name: text, time, attributes, droppedAttributesCount: count },
        { requiredKeys: ['name', 'time'] },
      ),
      {
        maxLength: 3,
      },
    ),
    ended: fc.constant(true),
    resource: fc.constantFrom(...RESOURCES),
    instrumentationScope: fc.constantFrom(...SCOPES),
    droppedAttributesCount: count,
    droppedEventsCount: count,
    droppedLinksCount: count,
  })
  .map(({ own, links, events, ...rest }) => ({
    ...(rest as unknown as ReadableSpan),
    spanContext: () => own,
    links: links as Link[],
    events: events as unknown as TimedEvent[],
  }));

test('the bytes are those of @opentelemetry/otlp-transformer, for every span', () => {
  fc.assert(
    fc.property(fc.array(span, { maxLength: 6 }), (spans) => {
      const expected = ProtobufTraceSerializer.serializeRequest(spans as never) as Uint8Array;
      expect(Buffer.from(encodeTraceRequest(spans)).toString('hex')).toBe(
        Buffer.from(expected).toString('hex'),
      );
    }),
    { numRuns: 500 },
  );
});

test('a batch larger than the buffer is whole', () => {
  const [one] = fc.sample(span, { numRuns: 1, seed: 7 }) as [ReadableSpan];
  const spans = Array.from({ length: 400 }, () => ({ ...one, attributes: { text: 'y'.repeat(5000) } }));
  const expected = ProtobufTraceSerializer.serializeRequest(spans as never) as Uint8Array;
  expect(Buffer.compare(encodeTraceRequest(spans), expected)).toBe(0);
});

test('what was returned before stays as it is', () => {
  const [one, two] = fc.sample(span, { numRuns: 2, seed: 3 }) as [ReadableSpan, ReadableSpan];
  const first = encodeTraceRequest([one]);
  const copy = first.slice();
  encodeTraceRequest([two]);
  expect(Buffer.compare(first, copy)).toBe(0);
});
