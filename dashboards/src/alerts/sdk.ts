import { type Alert, counter, gauge } from './alert.ts';
import { BY_SERVICE, CHECKOUT, CHECKOUT_INSTANCE, WHO } from './service-labels.ts';
import { limit } from './thresholds.ts';

const PROCESSOR = 'otel_component_type="batching_span_processor", otel_component_name="uat/0"';

export const sdkAlerts: readonly Alert[] = [
  {
    name: 'SdkDroppingSpans',
    component: 'sdk',
    severity: 'warning',
    expr: `sum by (${BY_SERVICE}) (rate(instance:otel_sdk_dropped_spans:total[10m])) > 0`,
    forMinutes: 5,
    keepMinutes: 10,
    summary: `${WHO} loses {{ $value | humanize }} spans a second before they leave it`,
    description: 'Traces of this service have holes.',
    panel: 'sdkDropped',
    steps: [
      'See which reason the panel shows: queue_full, rejected, exit_timeout, unencodable.',
      'queue_full: the Collector is slow or away; look at its alerts. Else raise the queue of the service.',
      "rejected: the Collector's log says why.",
    ],
    cases: {
      series: [
        counter(
          `otel_sdk_processor_span_processed_total{${CHECKOUT_INSTANCE}, ${PROCESSOR}, error_type="queue_full"}`,
          null,
          0,
          1,
        ),
        counter(`otel_sdk_processor_span_processed_total{${CHECKOUT_INSTANCE}, ${PROCESSOR}}`, 10, 10, 10),
        gauge(`otel_sdk_processor_span_queue_size{${CHECKOUT_INSTANCE}, ${PROCESSOR}}`, 5, 2000, 2048),
      ],
      fires: CHECKOUT,
    },
  },
  {
    name: 'SdkQueueNearlyFull',
    component: 'sdk',
    severity: 'warning',
    expr: `otel_sdk_processor_span_queue_size / otel_sdk_processor_span_queue_capacity > ${limit('sdkQueue')}`,
    forMinutes: 3,
    summary: `The span queue of ${WHO} at {{ $labels.instance }} is {{ $value | humanizePercentage }} full`,
    description: 'When it is full, the service loses spans. Nothing is lost yet.',
    thresholds: ['sdkQueue'],
    panel: 'sdkQueue',
    steps: [
      'Does the Collector answer? Look at its alerts.',
      'Is the traffic higher than usual? Then raise the queue, or sample at the head.',
    ],
    cases: {
      series: [
        gauge(`otel_sdk_processor_span_queue_size{${CHECKOUT_INSTANCE}, ${PROCESSOR}}`, 5, 1630, 1650),
        gauge(`otel_sdk_processor_span_queue_capacity{${CHECKOUT_INSTANCE}, ${PROCESSOR}}`, 2048, 2048, 2048),
      ],
      fires: {
        ...CHECKOUT,
        job: 'shop/checkout',
        instance: 'a',
        otel_component_type: 'batching_span_processor',
        otel_component_name: 'uat/0',
      },
    },
  },
];
