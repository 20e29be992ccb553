import { createTraceState, type SpanKind, type TraceState } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadableSpan } from '../otel-contract.ts';
import { finishedSpan } from './finished-span.ts';
import {
  decodeTraces,
  MalformedOtlpError,
  type OtlpBodyEncoding,
  OtlpTooLargeError,
} from './otlp-decoder.ts';
import type { ReceivedSpan } from './received-span.ts';

const ENCODINGS: readonly OtlpBodyEncoding[] = ['protobuf', 'json'];

function encode(spans: readonly ReadableSpan[], encoding: OtlpBodyEncoding): Uint8Array {
  const serializer = encoding === 'json' ? JsonTraceSerializer : ProtobufTraceSerializer;
  return serializer.serializeRequest(spans as never) as Uint8Array;
}

const nanos = ([seconds, rest]: readonly number[]): bigint =>
  BigInt(seconds ?? 0) * 1_000_000_000n + BigInt(rest ?? 0);

/** What must come out: written from the SDK's span, without the code under test. */
function expected(span: ReadableSpan): ReceivedSpan {
  const context = span.spanContext();
  const remote = 0x100 + (span.parentSpanContext?.isRemote ? 0x200 : 0);
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentSpanId: span.parentSpanContext?.spanId,
    traceState: context.traceState?.serialize() ?? '',
    flags: context.traceFlags | remote,
    name: span.name,
    kind: span.kind,
    startTimeUnixNano: nanos(span.startTime),
    endTimeUnixNano: nanos(span.endTime),
    attributes: span.attributes as ReceivedSpan['attributes'],
    events: span.events.map((event) => ({
      name: event.name,
      timeUnixNano: nanos(event.time),
      attributes: (event.attributes ?? {}) as ReceivedSpan['attributes'],
      droppedAttributesCount: event.droppedAttributesCount ?? 0,
    })),
    links: span.links.map((link) => ({
      traceId: link.context.traceId,
      spanId: link.context.spanId,
      traceState: link.context.traceState?.serialize() ?? '',
      flags: link.context.traceFlags | 0x100 | (link.context.isRemote ? 0x200 : 0),
      attributes: (link.attributes ?? {}) as ReceivedSpan['attributes'],
      droppedAttributesCount: link.droppedAttributesCount ?? 0,
    })),
    status: { code: span.status.code, message: span.status.message ?? '' },
    droppedCounts: {
      attributes: span.droppedAttributesCount,
      events: span.droppedEventsCount,
      links: span.droppedLinksCount,
    },
    resource: { attributes: span.resource.attributes as ReceivedSpan['attributes'] },
    instrumentationScope: {
      name: span.instrumentationScope.name,
      version: span.instrumentationScope.version ?? '',
    },
  };
}

