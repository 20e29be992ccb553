import { type Alert, counter, gauge } from '../alert.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

/** Whether it takes what services send. */
export const receivingAlerts: readonly Alert[] = [
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
];
