// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { JOBS } from '../../catalogue/jobs.ts';
import type { Row } from '../dashboard.ts';
import { alerts, panel, traces } from '../link.ts';
import { table, timeSeries } from '../panel.ts';
import { now, over } from '../query.ts';
import { ANY_IS_BAD } from '../thresholds.ts';
import { allTraces, failedTraces, IN_ENVIRONMENT, SERVICES } from './selectors.ts';

const COLLECTOR = `job="${JOBS.collector}"`;
const TAIL = 'otelcol_processor_tail_sampling';
const rate = (metric: string, labels = COLLECTOR): string => `rate(${metric}{${labels}}[$__rate_interval])`;
const arrived = `sum(${rate('otelcol_receiver_accepted_spans_total')})`;
const stood = 'sum(service:spans_sent:rate5m)';
const forced = traces('{ span.sampling.force = true }', 'Traces that were forced');

export const sampling: Row = {
  title: 'Sampling in force',
  panels: [
    timeSeries([130, 'Head sampling: sent, and what it stands for'], {
      width: 8,
      height: 9,
      shows:
        'Spans that arrived at the Collector, and the spans that they stand for: a head sampler that keeps 10 % writes so into its spans (tracestate `ot=th`), and each then counts as ten.',
      todo: 'Equal lines: no head sampling. The gap is what services do not send. For true figures a sampler has to write `th`; ours does.',
      unit: 'cps',
      thresholds: 'neither',
      min: 0,
      queries: [over(arrived, 'arrived'), over(stood, 'stand for')],
      links: [allTraces],
      empty: 'No spans in this time',
    }),
    timeSeries([131, 'Head sampling ratio'], {
      width: 8,
      height: 9,
      shows:
        'Share of the spans that services send: over all of them (arrived over counted), and by service from what its SDK says when its metrics are on.',
      todo: 'Set at one place only: 10 % here and 10 % in the Collector is 1 %, and errors dropped here cannot be kept there. Lower than meant: look for OTEL_TRACES_SAMPLER_ARG in the service.',
      unit: 'percentunit',
      thresholds: 'neither',
      min: 0,
      max: 1,
      queries: [
        over(`clamp_max(${arrived} / (${stood} > 0), 1)`, 'all services'),
        over(
          `bottomk(10, sum by (service_name) (rate(otel_sdk_span_started_total{${IN_ENVIRONMENT}, otel_span_sampling_result="RECORD_AND_SAMPLE"}[$__rate_interval])) / (sum by (service_name) (rate(otel_sdk_span_started_total{${IN_ENVIRONMENT}}[$__rate_interval])) > 0))`,
          '{{service_name}}',
        ),
      ],
      links: [allTraces],
      empty: 'No spans in this time',
    }),
    timeSeries('samplingDecisions', {
      width: 8,
      height: 9,
      shows:
        'Traces a second that each policy of tail sampling would keep (sampled) or not. A trace is kept when one policy says so, and counts under each.',
      todo: 'Everything under `baseline`: nothing is sampled away, BASELINE_PERCENT is 100. A line falls to nothing: no more errors, or spans no longer arrive whole.',
      unit: 'cps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          `sum by (policy, decision) (${rate(`${TAIL}_count_traces_sampled_total`)})`,
          '{{policy}}: {{decision}}',
        ),
      ],
      links: [failedTraces, forced, alerts('collector')],
      empty: 'No traces decided on in this time',
    }),
    timeSeries([132, 'Traces kept and dropped'], {
      width: 8,
      height: 9,
      shows:
        'Traces a second that tail sampling has decided on, and those thrown out before their decision for want of room.',
      todo: '"Too early" above nothing: raise TRACES_IN_MEMORY or lower DECISION_WAIT; these traces were decided on blindly.',
      unit: 'cps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`sum by (decision) (${rate(`${TAIL}_global_count_traces_sampled_total`)})`, '{{decision}}'),
        over(`sum(${rate(`${TAIL}_sampling_trace_dropped_too_early_total`)})`, 'dropped too early'),
      ],
      links: [allTraces, panel('collectorSpans')],
      empty: 'No traces decided on in this time',
    }),
    table([133, 'Spans kept of those sent'], {
      width: 8,
      height: 9,
      shows:
        'The 25 services with the most spans: spans sent a second (before tail sampling), and the share of them that Tempo was given.',
      todo: 'A share that is too low to find traces: raise BASELINE_PERCENT. Too much to store: lower it. Errors, slow and forced traces are kept either way.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(25, sum by (service_name) (service:spans_sent:rate5m{${SERVICES}}))`, 'sent'),
        now(`sum by (service_name) (service:spans_kept:rate5m{${SERVICES}})`, 'kept'),
        now(`max by (service_name) (service:spans_kept:ratio_rate5m{${SERVICES}})`, 'ratio'),
      ],
      columns: [
        {
          field: 'service_name',
          title: 'Service',
          unit: 'string',
          links: [traces('{ resource.service.name = "${__value.text:percentencode}" }', 'Its traces')],
        },
        { field: 'sent', title: 'Sent', unit: 'cps' },
        { field: 'kept', title: 'Kept', unit: 'cps' },
        { field: 'ratio', title: 'Share kept', unit: 'percentunit' },
      ],
      sortBy: 'Sent',
      links: [allTraces],
      empty: 'No spans in the last 5 minutes',
    }),
    timeSeries('spanMetricSeries', {
      width: 8,
      height: 9,
      shows:
        'Spans a second that the Collector counts under no name of their own, because a service has more names than SERIES_LIMIT: requests and errors of it are then too low.',
      todo: 'Take what differs every time (ids, paths, URLs) out of the span names of that service.',
      unit: 'cps',
      thresholds: ANY_IS_BAD,
      min: 0,
      queries: [
        over(
          `sum by (service_name) (rate(traces_span_metrics_calls_total{otel_metric_overflow="true", ${SERVICES}}[$__rate_interval]))`,
          '{{service_name}}',
        ),
      ],
      links: [allTraces],
      empty: 'None, as it should be',
    }),
  ],
};