const hex = (digits: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
    .map((all) => all.join(''))
    .filter((id) => /[^0]/.test(id));
const text = fc.string({ unit: 'grapheme', maxLength: 20 });
// -0 is an integer to the serializers and comes back as 0; JSON knows no NaN.
const number = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((n) => n + 0);
const smallNumber = number.filter((n) => !Number.isInteger(n) || Number.isSafeInteger(n));
const value = fc.oneof(
  text,
  smallNumber,
  fc.boolean(),
  fc.array(text, { maxLength: 4 }),
  fc.array(smallNumber, { maxLength: 4 }),
);
const key = fc.oneof(text, fc.constantFrom('__proto__', 'constructor', 'toString', ''));
const attributes = fc.array(fc.tuple(key, value), { maxLength: 6 }).map((entries) => {
  const all = {};
  for (const [name, held] of entries) {
    Object.defineProperty(all, name, { value: held, enumerable: true, configurable: true, writable: true });
  }
  return all as Record<string, string | number | boolean | string[] | number[]>;
});
const time = fc.tuple(fc.nat(2 ** 32), fc.nat(999_999_999));
const count = fc.nat(0xffff);
const traceState: fc.Arbitrary<TraceState | undefined> = fc.constantFrom(
  undefined,
  createTraceState('ot=th:e6666666666668'),
  createTraceState('a=1,b=2'),
);
const spanContext = fc.record({
  traceId: hex(32),
  spanId: hex(16),
  traceFlags: fc.constantFrom(0, 1, 3),
  isRemote: fc.boolean(),
  traceState,
});
const span: fc.Arbitrary<ReadableSpan> = fc
  .record({
    context: spanContext,
    parent: fc.option(spanContext, { nil: undefined }),
    name: text,
    kind: fc.constantFrom<SpanKind>(0, 1, 2, 3, 4),
    startTime: time,
    endTime: time,
    status: fc.record({ code: fc.constantFrom(0, 1, 2), message: text }),
    attributes,
    events: fc.array(fc.record({ name: text, time, attributes, droppedAttributesCount: count }), {
      maxLength: 3,
    }),
    links: fc.array(fc.record({ context: spanContext, attributes, droppedAttributesCount: count }), {
      maxLength: 3,
    }),
    resource: fc.record({ attributes }),
    instrumentationScope: fc.record({ name: text, version: text }),
    dropped: fc.tuple(count, count, count),
  })
  .map(({ context, parent, dropped, ...rest }) => ({
    ...rest,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    duration: [0, 0],
    ended: true,
    droppedAttributesCount: dropped[0],
    droppedEventsCount: dropped[1],
    droppedLinksCount: dropped[2],
  }));

describe.each(ENCODINGS)('%s', (encoding) => {
  test('decodes what the OpenTelemetry serializer encodes, for any spans', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 4 }), (spans) => {
        const decoded = decodeTraces(encode(spans, encoding), encoding);
        // The serializer groups spans by resource and scope; every span here has a resource of its own.
        expect(decoded).toEqual(spans.map(expected));
      }),
      { numRuns: 200 },
    );
  });

  test('shares one resource and one scope object between their spans', () => {
    const one = finishedSpan();
    const decoded = decodeTraces(encode([one, one], encoding), encoding);
    expect(decoded).toHaveLength(2);
    expect(decoded[0]?.resource).toBe(decoded[1]?.resource);
    expect(decoded[0]?.instrumentationScope).toBe(decoded[1]?.instrumentationScope);
  });

  test('a truncated body is an error or, cut between two fields, a part of it; never anything else', () => {
    const body = encode([finishedSpan({ attributes: { a: 1, b: ['x'] }, events: [] })], encoding);
    let errors = 0;
    for (let length = 1; length < body.byteLength; length++) {
      try {
        decodeTraces(body.subarray(0, length), encoding);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedOtlpError);
        errors++;
      }
    }
    // The outermost message spans the whole body: there is no place to cut it unnoticed.
    expect(errors).toBe(body.byteLength - 1);
  });

  test('any bytes are decoded or refused, nothing else', () => {
    const noise = fc.uint8Array({ maxLength: 300 });
    const spoiled = fc
      .tuple(
        fc.array(span, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
      )
      .map(([spans, at, bytes]) => {
        const body = Uint8Array.from(encode(spans, encoding));
        bytes.forEach((byte, i) => {
          body[(at + i) % body.byteLength] = byte;
        });
        return body;
      });
    let refused = 0;
    fc.assert(
      fc.property(fc.oneof(noise, spoiled), (body) => {
        try {
          expect(Array.isArray(decodeTraces(body, encoding))).toBe(true);
        } catch (error) {
          if (!(error instanceof MalformedOtlpError)) throw error;
          expect(error.message.length).toBeGreaterThan(20);
          refused++;
        }
      }),
      { numRuns: 1000 },
    );
    expect(refused).toBeGreaterThan(0);
  });

  test('counts parts, not only bytes', () => {
    const many = finishedSpan({
      attributes: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, i])),
    });
    const body = encode([many], encoding);
    expect(() => decodeTraces(body, encoding, { maxParts: 50 })).toThrow(OtlpTooLargeError);
    expect(decodeTraces(body, encoding, { maxParts: 60 })).toHaveLength(1);
  });

  test('bounds how deep values nest', () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : [nest(depth - 1)]);
    const body = (depth: number) =>
      encode([finishedSpan({ attributes: { deep: nest(depth) as never } })], encoding);
    expect(decodeTraces(body(60), encoding)[0]?.attributes.deep).toEqual(nest(60));
    expect(() => decodeTraces(body(70), encoding)).toThrow(/nested more than 64 levels/);
  });
});

