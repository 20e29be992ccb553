import { type Meter, ValueType } from '@opentelemetry/api';
import type { SpansStarted } from '../tracer/spans-started.ts';
import type { TracingStats } from '../types.ts';

export interface SpanHealthSources {
  readonly started: SpansStarted;
  readonly stats: () => TracingStats;
  /** Spans held at most. */
  readonly queueCapacity: number;
}

const PROCESSOR = { 'otel.component.type': 'batching_span_processor', 'otel.component.name': 'uat/0' };

/**
 * How our own tracing is: spans started, exported, dropped by reason, waiting. By the conventions for SDKs
 * (https://opentelemetry.io/docs/specs/semconv/otel/sdk-metrics/). What is lost before an export is a failure of the
 * processor, what is lost by it one of the exporter.
 *
 * @param exporterType `otel.component.type` of the exporter, e.g. `otlp_http_span_exporter`.
 */
export function observeSpanHealth(
  meter: Meter,
  { started, stats, queueCapacity }: SpanHealthSources,
  exporterType: string,
): void {
  const exporter = { 'otel.component.type': exporterType, 'otel.component.name': 'uat/0' };
  const counter = (name: string, description: string) =>
    meter.createObservableCounter(name, { description, unit: '{span}', valueType: ValueType.INT });
  const level = (name: string, description: string) =>
    meter.createObservableUpDownCounter(name, { description, unit: '{span}', valueType: ValueType.INT });

  counter('otel.sdk.span.started', 'The number of created spans.').addCallback((result) => {
    const say = (spans: number, sampled: string): void => {
      if (spans > 0) result.observe(spans, { 'otel.span.sampling_result': sampled });
    };
    say(started.recordAndSample, 'RECORD_AND_SAMPLE');
    say(started.recordOnly, 'RECORD_ONLY');
    say(started.drop, 'DROP');
  });

  const processed = counter(
    'otel.sdk.processor.span.processed',
    'The number of spans for which the processing has finished, either successful or failed.',
  );
  const exported = counter(
    'otel.sdk.exporter.span.exported',
    'The number of spans for which the export has finished, either successful or failed.',
  );
  const queue = level('otel.sdk.processor.span.queue.size', 'The number of spans in the queue.');
  const capacity = level(
    'otel.sdk.processor.span.queue.capacity',
    'The maximum number of spans the queue can hold.',
  );
  meter.addBatchObservableCallback(
    (result) => {
      const { spansEnded, spansExported, spansDropped, spansQueued } = stats();
      const failed = (spans: number, type: string): void => {
        if (spans > 0) result.observe(processed, spans, { ...PROCESSOR, 'error.type': type });
      };
      const { queue_full, unencodable, after_shutdown, rejected, exit_timeout } = spansDropped;
      // Those under way count when they have arrived: the processor does not tell them from the waiting ones.
      result.observe(
        processed,
        spansEnded - spansQueued - queue_full - unencodable - after_shutdown,
        PROCESSOR,
      );
      failed(queue_full, 'queue_full');
      failed(unencodable, 'unencodable');
      failed(after_shutdown, 'already_shutdown');
      result.observe(exported, spansExported, exporter);
      if (rejected > 0) result.observe(exported, rejected, { ...exporter, 'error.type': 'rejected' });
      if (exit_timeout > 0) {
        result.observe(exported, exit_timeout, { ...exporter, 'error.type': 'exit_timeout' });
      }
      result.observe(queue, spansQueued, PROCESSOR);
      result.observe(capacity, queueCapacity, PROCESSOR);
    },
    [processed, exported, queue, capacity],
  );
}
