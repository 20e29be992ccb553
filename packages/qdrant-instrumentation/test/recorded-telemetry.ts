/** Registers real providers with the API, and keeps what they are given. */
import { type Attributes, context, metrics, propagation, type SpanContext, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  DataPointType,
  type HistogramMetricData,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';

export interface Measurement {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Attributes;
  readonly count: number;
  readonly sum: number;
  readonly boundaries: readonly number[];
}

export interface RecordedTelemetry {
  readonly spans: ReadableSpan[];
  /** The only span there is; it is taken away. */
  take(): ReadableSpan;
  /** Of the histograms, since the last call. */
  measurements(): Promise<Measurement[]>;
  stop(): void;
}

export function recordTelemetry(): RecordedTelemetry {
  const spans: ReadableSpan[] = [];
  const tracerProvider = new TracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd: (span: ReadableSpan) => spans.push(span),
        async forceFlush() {},
        async shutdown() {},
      },
    ],
  });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.DELTA);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  trace.setGlobalTracerProvider(tracerProvider);
  metrics.setGlobalMeterProvider(meterProvider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  return {
    spans,
    take() {
      if (spans.length !== 1)
        throw new Error(
          `expected one span, there are ${spans.length}: ${spans.map(({ name }) => name).join(', ')}`,
        );
      return spans.pop()!;
    },
    async measurements() {
      exporter.reset();
      await meterProvider.forceFlush();
      return exporter.getMetrics().flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap((scope) =>
          scope.metrics
            .filter(
              (metric): metric is HistogramMetricData => metric.dataPointType === DataPointType.HISTOGRAM,
            )
            .flatMap(({ descriptor, dataPoints }) =>
              dataPoints.map(({ attributes, value }) => ({
                metric: descriptor.name,
                unit: descriptor.unit,
                attributes,
                count: value.count,
                sum: value.sum ?? 0,
                boundaries: value.buckets.boundaries,
              })),
            ),
        ),
      );
    },
    stop() {
      trace.disable();
      metrics.disable();
      context.disable();
      propagation.disable();
      void meterProvider.shutdown();
    },
  };
}

/** The ids in a `traceparent`. */
export function idsOf(traceparent: unknown): Pick<SpanContext, 'traceId' | 'spanId'> {
  const [, traceId = '', spanId = ''] = String(traceparent).split('-');
  return { traceId, spanId };
}
