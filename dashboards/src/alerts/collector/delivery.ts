import { type Alert, counter, gauge } from '../alert.ts';
import { limit } from '../thresholds.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

const TEMPO = 'otlp_grpc/tempo';

const queue = (exporter: string, type: string, good: number, below: number, bad: number) => [
  gauge(`otelcol_exporter_queue_size{${AT}, exporter="${exporter}", data_type="${type}"}`, good, below, bad),
  gauge(
    `otelcol_exporter_queue_capacity{${AT}, exporter="${exporter}", data_type="${type}"}`,
    1000,
    1000,
    1000,
  ),
];

/** Whether it gets rid of what it took. */
export const deliveryAlerts: readonly Alert[] = [
  {
    name: 'CollectorLosingSpans',
    component: 'collector',
    severity: 'warning',
    expr: `sum by (job, instance, exporter, reason) (rate(otelcol_processor_dropped_spans{${JOB}, reason=~"send_failed|enqueue_failed"}[5m])) > 0`,
    forMinutes: 1,
    keepMinutes: 15,
    summary: `${WHO} loses {{ $value | humanize }} spans a second on the way to {{ $labels.exporter }}`,
    description:
      'These spans are gone. send_failed: the other side refuses them for good. enqueue_failed: the queue does not take them.',
    panel: 'hops',
    steps: [
      'Its log has the answer of the other side: too large, not allowed, not understood.',
      'enqueue_failed: is the disk of the queue full or read-only? `df` in its volume.',
      'Tempo refuses traces beyond its limits: look at TempoDiscardingSpans.',
    ],
    cases: {
      series: [
        counter(
          `otelcol_exporter_send_failed_spans_total{${AT}, exporter="${TEMPO}", server_address="tempo"}`,
          null,
          0,
          1,
        ),
        ...queue(TEMPO, 'traces', 0, 0, 0),
      ],
      fires: { ...HERE, exporter: TEMPO, reason: 'send_failed' },
    },
  },
  {
    name: 'CollectorNotDelivering',
    component: 'collector',
    severity: 'warning',
    expr: `min by (job, instance, exporter) (min_over_time(otelcol_exporter_queue_size{${JOB}, data_type="traces"}[5m])) > 0 unless sum by (job, instance, exporter) (rate(otelcol_exporter_sent_spans_total{${JOB}}[5m])) > 0`,
    forMinutes: 5,
    summary: `${WHO} delivers nothing to {{ $labels.exporter }}; {{ $value | humanize }} spans wait`,
    description: 'Nothing is lost while the queue on disk has room; new traces cannot be seen there.',
    panel: 'collectorQueues',
    steps: [
      'Is the backend up? Its own alert says so.',
      'Its log has the error: name not found, connection refused, certificate, authorization.',
      'How long will the queue last? The panel shows its fill.',
    ],
    cases: {
      series: [
        gauge(`otelcol_exporter_queue_size{${AT}, exporter="${TEMPO}", data_type="traces"}`, 0, 500, 500),
        counter(
          `otelcol_exporter_sent_spans_total{${AT}, exporter="${TEMPO}", server_address="tempo", server_port="4320"}`,
          10,
          0.1,
          0,
        ),
      ],
      fires: { ...HERE, exporter: TEMPO },
    },
  },
  {
    name: 'CollectorQueueNearlyFull',
    component: 'collector',
    severity: 'critical',
    expr: `otelcol_exporter_queue_size{${JOB}} / otelcol_exporter_queue_capacity{${JOB}} > ${limit('collectorQueue')}`,
    forMinutes: 5,
    summary: `${WHO} has its queue to {{ $labels.exporter }} {{ $value | humanizePercentage }} full`,
    description: 'When it is full, senders have to wait, and then lose spans.',
    thresholds: ['collectorQueue'],
    panel: 'collectorQueues',
    steps: [
      'Get the backend going that it delivers to: nothing else helps for long.',
      'To win time, raise QUEUE_SPANS (about 500 bytes of disk a span) or lower BASELINE_PERCENT.',
    ],
    inhibits: [{ alerts: ['CollectorNotDelivering'], equal: ['instance', 'exporter'] }],
    cases: {
      series: queue(TEMPO, 'traces', 0, 799, 810),
      fires: { ...HERE, exporter: TEMPO, data_type: 'traces' },
    },
  },
  {
    name: 'CollectorLosingMetrics',
    component: 'collector',
    severity: 'warning',
    expr: 'rate(exporter:lost_metric_points:total[5m]) > 0',
    forMinutes: 1,
    keepMinutes: 15,
    summary: `${WHO} loses {{ $value | humanize }} metric points a second on the way to {{ $labels.exporter }}`,
    description: 'Rates of services, the service map and alerts on them have holes.',
    panel: 'collectorMetrics',
    steps: [
      'Its log has the answer of Prometheus: too old, out of order, not allowed.',
      'Too old after an outage: what is older than out_of_order_time_window cannot be stored any more.',
      'Is the OTLP receiver of Prometheus on (--web.enable-otlp-receiver)?',
    ],
    cases: {
      series: [
        counter(
          `otelcol_exporter_send_failed_metric_points_total{${AT}, exporter="otlp_http/prometheus", url_path="/api/v1/otlp/v1/metrics"}`,
          null,
          0,
          1,
        ),
        gauge(
          `otelcol_exporter_queue_size{${AT}, exporter="otlp_http/prometheus", data_type="metrics"}`,
          0,
          1,
          1,
        ),
      ],
      fires: { ...HERE, exporter: 'otlp_http/prometheus' },
    },
  },
];
