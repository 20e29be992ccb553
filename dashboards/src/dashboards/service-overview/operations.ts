import type { Row } from '../dashboard.ts';
import { traces } from '../link.ts';
import { table, timeSeries } from '../panel.ts';
import { now, over } from '../query.ts';
import { alertAt, warnThenBad } from '../thresholds.ts';
import { allTraces, failedTraces, inJaeger, OWN_SPANS, SERVICE, slowTraces } from './selectors.ts';

const OPERATIONS = 30;
const BY = 'span_name, span_kind';
const top = (expr: string): string => `topk(10, ${expr})`;
const operationTraces = [
  traces(
    `{ ${OWN_SPANS} && name = "\${__data.fields.Operation:percentencode}" }`,
    'Traces of this operation',
  ),
  traces(
    `{ ${OWN_SPANS} && name = "\${__data.fields.Operation:percentencode}" && status = error }`,
    'Failed traces of this operation',
  ),
];
const pointTraces = [
  traces(
    `{ ${OWN_SPANS} && name = "\${__field.labels.span_name:percentencode}" }`,
    'Traces of this operation',
  ),
];

export const operations: Row = {
  title: 'Operations',
  panels: [
    table([110, 'Operations of the service'], {
      width: 24,
      height: 8,
      shows: `The ${OPERATIONS} busiest operations: requests a second, share that failed, p95, over the last 5 minutes. A click on a name shows its traces.`,
      todo: 'Sort by Failed or p95. One bad operation is its own code or one dependency; all of them bad is the service.',
      unit: 'short',
      thresholds: 'neither',
      queries: [
        now(`topk(${OPERATIONS}, sum by (${BY}) (operation:requests:rate5m{${SERVICE}}))`, 'requests'),
        now(
          `sum by (${BY}) (operation:errors:rate5m{${SERVICE}}) / (sum by (${BY}) (operation:requests:rate5m{${SERVICE}}) > 0)`,
          'failed',
        ),
        now(`max by (${BY}) (operation:duration_seconds:p95_rate5m{${SERVICE}})`, 'p95'),
      ],
      columns: [
        { field: 'span_name', title: 'Operation', unit: 'string', links: operationTraces },
        { field: 'span_kind', title: 'Kind', unit: 'string', width: 220 },
        { field: 'requests', title: 'Requests', unit: 'reqps', width: 140 },
        {
          field: 'failed',
          title: 'Failed',
          unit: 'percentunit',
          thresholds: warnThenBad(0.001, 0.01),
          width: 140,
        },
        { field: 'p95', title: 'p95', unit: 's', thresholds: alertAt('slowRequests'), width: 140 },
      ],
      sortBy: 'Requests',
      links: [allTraces, inJaeger],
      empty: 'No requests in the last 5 minutes',
    }),
    timeSeries([111, 'Requests by operation'], {
      width: 8,
      height: 8,
      shows: 'Requests a second of the ten busiest operations.',
      todo: 'A mix that changed explains a duration that changed: compare with the durations to the right.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [over(top(`sum by (span_name) (operation:requests:rate5m{${SERVICE}})`), '{{span_name}}')],
      pointLinks: pointTraces,
      links: [allTraces],
      empty: 'No requests in this time',
    }),
    timeSeries([112, 'Failures by operation'], {
      width: 8,
      height: 8,
      shows: 'Failed requests a second of the ten worst operations.',
      todo: 'Click a point to open the traces of the operation; the first failing span from below is the cause.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [over(top(`sum by (span_name) (operation:errors:rate5m{${SERVICE}})`), '{{span_name}}')],
      pointLinks: pointTraces,
      links: [failedTraces],
      empty: 'No requests in this time',
    }),
    timeSeries([113, 'p95 by operation'], {
      width: 8,
      height: 8,
      shows: 'Duration that 95 % of the requests stayed within, of the ten slowest operations.',
      todo: 'Click a point of the one that rose and look for the span that grew.',
      unit: 's',
      thresholds: alertAt('slowRequests'),
      min: 0,
      queries: [
        over(top(`max by (span_name) (operation:duration_seconds:p95_rate5m{${SERVICE}})`), '{{span_name}}'),
      ],
      pointLinks: pointTraces,
      links: [slowTraces],
      empty: 'No requests in this time',
    }),
  ],
};
