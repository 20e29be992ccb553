import { type Alert, counter } from '../alert.ts';
import { BY_SERVICE, CHECKOUT, CHECKOUT_INSTANCE } from '../service-labels.ts';
import { limit } from '../thresholds.ts';

const CLIENT = 'db_system_name="qdrant"';
const SEARCH = 'db_operation_name=~"(query|search|recommend|discover)([A-Z_].*)?"';
const FROM = `${CHECKOUT_INSTANCE}, db_system_name="qdrant", db_collection_name="docs", db_operation_name="query"`;

/** As the services see it that call it. */
export const clientAlerts: readonly Alert[] = [
  {
    name: 'QdrantClientErrors',
    component: 'qdrant',
    severity: 'warning',
    expr: `sum by (${BY_SERVICE}, db_collection_name) (rate(db_client_operation_duration_seconds_count{${CLIENT}, error_type!=""}[5m])) / sum by (${BY_SERVICE}, db_collection_name) (rate(db_client_operation_duration_seconds_count{${CLIENT}}[5m])) > ${limit('clientErrors')}`,
    forMinutes: 5,
    summary:
      '{{ $labels.service_name }} fails {{ $value | humanizePercentage }} of its calls to {{ $labels.db_collection_name }} in Qdrant',
    description:
      'As the client sees it: refusals, time-outs and connections that do not come about are in it, which the server does not count.',
    thresholds: ['clientErrors'],
    panel: 'qdrantClient',
    steps: [
      'Which error? `sum by (error_type) (rate(db_client_operation_duration_seconds_count{db_system_name="qdrant", error_type!=""}[5m]))`.',
      'ECONNREFUSED, time-outs: is Qdrant up, and reachable from there? 401, 403: the key. 404: the collection. 400: the request.',
      'Follow an exemplar to the trace: the span has the reason of the server.',
    ],
    cases: {
      series: [
        counter(
          `db_client_operation_duration_seconds_count{${FROM}, error_type="ECONNREFUSED"}`,
          null,
          0.48,
          0.52,
        ),
        counter(`db_client_operation_duration_seconds_count{${FROM}}`, 10, 9.52, 9.48),
      ],
      fires: { ...CHECKOUT, db_collection_name: 'docs' },
    },
  },
  {
    name: 'QdrantClientSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.95, sum by (${BY_SERVICE}, db_collection_name, le) (rate(db_client_operation_duration_seconds_bucket{${CLIENT}, ${SEARCH}}[5m]))) > ${limit('clientSearch')}`,
    forMinutes: 10,
    summary:
      '{{ $labels.service_name }} waits {{ $value | humanizeDuration }} for a search of {{ $labels.db_collection_name }} (p95)',
    description:
      'As the client sees it: the way there and back, retries and the reading of the answer are in it.',
    thresholds: ['clientSearch'],
    panel: 'qdrantClient',
    steps: [
      'Is the server slow too (search latency on the same dashboard)? Then look there.',
      'Else the network, a busy event loop, or answers that are large: with_vector, a high limit.',
      "Follow an exemplar: the span has the server's own time beside the client's.",
    ],
    cases: {
      series: ['0.5', '1', '5', '+Inf'].map((le, index) =>
        counter(
          `db_client_operation_duration_seconds_bucket{${FROM}, le="${le}"}`,
          10,
          [5, 9.52, 10, 10][index]!,
          [5, 9.4, 10, 10][index]!,
        ),
      ),
      fires: { ...CHECKOUT, db_collection_name: 'docs' },
    },
  },
];
