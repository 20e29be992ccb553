import { JOBS } from '../../catalogue/jobs.ts';
import type { Row } from '../dashboard.ts';
import { alerts, panel } from '../link.ts';
import { timeSeries } from '../panel.ts';
import { over } from '../query.ts';
import { ANY_IS_BAD, alertAt } from '../thresholds.ts';
import { allTraces, IN_ENVIRONMENT, inJaeger } from './selectors.ts';

const sum = (metric: string, labels: string): string => `sum(rate(${metric}{${labels}}[$__rate_interval]))`;
const by = (label: string, metric: string, labels: string): string =>
  `sum by (${label}) (rate(${metric}{${labels}}[$__rate_interval]))`;
const COLLECTOR = `job="${JOBS.collector}"`;
const JAEGER = `job="${JOBS.jaeger}"`;
const TEMPO = `job="${JOBS.tempo}"`;
const SDK = 'service_name, instance';

export const hops: Row = {
  title: 'From the service to the stores',
  panels: [
    timeSeries('hops', {
      width: 12,
      height: 10,
      shows:
        'Spans a second at each hop: exported by services (those with metrics on), received by the Collector, exported to each store after tail sampling, received and written by Jaeger, received by Tempo.',
      todo: 'The first line that is lower than the one before it is where spans stay. Between received and exported tail sampling takes some on purpose: see Sampling in force.',
      unit: 'cps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          sum('otel_sdk_exporter_span_exported_total', `${IN_ENVIRONMENT}, error_type=""`),
          '1 services exported',
        ),
        over(sum('otelcol_receiver_accepted_spans_total', COLLECTOR), '2 Collector received'),
        over(by('exporter', 'otelcol_exporter_sent_spans_total', COLLECTOR), '3 Collector to {{exporter}}'),
        over(sum('otelcol_receiver_accepted_spans_total', JAEGER), '4 Jaeger received'),
        over(sum('otelcol_exporter_sent_spans_total', JAEGER), '5 Jaeger wrote'),
        over(sum('tempo_distributor_spans_received_total', TEMPO), '4 Tempo received'),
      ],
      links: [allTraces, inJaeger, alerts('collector')],
      empty: 'No spans in this time',
    }),
    timeSeries([140, 'Lost or refused at each hop'], {
      width: 12,
      height: 10,
      shows: 'Spans a second that were lost (gone), or refused (sent back to the sender, who tries again).',
      todo: 'In services: raise the queue, or look why the Collector is slow. send_failed: the log of the store says why. enqueue_failed: the disk of the queue is full. refused: give the Collector memory.',
      unit: 'cps',
      thresholds: ANY_IS_BAD,
      min: 0,
      queries: [
        over(sum('instance:otel_sdk_dropped_spans:total', IN_ENVIRONMENT), '1 services lost'),
        over(sum('otelcol_receiver_refused_spans_total', COLLECTOR), '2 Collector refused'),
        over(by('reason', 'otelcol_processor_dropped_spans', COLLECTOR), '3 Collector: {{reason}}'),
        over(sum('otelcol_receiver_refused_spans_total', JAEGER), '4 Jaeger refused'),
        over(sum('exporter:jaeger_lost_spans:total', JAEGER), '5 Jaeger lost'),
        over(sum('instance:tempo_discarded_spans:total', TEMPO), '4 Tempo discarded'),
      ],
      links: [alerts('collector'), panel('collectorSpans')],
      empty: 'No spans in this time',
    }),
    timeSeries('sdkDropped', {
      width: 8,
      height: 9,
      shows: 'Spans a second that services lost before they left, by service and reason.',
      todo: 'queue_full: the Collector is slow or away, or the queue too small. rejected: the log of the Collector says why. exit_timeout: give the process longer to end.',
      unit: 'cps',
      thresholds: ANY_IS_BAD,
      min: 0,
      queries: [
        over(
          `topk(10, sum by (service_name) (rate(instance:otel_sdk_dropped_spans:total{${IN_ENVIRONMENT}}[$__rate_interval])))`,
          '{{service_name}}',
        ),
        over(
          `topk(10, sum by (service_name, error_type) (rate(otel_sdk_processor_span_processed_total{${IN_ENVIRONMENT}, error_type!=""}[$__rate_interval])))`,
          '{{service_name}}: {{error_type}}',
        ),
      ],
      links: [alerts('sdk'), allTraces],
      empty: 'None lost, or no service has its metrics on',
    }),
    timeSeries('sdkQueue', {
      width: 8,
      height: 9,
      shows: 'How full the span queue of each instance is, of the ten fullest.',
      todo: 'Near full: does the Collector answer? Then raise the queue of the service, or sample at the head.',
      unit: 'percentunit',
      thresholds: alertAt('sdkQueue'),
      min: 0,
      max: 1,
      queries: [
        over(
          `topk(10, max by (${SDK}) (otel_sdk_processor_span_queue_size{${IN_ENVIRONMENT}} / otel_sdk_processor_span_queue_capacity{${IN_ENVIRONMENT}}))`,
          '{{service_name}} {{instance}}',
        ),
      ],
      links: [alerts('sdk'), allTraces],
      empty: 'No service has its metrics on',
    }),
    timeSeries([141, 'Queues of the Collector'], {
      width: 8,
      height: 9,
      shows: 'How full the queue on disk before each store is.',
      todo: 'Rises: the store is down or slow; nothing is lost until it is full, then senders wait. Look at the store.',
      unit: 'percentunit',
      thresholds: alertAt('collectorQueue'),
      min: 0,
      max: 1,
      queries: [
        over(
          `max by (exporter, instance) (otelcol_exporter_queue_size{${COLLECTOR}} / otelcol_exporter_queue_capacity{${COLLECTOR}})`,
          '{{exporter}} {{instance}}',
        ),
      ],
      links: [panel('collectorQueues'), alerts('collector')],
      empty: 'Prometheus does not reach the Collector',
    }),
  ],
};
