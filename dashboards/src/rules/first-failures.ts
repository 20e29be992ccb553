import { JOBS } from '../catalogue/jobs.ts';
import type { RuleGroup } from './recording-rule.ts';

/** 0 wherever `present` is, until the counter `rare` comes into being. Sums stay within one process. */
function fromZero(by: string, rare: string, present: string): string {
  return `(sum by (${by}) (${rare}) or sum by (${by}) (0 * ${present}))`;
}

const EXPORTER = 'job, instance, exporter';
const COLLECTOR_QUEUE = `otelcol_exporter_queue_size{job="${JOBS.collector}", data_type="metrics"}`;
const SDK = 'job, instance, deployment_environment_name, service_namespace, service_name';

/**
 * Counters that are not there before the first failure, made to start at 0: rate() and increase() compare two samples, so
 * the first failure of a series without a past would not be seen.
 */
export const firstFailures: RuleGroup = {
  name: 'uat-first-failures',
  file: 'first-failures.yml',
  purpose: 'Counters of failures that begin at 0.',
  rules: [
    {
      record: 'exporter:lost_metric_points:total',
      expr: [
        fromZero(
          EXPORTER,
          `otelcol_exporter_send_failed_metric_points_total{job="${JOBS.collector}"}`,
          COLLECTOR_QUEUE,
        ),
        fromZero(
          EXPORTER,
          `otelcol_exporter_enqueue_failed_metric_points_total{job="${JOBS.collector}"}`,
          COLLECTOR_QUEUE,
        ),
      ].join(' + '),
      type: 'counter',
      unit: '{point}',
      keeps: ['job', 'instance', 'exporter'],
      meaning: 'Metric points that the Collector lost, by exporter.',
    },
    {
      record: 'exporter:jaeger_lost_spans:total',
      expr: fromZero(
        EXPORTER,
        `otelcol_exporter_send_failed_spans_total{job="${JOBS.jaeger}"}`,
        `otelcol_exporter_sent_spans_total{job="${JOBS.jaeger}"}`,
      ),
      type: 'counter',
      unit: '{span}',
      keeps: ['job', 'instance', 'exporter'],
      meaning: 'Spans that Jaeger could not write.',
    },
    {
      record: 'instance:tempo_discarded_spans:total',
      expr: fromZero(
        'job, instance',
        'tempo_discarded_spans_total',
        'tempo_distributor_bytes_received_total',
      ),
      type: 'counter',
      unit: '{span}',
      keeps: ['job', 'instance'],
      meaning: 'Spans that Tempo threw away for a limit.',
    },
    {
      record: 'instance:otel_sdk_dropped_spans:total',
      expr: [
        fromZero(
          SDK,
          'otel_sdk_processor_span_processed_total{error_type!=""}',
          'otel_sdk_processor_span_queue_size',
        ),
        fromZero(
          SDK,
          'otel_sdk_exporter_span_exported_total{error_type!=""}',
          'otel_sdk_processor_span_queue_size',
        ),
      ].join(' + '),
      type: 'counter',
      unit: '{span}',
      keeps: SDK.split(', '),
      meaning: 'Spans that a service lost before they reached the Collector.',
    },
  ],
};
