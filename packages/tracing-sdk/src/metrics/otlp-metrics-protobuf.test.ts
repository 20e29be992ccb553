import { type Attributes, type HrTime, ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, DataPointType, type ResourceMetrics } from '@opentelemetry/sdk-metrics';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeMetricsRequest } from './otlp-metrics-protobuf.ts';

const time: fc.Arbitrary<HrTime> = fc.tuple(
  fc.integer({ min: 0, max: 4e9 }),
  fc.integer({ min: 0, max: 999_999_999 }),
);
const attributes = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.array(fc.string(), { maxLength: 3 })),
  { maxKeys: 5 },
) as fc.Arbitrary<Attributes>;
const point = <T>(value: fc.Arbitrary<T>) => fc.record({ startTime: time, endTime: time, attributes, value });
const descriptor = (valueType: ValueType) =>
  fc.record({
    name: fc.string(),
    description: fc.oneof(fc.string(), fc.constant('')),
    unit: fc.constantFrom('', 's', '{span}'),
    valueType: fc.constant(valueType),
  });
const aggregationTemporality = fc.constantFrom(
  AggregationTemporality.DELTA,
  AggregationTemporality.CUMULATIVE,
);
const numbers = (valueType: ValueType, value: fc.Arbitrary<number>) =>
  fc.record({
    descriptor: descriptor(valueType),
    aggregationTemporality,
    dataPointType: fc.constantFrom(DataPointType.SUM, DataPointType.GAUGE),
    isMonotonic: fc.boolean(),
    dataPoints: fc.array(point(value), { maxLength: 4 }),
  });
const histogram = fc.record({
  descriptor: descriptor(ValueType.DOUBLE),
  aggregationTemporality,
  dataPointType: fc.constant(DataPointType.HISTOGRAM),
  dataPoints: fc.array(
    point(
      fc.record({
        count: fc.nat(),
        sum: fc.option(fc.double(), { nil: undefined }),
        min: fc.option(fc.double(), { nil: undefined }),
        max: fc.option(fc.double(), { nil: undefined }),
        buckets: fc.record({
          boundaries: fc.array(fc.double(), { maxLength: 20 }),
          counts: fc.array(fc.maxSafeNat(), { maxLength: 21 }),
        }),
      }),
    ),
    { maxLength: 4 },
  ),
});
const scope = fc.record(
  { name: fc.string(), version: fc.string(), schemaUrl: fc.string() },
  { requiredKeys: ['name'] },
);
const request = fc.record({
  resource: fc.record({ attributes }),
  scopeMetrics: fc.array(
    fc.record({
      scope,
      metrics: fc.array(
        fc.oneof(
          numbers(ValueType.INT, fc.maxSafeInteger()),
          numbers(ValueType.DOUBLE, fc.double()),
          histogram,
        ),
        { maxLength: 4 },
      ),
    }),
    { maxLength: 3 },
  ),
}) as unknown as fc.Arbitrary<ResourceMetrics>;

test('the bytes are those of @opentelemetry/otlp-transformer', () => {
  fc.assert(
    fc.property(request, (collected) => {
      const theirs = ProtobufMetricsSerializer.serializeRequest(collected);
      expect(Buffer.from(encodeMetricsRequest(collected)).equals(theirs as Uint8Array)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('an exemplar is written by metrics.proto: time, value, span id, trace id', () => {
  const build = (exemplars: object[]): ResourceMetrics =>
    ({
      resource: { attributes: {} },
      scopeMetrics: [
        {
          scope: { name: 's' },
          metrics: [
            {
              descriptor: { name: 'm', description: '', unit: 's', valueType: ValueType.DOUBLE },
              aggregationTemporality: AggregationTemporality.CUMULATIVE,
              dataPointType: DataPointType.HISTOGRAM,
              dataPoints: [
                {
                  startTime: [1, 0],
                  endTime: [2, 0],
                  // Long, so that no length needs one more byte for the exemplar.
                  attributes: { k: 'x'.repeat(200) },
                  value: { count: 1, sum: 0.5, buckets: { boundaries: [1], counts: [1, 0] } },
                  exemplars,
                },
              ],
            },
          ],
        },
      ],
    }) as unknown as ResourceMetrics;
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const spanId = 'b7ad6b7169203331';
  const value = Buffer.alloc(8);
  value.writeDoubleLE(0.5);
  const nanos = Buffer.alloc(8);
  nanos.writeBigUInt64LE(1_000_000_007n);
  const fields = Buffer.concat([
    Buffer.from([0x11]),
    nanos,
    Buffer.from([0x19]),
    value,
    Buffer.from([0x22, 8]),
    Buffer.from(spanId, 'hex'),
    Buffer.from([0x2a, 16]),
    Buffer.from(traceId, 'hex'),
  ]);
  const message = Buffer.concat([Buffer.from([0x42, fields.length]), fields]);
  const bytes = Buffer.from(encodeMetricsRequest(build([{ value: 0.5, time: [1, 7], traceId, spanId }])));
  const without = Buffer.from(encodeMetricsRequest(build([])));
  expect(bytes.includes(message)).toBe(true);
  // Nothing else has changed but lengths.
  expect(bytes.length).toBe(without.length + message.length);

  const spanless = Buffer.from(encodeMetricsRequest(build([{ value: 0.5, time: [1, 7] }])));
  expect(spanless.includes(fields.subarray(0, 18))).toBe(true);
  expect(spanless.length).toBe(without.length + 20);
});
