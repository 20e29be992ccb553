import { type Alert, type CaseSeries, counter, type Level } from '../alert.ts';
import { limit } from '../thresholds.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

const QUERY = 'method="POST", endpoint="/collections/{collection_name}/points/query"';

/** gRPC codes that are the server's fault: unknown, deadline exceeded, internal, unavailable, data loss. */
const GRPC_FAULTS = '2|4|13|14|15';
/** RESOURCE_EXHAUSTED, over REST 429. */
const GRPC_LIMITED = '8';

const rest = (status: string, good: Level, below: Level, bad: Level): CaseSeries =>
  counter(`qdrant_rest_responses_total{${AT}, ${QUERY}, status="${status}"}`, good, below, bad);
const grpc = (status: string, good: Level, below: Level, bad: Level): CaseSeries =>
  counter(
    `qdrant_grpc_responses_total{${AT}, endpoint="/qdrant.Points/Query", status="${status}"}`,
    good,
    below,
    bad,
  );

/** Searches a second within 0.1, 0.5 and 1 s. */
const searches = (protocol: 'rest' | 'grpc'): CaseSeries[] => {
  const labels =
    protocol === 'rest' ? `${QUERY}, status="200"` : 'endpoint="/qdrant.Points/Query", status="0"';
  return ['0.1', '0.5', '1', '+Inf'].map((le, index) =>
    counter(
      `qdrant_${protocol}_responses_duration_seconds_bucket{${AT}, ${labels}, le="${le}"}`,
      10,
      [5, 9.92, 10, 10][index]!,
      [5, 9.8, 10, 10][index]!,
    ),
  );
};

const SLOW_SEARCH_STEPS = [
  'Which collection? Slow traces of clients name it: follow an exemplar of "As clients see it".',
  'Is it indexed? Look at QdrantUnindexed; a new collection is scanned until the optimizer is done.',
  'Does it read from disk? Look at major page faults: vectors on disk need memory for the page cache.',
  'A filter on a field without a payload index scans: create one.',
];

/** How it answers, over REST and gRPC. */
export const requestAlerts: readonly Alert[] = [
  {
    name: 'QdrantRestErrors',
    component: 'qdrant',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}, status=~"5.."}[5m])) / sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}}[5m])) > ${limit('qdrantErrors')}`,
    forMinutes: 5,
    summary: `${WHO} answers {{ $value | humanizePercentage }} of REST requests with 5xx`,
    description: 'Searches or writes fail for a fault of the server.',
    thresholds: ['qdrantErrors'],
    panel: 'qdrantErrors',
    steps: [
      'Its log has the error.',
      'Which operation? `sum by (endpoint, status) (rate(qdrant_rest_responses_total{status=~"5.."}[5m]))`.',
      'In a cluster: are replicas dead?',
    ],
    inhibits: [{ alerts: ['QdrantClientErrors'], equal: [] }],
    cases: { series: [rest('500', null, 0.095, 0.105), rest('200', 10, 9.905, 9.895)], fires: HERE },
  },
  {
    name: 'QdrantGrpcErrors',
    component: 'qdrant',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}, status=~"${GRPC_FAULTS}"}[5m])) / sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}}[5m])) > ${limit('qdrantErrors')}`,
    forMinutes: 5,
    summary: `${WHO} fails {{ $value | humanizePercentage }} of gRPC requests`,
    description:
      'Searches or writes fail for a fault of the server. Codes of the caller (not found, invalid) do not count.',
    thresholds: ['qdrantErrors'],
    panel: 'qdrantErrors',
    steps: [
      'Its log has the error.',
      'Which operation? `sum by (endpoint, status) (rate(qdrant_grpc_responses_total{status!="0"}[5m]))`.',
      'In a cluster: are replicas dead?',
    ],
    inhibits: [{ alerts: ['QdrantClientErrors'], equal: [] }],
    cases: {
      series: [grpc('13', null, 0.095, 0.105), grpc('0', 10, 9.905, 9.895)],
      fires: HERE,
      never: [{ title: 'only not found', levels: [null, 10], minutes: 30 }],
    },
  },
  {
    name: 'QdrantRateLimited',
    component: 'qdrant',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}, status="429"}[5m])) > 0 or sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}, status="${GRPC_LIMITED}"}[5m])) > 0`,
    forMinutes: 5,
    summary: `${WHO} turns {{ $value | humanize }} requests a second away`,
    description: 'Clients go beyond the limits of a collection (strict mode) and have to wait.',
    panel: 'qdrantErrors',
    steps: [
      'Which service? Its client histogram has error_type 429.',
      'Batch its requests, or raise read_rate_limit or write_rate_limit of the collection.',
    ],
    cases: { series: [rest('429', null, 0, 0.1), rest('200', 10, 10, 10)], fires: HERE },
  },
  {
    name: 'QdrantRestSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, protocol, le) (rate(qdrant_search_latency_seconds_bucket{protocol="rest"}[5m]))) > ${limit('qdrantSearch')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a search over REST (p99)`,
    description: 'One search in a hundred takes longer.',
    thresholds: ['qdrantSearch'],
    panel: 'qdrantSearch',
    steps: SLOW_SEARCH_STEPS,
    inhibits: [{ alerts: ['QdrantClientSearchSlow'], equal: [] }],
    cases: { series: searches('rest'), fires: { ...HERE, protocol: 'rest' } },
  },
  {
    name: 'QdrantGrpcSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, protocol, le) (rate(qdrant_search_latency_seconds_bucket{protocol="grpc"}[5m]))) > ${limit('qdrantSearch')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a search over gRPC (p99)`,
    description: 'One search in a hundred takes longer.',
    thresholds: ['qdrantSearch'],
    panel: 'qdrantSearch',
    steps: SLOW_SEARCH_STEPS,
    inhibits: [{ alerts: ['QdrantClientSearchSlow'], equal: [] }],
    cases: { series: searches('grpc'), fires: { ...HERE, protocol: 'grpc' } },
  },
];
