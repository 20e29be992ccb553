import { JOBS } from '../catalogue/jobs.ts';
import { type Alert, counter, gauge } from './alert.ts';
import { limit } from './thresholds.ts';
import { undelivered } from './undelivered.ts';

const JAEGER = `job="${JOBS.jaeger}"`;
const HERE = { job: JOBS.jaeger, instance: 'jaeger:8888' };
const AT = `${JAEGER}, instance="jaeger:8888"`;
const READS = `${AT}, name="main", role="tracestore", operation="find_traces"`;

export const jaegerAlerts: readonly Alert[] = [
  {
    name: 'JaegerDown',
    component: 'jaeger',
    severity: 'critical',
    expr: `up{${JAEGER}} == 0`,
    forMinutes: 2,
    summary: 'Jaeger at {{ $labels.instance }} does not answer',
    description: 'Traces cannot be searched there; the Collector keeps them in its queue until it is back.',
    panel: 'targets',
    steps: [
      'Is it running? `docker compose ps jaeger`, then its log.',
      '"permission denied" under /var/lib/jaeger: the volume has to belong to user 10001.',
      'It runs: does port 13133, path /status, answer?',
    ],
    inhibits: [
      {
        alerts: ['JaegerLosingSpans', 'JaegerRefusingSpans', 'JaegerReadsFailing', 'JaegerReadsSlow'],
        equal: ['instance'],
      },
      undelivered('jaeger'),
    ],
    cases: { series: [gauge(`up{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'JaegerLosingSpans',
    component: 'jaeger',
    severity: 'critical',
    expr: 'rate(exporter:jaeger_lost_spans:total[5m]) > 0',
    forMinutes: 1,
    keepMinutes: 15,
    summary: 'Jaeger at {{ $labels.instance }} cannot write {{ $value | humanize }} spans a second',
    description: 'These spans are not in Jaeger; Tempo may have them.',
    panel: 'jaegerStorage',
    steps: [
      'Is its disk full? `df /var/lib/jaeger`.',
      'Its log has the error of the storage.',
      'Lower JAEGER_RETENTION, or give it more disk.',
    ],
    cases: {
      series: [
        counter(
          `otelcol_exporter_send_failed_spans_total{${AT}, exporter="jaeger_storage_exporter"}`,
          null,
          0,
          1,
        ),
        counter(`otelcol_exporter_sent_spans_total{${AT}, exporter="jaeger_storage_exporter"}`, 10, 10, 10),
      ],
      fires: { ...HERE, exporter: 'jaeger_storage_exporter' },
    },
  },
  {
    name: 'JaegerRefusingSpans',
    component: 'jaeger',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(otelcol_receiver_refused_spans_total{${JAEGER}}[5m])) > 0`,
    forMinutes: 2,
    keepMinutes: 5,
    summary: 'Jaeger at {{ $labels.instance }} sends back {{ $value | humanize }} spans a second',
    description: 'The Collector tries again, and its queue grows.',
    panel: 'jaegerSpans',
    steps: ['Its log says why.', 'Is it short of memory or CPU? Raise JAEGER_MEMORY, JAEGER_CPUS.'],
    cases: {
      series: [
        counter(`otelcol_receiver_refused_spans_total{${AT}, receiver="otlp", transport="grpc"}`, 0, 0, 1),
      ],
      fires: HERE,
    },
  },
  {
    name: 'JaegerReadsFailing',
    component: 'jaeger',
    severity: 'warning',
    expr: `sum by (job, instance, operation) (rate(jaeger_storage_requests_total{${JAEGER}, result!="ok"}[5m])) / sum by (job, instance, operation) (rate(jaeger_storage_requests_total{${JAEGER}}[5m])) > ${limit('jaegerReadErrors')}`,
    forMinutes: 5,
    summary:
      'Jaeger at {{ $labels.instance }} fails {{ $value | humanizePercentage }} of {{ $labels.operation }}',
    description: 'Searches and traces cannot be shown.',
    thresholds: ['jaegerReadErrors'],
    panel: 'jaegerStorage',
    steps: [
      'Its log has the error.',
      'get_call_rates, get_latencies and get_error_rates read from Prometheus, for the Monitor tab: is that up?',
    ],
    cases: {
      series: [
        counter(`jaeger_storage_requests_total{${READS}, result="err"}`, null, 0.048, 0.052),
        counter(`jaeger_storage_requests_total{${READS}, result="ok"}`, 1, 0.952, 0.948),
      ],
      fires: { ...HERE, operation: 'find_traces' },
    },
  },
  {
    name: 'JaegerReadsSlow',
    component: 'jaeger',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, operation, le) (rate(jaeger_storage_latency_seconds_bucket{${JAEGER}}[5m]))) > ${limit('jaegerReadTime')}`,
    forMinutes: 10,
    summary:
      'Jaeger at {{ $labels.instance }} takes {{ $value | humanizeDuration }} for {{ $labels.operation }}',
    description: 'Searches take longer than people wait.',
    thresholds: ['jaegerReadTime'],
    panel: 'jaegerStorage',
    steps: [
      'Is its disk busy, or its memory full?',
      'Do people search over days without a service? Ask for less.',
      'Badger is made for one small node: beyond that, use another storage.',
    ],
    cases: {
      series: ['2.5', '5', '10', '+Inf'].map((le, index) =>
        counter(
          `jaeger_storage_latency_seconds_bucket{${READS}, result="ok", le="${le}"}`,
          1,
          [0.5, 0.992, 1, 1][index]!,
          [0.5, 0.98, 1, 1][index]!,
        ),
      ),
      fires: { ...HERE, operation: 'find_traces' },
    },
  },
];
