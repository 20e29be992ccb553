import { type Alert, counter, gauge } from '../alert.ts';
import { limit } from '../thresholds.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

/** What it does with spans between: traces that wait for their decision, spans that are counted. */
export const processingAlerts: readonly Alert[] = [
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