/** Protobuf by hand, for what the serializer never writes. */
const varint = (value: bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
};
const tag = (field: number, wireType: number): number[] => varint(BigInt(field * 8 + wireType));
const message = (field: number, ...parts: number[][]): number[] => {
  const content = parts.flat();
  return [...tag(field, 2), ...varint(BigInt(content.length)), ...content];
};
const string = (field: number, content: string): number[] => message(field, [...Buffer.from(content)]);
const traceId = message(1, [...Buffer.from('0af7651916cd43dd8448eb211c80319c', 'hex')]);
const spanId = message(2, [...Buffer.from('b7ad6b7169203331', 'hex')]);
const request = (...span: number[][]): Uint8Array =>
  Uint8Array.from(message(1, message(2, message(2, traceId, spanId, ...span))));

describe('protobuf beyond what our serializer writes', () => {
  test.each([
    ['varint', [...tag(200, 0), ...varint(300n)]],
    ['64 bits', [...tag(200, 1), 1, 2, 3, 4, 5, 6, 7, 8]],
    ['bytes', string(200, 'unknown')],
    ['group', [...tag(200, 3), ...string(1, 'in'), ...tag(2, 3), ...tag(2, 4), ...tag(200, 4)]],
    ['32 bits', [...tag(200, 5), 1, 2, 3, 4]],
    ['a known field of another wire type', [...tag(5, 0), 7]],
  ])('skips an unknown field: %s', (_, field) => {
    const [span] = decodeTraces(request(field, string(5, 'GET /')), 'protobuf');
    expect(span?.name).toBe('GET /');
  });

  test.each([
    { value: 2n ** 53n - 1n, decoded: 2 ** 53 - 1 },
    { value: 2n ** 53n, decoded: 2n ** 53n },
    { value: 2n ** 53n + 1n, decoded: 2n ** 53n + 1n },
    { value: 2n ** 63n - 1n, decoded: 2n ** 63n - 1n },
    { value: -1n, decoded: -1 },
    { value: -(2n ** 53n) + 1n, decoded: -(2 ** 53) + 1 },
    { value: -(2n ** 53n), decoded: -(2n ** 53n) },
    { value: -(2n ** 63n), decoded: -(2n ** 63n) },
    { value: 2n ** 32n, decoded: 2 ** 32 },
    { value: -(2n ** 32n), decoded: -(2 ** 32) },
  ])('reads the 64-bit integer $value', ({ value, decoded }) => {
    const attribute = message(9, string(1, 'n'), message(2, tag(3, 0), varint(value)));
    expect(decodeTraces(request(attribute), 'protobuf')[0]?.attributes).toEqual({ n: decoded });
  });

  test('reads a resource that comes after its spans', () => {
    const spans = message(2, message(2, traceId, spanId));
    const resource = message(1, message(1, string(1, 'service.name'), message(2, string(1, 'late'))));
    const [span] = decodeTraces(Uint8Array.from(message(1, spans, resource)), 'protobuf');
    expect(span?.resource.attributes).toEqual({ 'service.name': 'late' });
  });

  test('reads bytes, nested lists, NaN and an empty value', () => {
    const nan = [...tag(4, 1), 0, 0, 0, 0, 0, 0, 0xf8, 0x7f];
    const list = message(6, message(1, string(1, 'inner'), message(2, [...tag(2, 0), 1])));
    const [span] = decodeTraces(
      request(
        message(9, string(1, 'bytes'), message(2, message(7, [1, 2, 255]))),
        message(9, string(1, 'list'), message(2, list)),
        message(9, string(1, 'nan'), message(2, nan)),
        message(9, string(1, 'empty'), message(2)),
        message(9, string(1, 'absent')),
      ),
      'protobuf',
    );
    expect(span?.attributes).toEqual({
      bytes: Uint8Array.of(1, 2, 255),
      list: { inner: true },
      nan: Number.NaN,
      empty: null,
      absent: null,
    });
  });

  test.each([
    [
      'a span without a trace id',
      Uint8Array.from(message(1, message(2, message(2, spanId)))),
      /trace id has 16 bytes, got none/,
    ],
    [
      'a short span id',
      Uint8Array.from(message(1, message(2, message(2, traceId, message(2, [1, 2]))))),
      /span id has 8 bytes, got 2 \("0102"\)/,
    ],
    [
      'a trace id of zeros',
      Uint8Array.from(message(1, message(2, message(2, message(1, Array(16).fill(0)), spanId)))),
      /all zeros/,
    ],
    ['field number 0', Uint8Array.of(2, 0), /field number 0/],
    ['wire type 6', Uint8Array.of((1 << 3) | 6), /wire type 6/],
    ['a group that never ends', Uint8Array.from(tag(9, 3)), /has no end/],
    [
      'an eleven byte number',
      Uint8Array.from([...tag(9, 0), ...Array(10).fill(0xff), 1]),
      /longer than ten bytes/,
    ],
    ['a length past the end', Uint8Array.of(10, 200, 1), /reaches past the end/],
  ])('refuses %s', (_, body, problem) => {
    expect(() => decodeTraces(body, 'protobuf')).toThrow(problem);
  });

  test('an empty body is an empty request', () => {
    expect(decodeTraces(new Uint8Array(0), 'protobuf')).toEqual([]);
  });
});

