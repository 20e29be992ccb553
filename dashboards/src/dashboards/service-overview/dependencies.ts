// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, panel, traces } from '../link.ts';
import { type Column, table, timeSeries } from '../panel.ts';
import { now, over, withExemplars } from '../query.ts';
import { alertAt, warnThenBad } from '../thresholds.ts';
import { inJaeger, OWN_SPANS, SERVICE } from './selectors.ts';

const FAILED = warnThenBad(0.001, 0.01);
const NO_GRAPH =
  'No calls between services in the last 5 minutes, or the Collector runs without service_graph';

const EDGE = 'client, server, connection_type';
const edges = (own: 'client' | 'server') => {
  const sum = (name: string): string => `sum by (${EDGE}) (${name}{${own}="$service"})`;
  return [
    now(sum('edge:requests:rate5m'), 'requests'),
    now(`${sum('edge:errors:rate5m')} / (${sum('edge:requests:rate5m')} > 0)`, 'failed'),
    now(`max by (${EDGE}) (edge:duration_seconds:p95_rate5m{${own}="$service"})`, 'p95'),
  ];
};
const edgeColumns = (other: 'client' | 'server', title: string): readonly Column[] => [
  {
    field: other,
    title,
    unit: 'string',
    links: [dashboard('service', 'Its overview', '&var-service=${__value.text:percentencode}')],
  },
  { field: 'connection_type', title: 'Kind', unit: 'string', width: 150 },
  { field: 'requests', title: 'Calls', unit: 'reqps', width: 110 },
  { field: 'failed', title: 'Failed', unit: 'percentunit', thresholds: FAILED, width: 100 },
  { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('slowRequests'), width: 100 },
];

const outgoing = traces(`{ ${OWN_SPANS} && kind = client }`, 'Traces with calls to others');
const incoming = traces(`{ ${OWN_SPANS} && kind = server }`, 'Traces with calls to this service');
const database = traces(`{ ${OWN_SPANS} && span.db.system.name != nil }`, 'Traces with database calls');
const slowDatabase = traces(
  `{ ${OWN_SPANS} && span.db.system.name != nil && duration > 100ms }`,
  'Slow database calls',
);

const DATABASES = 'db_system_name, db_collection_name';
const CLIENT = `http_client_request_duration_seconds_bucket{${SERVICE}}`;

export const dependencies: Row = {
  title: 'Dependencies',
  panels: [
    table([120, 'Services that it calls'], {
      width: 12,
      height: 7,
      shows: 'Calls a second to each other service, the share that failed, and p95 as the called one saw it.',
      todo: 'A row in red: open that service (click its name), not this one.',
      unit: 'short',
      thresholds: 'neither',
      queries: edges('client'),
      columns: edgeColumns('server', 'Called'),
      sortBy: 'Calls',
      links: [outgoing],
      empty: NO_GRAPH,
    }),
    table([121, 'Services that call it'], {
      width: 12,
      height: 7,
      shows: 'Calls a second from each other service, the share that failed, and p95.',
      todo: 'One caller with all the failures sends what is not understood; a new caller explains new load.',
      unit: 'short',
      thresholds: 'neither',
      queries: edges('server'),
      columns: edgeColumns('client', 'Caller'),
      sortBy: 'Calls',
      links: [incoming, inJaeger],
      empty: NO_GRAPH,
    }),
    table([122, 'Databases'], {
      width: 12,
      height: 8,
      shows:
        'Calls a second to each database and collection or table, the share that failed, and p95, from the client spans of the service.',
      todo: 'Slow or failing: open the traces; for Qdrant go on to the Vector Database dashboard.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`sum by (${DATABASES}) (database:calls:rate5m{${SERVICE}})`, 'calls'),
        now(
          `sum by (${DATABASES}) (database:errors:rate5m{${SERVICE}}) / (sum by (${DATABASES}) (database:calls:rate5m{${SERVICE}}) > 0)`,
          'failed',
        ),
        now(`max by (${DATABASES}) (database:duration_seconds:p95_rate5m{${SERVICE}})`, 'p95'),
      ],
      columns: [
        { field: 'db_system_name', title: 'Database', unit: 'string' },
        {
          field: 'db_collection_name',
          title: 'Collection',
          unit: 'string',
          links: [panel('qdrantClient', '&var-collection=${__value.text:percentencode}')],
        },
        { field: 'calls', title: 'Calls', unit: 'reqps', width: 110 },
        { field: 'failed', title: 'Failed', unit: 'percentunit', thresholds: FAILED, width: 100 },
        { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('clientSearch'), width: 100 },
      ],
      sortBy: 'Calls',
      links: [database, slowDatabase],
      empty: 'No database calls in the last 5 minutes',
    }),
    timeSeries([123, 'Database calls, p95'], {
      width: 12,
      height: 8,
      shows: 'Duration that 95 % of the calls to each database and collection stayed within.',
      todo: 'Rises with the requests above: the database is loaded. Rises alone: look at the database itself.',
      unit: 's',
      thresholds: alertAt('clientSearch'),
      min: 0,
      queries: [
        over(
          `max by (${DATABASES}) (database:duration_seconds:p95_rate5m{${SERVICE}})`,
          '{{db_system_name}} {{db_collection_name}}',
        ),
      ],
      links: [slowDatabase],
      empty: 'No database calls in this time',
    }),
    timeSeries([124, 'Outgoing HTTP, p95 by host'], {
      width: 24,
      height: 8,
      shows:
        'Duration that 95 % of the HTTP requests to each host stayed within, as this service saw it. Dots are exemplars.',
      todo: 'Slower here than in the other service (its own p95): the network, DNS, or waiting for a connection.',
      unit: 's',
      thresholds: alertAt('slowRequests'),
      min: 0,
      queries: [
        withExemplars(
          over(
            `topk(10, histogram_quantile(0.95, sum by (server_address, le) (rate(${CLIENT}[$__rate_interval]))))`,
            '{{server_address}}',
          ),
        ),
      ],
      links: [outgoing],
      empty: 'No outgoing HTTP requests, or `metrics` is off in initTracing',
    }),
  ],
};
