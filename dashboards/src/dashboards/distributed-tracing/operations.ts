// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, traces } from '../link.ts';
import { type Column, table, timeSeries } from '../panel.ts';
import { now, over } from '../query.ts';
import { alertAt, warnThenBad } from '../thresholds.ts';
import { allTraces, failedTraces, IN_ENVIRONMENT, slowTraces } from './selectors.ts';

const ROWS = 25;
const BY = 'service_name, span_name';
const requests = `sum by (${BY}) (operation:requests:rate5m{${IN_ENVIRONMENT}})`;
const errors = `sum by (${BY}) (operation:errors:rate5m{${IN_ENVIRONMENT}})`;
/** Only those that fail: most of ten thousand operations do not, and need not be summed. */
const failing = `sum by (${BY}) (operation:errors:rate5m{${IN_ENVIRONMENT}} > 0)`;
const p95 = `max by (${BY}) (operation:duration_seconds:p95_rate5m{${IN_ENVIRONMENT}})`;

const ROW =
  'resource.service.name = "${__data.fields.Service:percentencode}" && name = "${__data.fields.Operation:percentencode}"';
const identity: readonly Column[] = [
  {
    field: 'service_name',
    title: 'Service',
    unit: 'string',
    links: [dashboard('service', 'Its overview', '&var-service=${__value.text:percentencode}')],
  },
  {
    field: 'span_name',
    title: 'Operation',
    unit: 'string',
    links: [
      traces(`{ ${ROW} }`, 'Traces of this operation'),
      traces(`{ ${ROW} && status = error }`, 'Failed traces of this operation'),
    ],
  },
];
const figures: readonly Column[] = [
  { field: 'requests', title: 'Requests', unit: 'reqps', width: 110 },
  { field: 'failed', title: 'Failed', unit: 'percentunit', thresholds: warnThenBad(0.001, 0.01), width: 100 },
  { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('slowRequests'), width: 100 },
];

export const operations: Row = {
  title: 'Slow, failing, and where time goes',
  panels: [
    table([120, 'Slowest operations'], {
      width: 12,
      height: 10,
      shows: `The ${ROWS} operations with the highest p95 of the last 5 minutes, of all chosen services.`,
      todo: 'Begin with those that have many requests. A click on an operation shows its traces.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(${ROWS}, ${p95})`, 'p95'),
        now(`${requests} and topk(${ROWS}, ${p95})`, 'requests'),
        now(`${errors} / (${requests} > 0) and topk(${ROWS}, ${p95})`, 'failed'),
      ],
      columns: [...identity, ...figures],
      sortBy: 'p95',
      links: [slowTraces],
      empty: 'No requests in the last 5 minutes',
    }),
    table([121, 'Failing operations'], {
      width: 12,
      height: 10,
      shows: `The ${ROWS} operations with the most failed requests of the last 5 minutes.`,
      todo: 'A click on an operation shows its failed traces. Callers fail with what they call: open the one deepest in the map first.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(${ROWS}, ${failing})`, 'errors'),
        now(`topk(${ROWS}, ${failing}) / (${requests} > 0)`, 'failed'),
        now(`${p95} and topk(${ROWS}, ${failing})`, 'p95'),
      ],
      columns: [
        ...identity,
        { field: 'errors', title: 'Failed a second', unit: 'reqps', width: 130 },
        ...figures.filter(({ field }) => field !== 'requests'),
      ],
      sortBy: 'Failed a second',
      links: [failedTraces],
      empty: 'Nothing has failed in the last 5 minutes',
    }),
    timeSeries([122, 'Where time goes: services'], {
      width: 12,
      height: 9,
      shows:
        'Seconds a second that requests spend within each of the ten services with the most, calls to others included: 2 means that two requests were always under way.',
      todo: 'The service whose share grew has the time. The panel beside it tells whether it computes or waits for others.',
      unit: 's',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          `topk(10, sum by (service_name) (service:span_seconds:rate5m{${IN_ENVIRONMENT}, span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"}))`,
          '{{service_name}}',
        ),
      ],
      links: [slowTraces, allTraces],
      empty: 'No requests in this time',
    }),
    timeSeries([123, 'Where time goes: serving, calling, computing'], {
      width: 12,
      height: 9,
      shows:
        'Seconds a second in spans of each kind, of the chosen services: SERVER is the whole of the requests, CLIENT what of it was waiting for others, INTERNAL named work within.',
      todo: 'CLIENT near SERVER: the services wait, look at what they call. CLIENT far below: they compute, or wait in line (event loop).',
      unit: 's',
      thresholds: 'neither',
      min: 0,
      queries: [over(`sum by (span_kind) (service:span_seconds:rate5m{${IN_ENVIRONMENT}})`, '{{span_kind}}')],
      links: [slowTraces, allTraces],
      empty: 'No spans in this time',
    }),
  ],
};