describe('JSON beyond what our serializer writes', () => {
  const ids = { traceId: '0AF7651916CD43DD8448EB211C80319C', spanId: 'B7AD6B7169203331' };
  const decode = (span: object): ReceivedSpan | undefined =>
    decodeTraces(
      Buffer.from(JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] })),
      'json',
    )[0];

  test('takes upper-case ids, absent fields, null and unknown keys', () => {
    const span = decode({ ...ids, parentSpanId: '', attributes: null, unknown: { a: 1 } });
    expect(span).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      parentSpanId: undefined,
      name: '',
      kind: 0,
      startTimeUnixNano: 0n,
      attributes: {},
      events: [],
    });
  });

  test.each([
    { value: { intValue: '9007199254740993' }, decoded: 9007199254740993n },
    { value: { intValue: '-5' }, decoded: -5 },
    { value: { intValue: 5 }, decoded: 5 },
    { value: { doubleValue: 'NaN' }, decoded: Number.NaN },
    { value: { doubleValue: '-Infinity' }, decoded: Number.NEGATIVE_INFINITY },
    { value: { doubleValue: '1.5' }, decoded: 1.5 },
    { value: { bytesValue: 'AQL/' }, decoded: Uint8Array.of(1, 2, 255) },
    {
      value: { kvlistValue: { values: [{ key: 'a', value: { boolValue: false } }] } },
      decoded: { a: false },
    },
    { value: { arrayValue: {} }, decoded: [] },
    { value: {}, decoded: null },
    { value: undefined, decoded: null },
  ])('reads $value', ({ value, decoded }) => {
    expect(decode({ ...ids, attributes: [{ key: 'k', value }] })?.attributes).toEqual({ k: decoded });
  });

  test('keeps every nanosecond of a time stamp', () => {
    expect(decode({ ...ids, startTimeUnixNano: '1763938451123456789' })?.startTimeUnixNano).toBe(
      1763938451123456789n,
    );
  });

  test.each([
    ['{"resourceSpans":[', /malformed JSON/],
    ['[]', /the request must be an object, got \[\]/],
    ['{"resourceSpans":{}}', /resourceSpans must be an array, got \{\}/],
    [
      '{"resourceSpans":[{"scopeSpans":[{"spans":[7]}]}]}',
      /resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\] must be an object, got 7/,
    ],
  ])('refuses %s', (body, problem) => {
    expect(() => decodeTraces(Buffer.from(body), 'json')).toThrow(problem);
  });

  test.each([
    [{ ...ids, traceId: 'CvdlGRbNQ92ESOshHIAxnA==' }, /traceId must be 32 hex digits, got "cvdl/],
    [{ ...ids, kind: 'SPAN_KIND_SERVER' }, /kind must be an integer of 32 bits, got "SPAN_KIND_SERVER"/],
    [
      { ...ids, startTimeUnixNano: '2026-11-23' },
      /startTimeUnixNano must be nanoseconds as a decimal string/,
    ],
    [{ ...ids, attributes: [{ value: {} }] }, /attributes\[0\]\.key must be a string, got undefined/],
    [
      { ...ids, attributes: [{ key: 'a', value: { intValue: '1.5' } }] },
      /intValue must be an integer of 64 bits/,
    ],
    [
      { ...ids, attributes: [{ key: 'a', value: { intValue: '9223372036854775808' } }] },
      /integer of 64 bits/,
    ],
  ])('refuses %j', (span, problem) => {
    expect(() => decode(span)).toThrow(problem);
  });
});
