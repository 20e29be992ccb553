import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, counter, gauge } from './alert.ts';
import { limit } from './thresholds.ts';

const JOB = `job="${JOBS.collector}"`;
const HERE = { job: JOBS.collector, instance: 'otel-collector:8888' };
const AT = `${JOB}, instance="otel-collector:8888"`;
const WHO = 'The Collector at {{ $labels.instance }}';
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

export const collectorAlerts: readonly Alert[] = [
  {
    name: 'CollectorDown',
    component: 'collector',
    severity: 'critical',
    expr: `up{${JOB}} == 0 or absent(up{${JOB}})`,
    forMinutes: 2,
    summary: 'The Collector does not answer',
    description: 'No traces and no metrics of services arrive; services hold what they can and then lose it.',
    panel: 'targets',
    steps: [
      'Is it running? `docker compose ps otel-collector`, then its log: a configuration that it refuses is in the first lines.',
      'Killed for memory? `docker inspect` says OOMKilled: raise COLLECTOR_MEMORY, or lower TRACES_IN_MEMORY.',
      'It runs: does it answer at port 13133, path /health? Then Prometheus cannot reach port 8888.',
    ],
    inhibits: [
      {
        alerts: [
          'CollectorMemoryLimiterRefusing',
          'CollectorRefusingSpans',
          'CollectorReceiverFailing',
          'CollectorLosingSpans',
          'CollectorNotDelivering',
          'CollectorQueueNearlyFull',
          'CollectorLosingMetrics',
          'CollectorMemoryHigh',
          'TailSamplingDroppingEarly',
          'TailSamplingSlow',
          'TailSamplingPolicyErrors',
        ],
        equal: ['instance'],
      },
      {
        alerts: [
          'ServiceWithoutTraffic',
          'ServiceStoppedReporting',
          'SdkDroppingSpans',
          'SdkQueueNearlyFull',
        ],
        equal: [],
      },
    ],
    cases: {
      series: [gauge(`up{${AT}}`, 1, 1, 0)],
      fires: HERE,
      absenceFires: [0],
      goneFires: true,
    },
  },
  {
    name: 'CollectorMemoryLimiterRefusing',
    component: 'collector',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(otelcol_processor_dropped_spans{${JOB}, reason="refused"}[5m])) > 0`,
    forMinutes: 2,
    keepMinutes: 5,
    summary: `${WHO} sends back {{ $value | humanize }} spans a second for want of memory`,
    description: 'Senders try again for a while, and then lose spans.',
    panel: 'collectorMemory',
    steps: [
      'How many traces wait for their decision? Lower TRACES_IN_MEMORY or DECISION_WAIT, or raise COLLECTOR_MEMORY.',
      'Has the traffic grown? Sample at the head, or run several collectors.',
      'Is a backend away? Its queue is on disk, but batches under way are in memory.',
    ],
    inhibits: [{ alerts: ['CollectorRefusingSpans', 'CollectorMemoryHigh'], equal: ['instance'] }],
    cases: {
      series: [
        counter(
          `otelcol_processor_memory_limiter_refused_spans_total{${AT}, processor="memory_limiter"}`,
          null,
          0,
          1,
        ),
        counter(
          `otelcol_processor_memory_limiter_accepted_spans_total{${AT}, processor="memory_limiter"}`,
          10,
          10,
          10,
        ),
      ],
      fires: HERE,
    },
  },
  {
    name: 'CollectorRefusingSpans',
    component: 'collector',
    severity: 'warning',
    expr: `sum by (job, instance, receiver) (rate(otelcol_receiver_refused_spans_total{${JOB}}[5m])) > 0`,
    forMinutes: 2,
    keepMinutes: 5,
    summary: `${WHO} sends back {{ $value | humanize }} spans a second`,
    description: 'Its pipeline does not take them. Senders try again for a while, and then lose spans.',
    panel: 'collectorSpans',
    steps: [
      'Its log says which component refuses: the memory limiter, a processor that fails, a queue that is full.',
      'Are the queues full? Look at what they deliver to.',
    ],
    cases: {
      series: [
        counter(`otelcol_receiver_refused_spans_total{${AT}, receiver="otlp", transport="grpc"}`, 0, 0, 1),
      ],
      fires: { ...HERE, receiver: 'otlp' },
    },
  },
  {
    name: 'CollectorReceiverFailing',
    component: 'collector',
    severity: 'warning',
    expr: `sum by (job, instance, receiver) (rate(otelcol_receiver_failed_spans_total{${JOB}}[5m])) > 0`,
    forMinutes: 2,
    keepMinutes: 5,
    summary: `${WHO} loses {{ $value | humanize }} spans a second in its receiver`,
    description:
      'An error within the Collector, not a refusal: these spans are gone. Collector 0.161.0 tells the two apart only with `--feature-gates=receiverhelper.newReceiverMetrics`; without it both are CollectorRefusingSpans.',
    panel: 'collectorSpans',
    steps: [
      'Its log has the error.',
      'Compare its version with the release notes; report it if it is not known.',
    ],
    cases: {
      series: [
        counter(`otelcol_receiver_failed_spans_total{${AT}, receiver="otlp", transport="grpc"}`, 0, 0, 1),
      ],
      fires: { ...HERE, receiver: 'otlp' },
    },
  },
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
  {
    name: 'CollectorMemoryHigh',
    component: 'collector',
    severity: 'warning',
    expr: `otelcol_process_memory_rss_bytes{${JOB}} > ${limit('collectorMemory')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanize1024 }}B of memory`,
    description: 'It will soon send spans back, or be killed with the traces that wait for their decision.',
    thresholds: ['collectorMemory'],
    panel: 'collectorMemory',
    steps: [
      'How many traces wait for their decision? Lower TRACES_IN_MEMORY or DECISION_WAIT.',
      'How many series does span_metrics have? Lower SERIES_LIMIT, or take out a dimension.',
      'Else raise COLLECTOR_MEMORY and COLLECTOR_GOMEMLIMIT (80 % of it), and the threshold collectorMemory.',
    ],
    cases: {
      series: [
        gauge(
          `otelcol_process_memory_rss_bytes{${AT}}`,
          1e8,
          limit('collectorMemory'),
          limit('collectorMemory') + 1e6,
        ),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TailSamplingDroppingEarly',
    component: 'collector',
    severity: 'warning',
    expr: `rate(otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total{${JOB}}[5m]) > 0`,
    forMinutes: 2,
    keepMinutes: 10,
    summary: `${WHO} throws out {{ $value | humanize }} traces a second before their decision`,
    description: 'More than num_traces wait. Traces are lost that had errors or were slow.',
    panel: 'samplingDecisions',
    steps: [
      'Raise TRACES_IN_MEMORY: at least twice the traces a second, times DECISION_WAIT; and the memory with it.',
      'Or set block_on_overflow: true, so that senders wait instead.',
    ],
    cases: {
      series: [
        counter(`otelcol_processor_tail_sampling_sampling_trace_dropped_too_early_total{${AT}}`, 0, 0, 1),
      ],
      fires: HERE,
    },
  },
  {
    name: 'TailSamplingSlow',
    component: 'collector',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, le) (rate(otelcol_processor_tail_sampling_sampling_decision_timer_latency_milliseconds_bucket{${JOB}}[5m]))) > ${limit('decisionTime')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanize }} ms for a round of sampling decisions`,
    description: 'Decisions come later and later, and traces pile up in memory.',
    thresholds: ['decisionTime'],
    panel: 'samplingDecisions',
    steps: [
      'Is it short of CPU? Raise COLLECTOR_CPUS.',
      'Which policy takes the time? otelcol_processor_tail_sampling_sampling_policy_execution_time_sum_microseconds_total by policy.',
    ],
    cases: {
      series: ['500', '1000', '2000', '+Inf'].map((le, index) =>
        counter(
          `otelcol_processor_tail_sampling_sampling_decision_timer_latency_milliseconds_bucket{${AT}, le="${le}"}`,
          1,
          [0.5, 0.992, 1, 1][index]!,
          [0.5, 0.98, 1, 1][index]!,
        ),
      ),
      fires: HERE,
    },
  },
  {
    name: 'TailSamplingPolicyErrors',
    component: 'collector',
    severity: 'warning',
    expr: `rate(otelcol_processor_tail_sampling_sampling_policy_evaluation_error_total{${JOB}}[5m]) > 0`,
    forMinutes: 2,
    keepMinutes: 10,
    summary: `${WHO} cannot evaluate a sampling policy`,
    description: 'What that policy would have kept is lost.',
    panel: 'samplingDecisions',
    steps: [
      'Its log names the policy and the error.',
      'Check the policy against a trace that it should keep.',
    ],
    cases: {
      series: [
        counter(`otelcol_processor_tail_sampling_sampling_policy_evaluation_error_total{${AT}}`, 0, 0, 1),
      ],
      fires: HERE,
    },
  },
  {
    name: 'SpanMetricsOverLimit',
    component: 'collector',
    severity: 'warning',
    expr: 'sum by (service_name) (rate(traces_span_metrics_calls_total{otel_metric_overflow="true"}[5m])) > 0',
    forMinutes: 10,
    summary: '{{ $labels.service_name }} has more kinds of spans than are counted',
    description:
      'Beyond SERIES_LIMIT, spans are counted together and without a name: rates by operation are too low.',
    panel: 'spanMetricSeries',
    steps: [
      'Find the span names that never end: ids in a name, `topk(20, count by (span_name) (traces_span_metrics_calls_total))`.',
      'Give those spans a name with a template (`GET /orders/{id}`) in the service.',
      'Or take a dimension out of span_metrics, or raise SERIES_LIMIT.',
    ],
    cases: {
      series: [
        counter(
          'traces_span_metrics_calls_total{job="shop/checkout", service_name="checkout", otel_metric_overflow="true"}',
          null,
          0,
          1,
        ),
        counter(
          'traces_span_metrics_calls_total{job="shop/checkout", service_name="checkout", span_name="GET", span_kind="SPAN_KIND_SERVER", status_code="STATUS_CODE_UNSET"}',
          10,
          10,
          10,
        ),
      ],
      fires: { service_name: 'checkout' },
    },
  },
];
