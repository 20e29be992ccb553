import { type HrTime, ValueType } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  DataPointType,
  type MetricData,
  type ResourceMetrics,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import {
  buffer,
  writeAttributes,
  writeResource,
  writeScope,
  writeTextField,
  writeTime,
} from '../export/otlp-protobuf-values.ts';
import type { PointWithExemplars } from './exemplar-meter-provider.ts';
import type { Exemplar } from './exemplars.ts';

/**
 * `ExportMetricsServiceRequest` (opentelemetry-proto 1.x, metrics/v1/metrics.proto) in protobuf. What
 * `@opentelemetry/otlp-transformer` writes, and the exemplars, which it leaves out; a property test holds the two against
 * each other. Exponential histograms are not written: nothing in this SDK can ask for one.
 *
 * @returns an array of its own.
 */
export function encodeMetricsRequest({ resource, scopeMetrics }: ResourceMetrics): Uint8Array {
  const out = buffer;
  out.position = 0;
  out.ensure(16);
  out.byte(0x0a); // resource_metrics = 1
  const start = out.startMessage(4);
  writeResource(resource);
  for (const scope of scopeMetrics) writeScopeMetrics(scope);
  out.endMessage(start, 4);
  return out.slice(0, out.position);
}

function writeScopeMetrics({ scope, metrics }: ScopeMetrics): void {
  const out = buffer;
  out.ensure(16);
  out.byte(0x12); // scope_metrics = 2
  const start = out.startMessage(4);
  writeScope(scope);
  for (const metric of metrics) writeMetric(metric);
  if (scope.schemaUrl) writeTextField(0x1a, scope.schemaUrl); // schema_url = 3
  out.endMessage(start, 4);
}

function writeMetric(metric: MetricData): void {
  const out = buffer;
  const { descriptor, dataPointType } = metric;
  if (dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return;
  out.ensure(16);
  out.byte(0x12); // metrics = 2
  const start = out.startMessage(3);
  writeTextField(0x0a, descriptor.name); // name = 1
  if (descriptor.description) writeTextField(0x12, descriptor.description); // description = 2
  if (descriptor.unit) writeTextField(0x1a, descriptor.unit); // unit = 3
  out.ensure(16);
  out.byte(DATA_TAGS[dataPointType]);
  const data = out.startMessage(3);
  if (dataPointType === DataPointType.HISTOGRAM) {
    for (const point of metric.dataPoints) writeHistogramPoint(point);
  } else {
    for (const point of metric.dataPoints) writeNumberPoint(point, descriptor.valueType);
  }
  out.ensure(16);
  if (dataPointType !== DataPointType.GAUGE) {
    out.byte(0x10); // aggregation_temporality = 2
    out.byte(metric.aggregationTemporality === AggregationTemporality.DELTA ? 1 : 2);
  }
  if (dataPointType === DataPointType.SUM && metric.isMonotonic) {
    out.byte(0x18); // is_monotonic = 3
    out.byte(1);
  }
  out.endMessage(data, 3);
  out.endMessage(start, 3);
}

const DATA_TAGS = {
  [DataPointType.GAUGE]: 0x2a, // gauge = 5
  [DataPointType.SUM]: 0x3a, // sum = 7
  [DataPointType.HISTOGRAM]: 0x4a, // histogram = 9
} as const;

function writeNumberPoint(point: DataPoint<number>, valueType: ValueType): void {
  const out = buffer;
  out.ensure(64);
  out.byte(0x0a); // data_points = 1
  const start = out.startMessage(1);
  writeTime(0x11, point.startTime); // start_time_unix_nano = 2
  writeTime(0x19, point.endTime); // time_unix_nano = 3
  if (valueType === ValueType.INT) {
    out.byte(0x31); // as_int = 6
    out.fixed64(point.value);
  } else {
    out.byte(0x21); // as_double = 4
    out.double(point.value);
  }
  writeAttributes(0x3a, point.attributes); // attributes = 7
  out.endMessage(start, 1);
}

function writeHistogramPoint(point: PointWithExemplars): void {
  const out = buffer;
  const { count, sum, buckets, min, max } = point.value;
  const { counts, boundaries } = buckets;
  out.ensure(128 + 8 * (counts.length + boundaries.length));
  out.byte(0x0a); // data_points = 1
  const start = out.startMessage(2);
  writeTime(0x11, point.startTime); // start_time_unix_nano = 2
  writeTime(0x19, point.endTime); // time_unix_nano = 3
  out.byte(0x21); // count = 4
  out.fixed64(count);
  if (sum !== undefined) {
    out.byte(0x29); // sum = 5
    out.double(sum);
  }
  if (counts.length > 0) {
    out.byte(0x32); // bucket_counts = 6, packed
    out.uint32(8 * counts.length);
    for (const each of counts) out.fixed64(each);
  }
  if (boundaries.length > 0) {
    out.byte(0x3a); // explicit_bounds = 7, packed
    out.uint32(8 * boundaries.length);
    for (const bound of boundaries) out.double(bound);
  }
  for (const exemplar of point.exemplars ?? []) writeExemplar(exemplar);
  writeAttributes(0x4a, point.attributes); // attributes = 9
  out.ensure(32);
  if (min !== undefined) {
    out.byte(0x59); // min = 11
    out.double(min);
  }
  if (max !== undefined) {
    out.byte(0x61); // max = 12
    out.double(max);
  }
  out.endMessage(start, 2);
}

function writeExemplar({ value, time, traceId, spanId }: Exemplar): void {
  const out = buffer;
  out.ensure(64);
  out.byte(0x42); // exemplars = 8
  const start = out.startMessage(1);
  writeTime(0x11, time as HrTime); // time_unix_nano = 2
  out.byte(0x19); // as_double = 3
  out.double(value);
  if (spanId !== undefined && traceId !== undefined) {
    out.byte(0x22); // span_id = 4
    out.hex(spanId);
    out.byte(0x2a); // trace_id = 5
    out.hex(traceId);
  }
  out.endMessage(start, 1);
}
