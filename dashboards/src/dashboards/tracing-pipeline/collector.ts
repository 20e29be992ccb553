import type { Row } from '../dashboard.ts';
import { alerts, panel } from '../link.ts';
import { over } from '../query.ts';
import { ANY_IS_BAD, alertAt, warnThenBad } from '../thresholds.ts';
import { lines } from './lines.ts';
import { anyTrace, COLLECTOR, quantile, rate, sumBy } from './selectors.ts';

const DOWN = 'Prometheus does not reach the Collector';
const list = alerts('collector');
const TAIL = 'otelcol_processor_tail_sampling_sampling';

export const collector: Row = {
  title: 'Collector',
  panels: [
    lines('collectorSpans', {
      width: 12,
      height: 9,
      shows:
        'Spans a second: taken in by receiver and protocol, delivered by exporter (each store gets every kept span), and below them what was refused or lost and why.',
      todo: 'refused: give it memory, senders try again meanwhile. send_failed: the store said no, see its log. enqueue_failed: the disk of the queue is full. Delivered falls and received does not: see the queues.',
      unit: 'cps',
      queries: [
        over(
          sumBy('receiver, transport', 'otelcol_receiver_accepted_spans_total', COLLECTOR),
          'received {{transport}}',
        ),
        over(
          sumBy('receiver, transport', 'otelcol_receiver_refused_spans_total', COLLECTOR),
          'refused {{transport}}',
        ),
        over(
          sumBy('receiver, transport', 'otelcol_receiver_failed_spans_total', COLLECTOR),
          'failed {{transport}}',
        ),
        over(sumBy('exporter', 'otelcol_exporter_sent_spans_total', COLLECTOR), 'delivered {{exporter}}'),
        over(sumBy('reason', 'otelcol_processor_dropped_spans', COLLECTOR), 'lost {{reason}}'),
      ],
      links: [anyTrace, panel('hops'), list],
      empty: DOWN,
    }),
    lines('collectorQueues', {
      width: 12,
      height: 9,
      shows: 'How full the queue of each exporter is. Those for traces are on disk and survive a restart.',
      todo: 'Rises: what it leads to is down or slow. Full: senders wait, then lose spans. Bring the store back; or raise QUEUE_SPANS (about 0.5 KB of disk a span).',
      unit: 'percentunit',
      thresholds: alertAt('collectorQueue'),
      max: 1,
      queries: [
        over(
          `max by (exporter, data_type) (otelcol_exporter_queue_size{${COLLECTOR}} / otelcol_exporter_queue_capacity{${COLLECTOR}})`,
          '{{exporter}} {{data_type}}',
        ),
      ],
      links: [list, panel('hops')],
      empty: DOWN,
    }),
    lines('collectorMemory', {
      shows:
        'Physical memory of the Collector, and of it the heap. The limiter refuses from 80 % of the memory limit on.',
      todo: 'Near the line: raise the memory limit, or lower TRACES_IN_MEMORY and DECISION_WAIT; tail sampling holds whole traces.',
      unit: 'bytes',
      thresholds: alertAt('collectorMemory'),
      queries: [
        over(`otelcol_process_memory_rss_bytes{${COLLECTOR}}`, 'physical {{instance}}'),
        over(`otelcol_process_runtime_heap_alloc_bytes{${COLLECTOR}}`, 'heap {{instance}}'),
      ],
      links: [list, panel('samplingDecisions')],
      empty: DOWN,
    }),
    lines('collectorMetrics', {
      shows: 'Metric points a second taken in from services, delivered to Prometheus, and lost.',
      todo: 'Lost above nothing: Prometheus refuses them for good, mostly for being older than its out-of-order window; its log says which.',
      unit: 'cps',
      queries: [
        over(
          sumBy('instance', 'otelcol_processor_memory_limiter_accepted_metric_points_total', COLLECTOR),
          'taken in',
        ),
        over(
          sumBy('exporter', 'otelcol_exporter_sent_metric_points_total', COLLECTOR),
          'delivered {{exporter}}',
        ),
        over(sumBy('exporter', 'exporter:lost_metric_points:total', COLLECTOR), 'lost {{exporter}}'),
      ],
      links: [list, panel('prometheusStorage')],
      empty: DOWN,
    }),
    lines([110, 'CPU of the Collector'], {
      shows: 'Processor cores in use.',
      todo: 'At its limit: senders wait. Redaction and tail sampling take most; give it more cores, or send fewer spans.',
      unit: 'none',
      queries: [over(rate('otelcol_process_cpu_seconds_total', COLLECTOR), '{{instance}}')],
      links: [list, panel('collectorSpans')],
      empty: DOWN,
    }),
    lines([111, 'Time to take in a request, p99'], {
      shows: 'Duration that 99 % of the requests of senders stayed within, by protocol.',
      todo: 'Seconds: the queues are full and senders wait on purpose, or there is no CPU left.',
      unit: 's',
      thresholds: warnThenBad(1, 5),
      queries: [
        over(
          quantile(0.99, 'rpc_method', 'rpc_server_call_duration_seconds', COLLECTOR),
          'gRPC {{rpc_method}}',
        ),
        over(
          quantile(0.99, 'http_route', 'http_server_request_duration_seconds', COLLECTOR),
          'HTTP {{http_route}}',
        ),
      ],
      links: [panel('collectorQueues'), list],
      empty: 'No requests in this time',
    }),
    lines([112, 'Time in each processor'], {
      shows: 'Mean time that each processor takes for a batch.',
      todo: 'One that grew: a new pattern in redaction, or larger spans.',
      unit: 's',
      queries: [
        over(
          `${sumBy('processor', 'otelcol_processor_internal_duration_seconds_sum', COLLECTOR)} / ${sumBy('processor', 'otelcol_processor_internal_duration_seconds_count', COLLECTOR)}`,
          '{{processor}}',
        ),
      ],
      links: [panel('collectorSpans'), list],
      empty: DOWN,
    }),
    lines([113, 'Traces waiting for a decision'], {
      shows: 'Traces that tail sampling holds in memory, and those it threw out early, a second.',
      todo: 'As many as TRACES_IN_MEMORY: raise it, or lower DECISION_WAIT. It takes traces a second times the wait, twice over.',
      unit: 'short',
      queries: [
        over(`sum by (instance) (${TAIL}_traces_on_memory{${COLLECTOR}})`, 'in memory {{instance}}'),
        over(sumBy('instance', `${TAIL}_trace_dropped_too_early_total`, COLLECTOR), 'too early {{instance}}'),
      ],
      links: [panel('samplingDecisions'), anyTrace],
      empty: DOWN,
    }),
    lines([114, 'Time of a round of decisions, p99'], {
      width: 12,
      shows: 'Tail sampling decides once a second: how long 99 % of the rounds stayed within.',
      todo: 'Above a second decisions come later and later, and memory grows: fewer policies, more CPU, or a second Collector.',
      unit: 'ms',
      thresholds: alertAt('decisionTime'),
      queries: [
        over(
          quantile(0.99, 'instance', `${TAIL}_decision_timer_latency_milliseconds`, COLLECTOR),
          '{{instance}}',
        ),
      ],
      links: [panel('samplingDecisions'), list],
      empty: DOWN,
    }),
    lines([115, 'Policies that failed'], {
      width: 12,
      shows: 'Evaluations of tail sampling policies that ended in an error, a second.',
      todo: 'Above nothing: a policy of the configuration does not fit the spans; the log of the Collector names it.',
      unit: 'cps',
      thresholds: ANY_IS_BAD,
      queries: [over(sumBy('instance', `${TAIL}_policy_evaluation_error_total`, COLLECTOR), '{{instance}}')],
      links: [panel('samplingDecisions'), list],
      empty: DOWN,
    }),
  ],
};
