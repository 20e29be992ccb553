import { limit } from '../../alerts/thresholds.ts';
import type { Row } from '../dashboard.ts';
import { alerts } from '../link.ts';
import { timeSeries } from '../panel.ts';
import { over } from '../query.ts';
import { alertAt, warnThenBad } from '../thresholds.ts';
import { allCalls, CLIENT, failedCalls, NODE, slowCalls } from './selectors.ts';

const top = (expr: string): string => `topk(12, ${expr})`;
const NO_REST = 'No REST requests in this time';
const NO_GRPC = 'No gRPC requests in this time';
const errorSteps = warnThenBad(limit('qdrantErrors') / 10, limit('qdrantErrors'));
/** 0 while there is traffic and none of it is bad: the series of a status comes to be with its first answer. */
const share = (name: string, bad: string): string => {
  const all = `sum by (instance) (rate(${name}{${NODE}}[$__rate_interval]))`;
  return `(sum by (instance) (rate(${name}{${NODE}, ${bad}}[$__rate_interval])) or 0 * ${all}) / ${all}`;
};

export const endpoints: Row = {
  title: 'Endpoints',
  panels: [
    timeSeries([120, 'REST requests'], {
      width: 8,
      height: 8,
      shows:
        'Requests a second by endpoint and status. Qdrant counts reads and writes of points, not the management of collections.',
      todo: 'Writes (PUT, DELETE) that crowd out searches: batch them. 4xx: a client asks for what is not there; its traces tell which.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          top(
            `sum by (method, endpoint, status) (rate(qdrant_rest_responses_total{${NODE}}[$__rate_interval]))`,
          ),
          '{{method}} {{endpoint}} {{status}}',
        ),
      ],
      links: [allCalls, failedCalls],
      empty: NO_REST,
    }),
    timeSeries([121, 'REST latency, p95'], {
      width: 8,
      height: 8,
      shows:
        'Duration that 95 % of the successful requests of each endpoint stayed within. Qdrant measures only those answered with 200.',
      todo: 'Searches slow: see above. Upserts slow: wait=true waits for the disk; updates that queue up are below.',
      unit: 's',
      thresholds: alertAt('qdrantSearch'),
      min: 0,
      queries: [
        over(
          top(
            `histogram_quantile(0.95, sum by (method, endpoint, le) (rate(qdrant_rest_responses_duration_seconds_bucket{${NODE}}[$__rate_interval])))`,
          ),
          '{{method}} {{endpoint}}',
        ),
      ],
      links: [slowCalls],
      empty: NO_REST,
    }),
    timeSeries('qdrantErrors', {
      width: 8,
      height: 8,
      shows:
        'Share of the requests that the server failed (REST 5xx; gRPC unknown, too late, internal, unavailable, data lost), and that it turned away for coming too fast (429).',
      todo: '5xx: the log of the node, then its memory and disk. 429: a strict mode limit or a quota; slow the client down.',
      unit: 'percentunit',
      thresholds: errorSteps,
      min: 0,
      queries: [
        over(share('qdrant_rest_responses_total', 'status=~"5.."'), 'REST 5xx {{instance}}'),
        over(share('qdrant_rest_responses_total', 'status="429"'), 'REST 429 {{instance}}'),
        over(share('qdrant_grpc_responses_total', 'status=~"2|4|13|14|15"'), 'gRPC {{instance}}'),
      ],
      links: [failedCalls, alerts('qdrant')],
      empty: 'None failed, or no requests in this time',
    }),
    timeSeries([122, 'gRPC requests'], {
      width: 8,
      height: 8,
      shows: 'Calls a second by method and status; the status is the number of the gRPC code, 0 is success.',
      todo: '5 is not found, 3 a bad argument, 16 no or a wrong key: look at the failed traces of the client.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          top(`sum by (endpoint, status) (rate(qdrant_grpc_responses_total{${NODE}}[$__rate_interval]))`),
          '{{endpoint}} {{status}}',
        ),
      ],
      links: [allCalls, failedCalls],
      empty: NO_GRPC,
    }),
    timeSeries([123, 'gRPC latency, p95'], {
      width: 8,
      height: 8,
      shows: 'Duration that 95 % of the calls of each method stayed within, failed ones included.',
      todo: 'Compare with REST for the same work: JSON costs, vectors above all.',
      unit: 's',
      thresholds: alertAt('qdrantSearch'),
      min: 0,
      queries: [
        over(
          top(
            `histogram_quantile(0.95, sum by (endpoint, le) (rate(qdrant_grpc_responses_duration_seconds_bucket{${NODE}}[$__rate_interval])))`,
          ),
          '{{endpoint}}',
        ),
      ],
      links: [slowCalls],
      empty: NO_GRPC,
    }),
    timeSeries([124, 'Failed calls of clients'], {
      width: 8,
      height: 8,
      shows:
        'Calls a second that failed for the client, by operation and kind of error: also those that never reached the server.',
      todo: 'Time-outs and ECONNREFUSED do not show on the server. Click a link above for their traces.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          top(
            `sum by (db_operation_name, error_type) (rate(db_client_operation_duration_seconds_count{${CLIENT}, error_type!=""}[$__rate_interval]))`,
          ),
          '{{db_operation_name}}: {{error_type}}',
        ),
      ],
      links: [failedCalls, alerts('qdrant')],
      empty: 'None failed',
    }),
    timeSeries([125, 'Calls of clients'], {
      width: 12,
      height: 8,
      shows:
        'Calls a second by operation, as the instrumentation of the clients counts them, whatever the protocol.',
      todo: 'Many single upserts: batch them. Many scrolls: somebody reads it all, over and over.',
      unit: 'reqps',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          top(
            `sum by (db_operation_name) (rate(db_client_operation_duration_seconds_count{${CLIENT}}[$__rate_interval]))`,
          ),
          '{{db_operation_name}}',
        ),
      ],
      links: [allCalls],
      empty: 'No calls with the Qdrant instrumentation in this time',
    }),
    timeSeries([126, 'Points that came back'], {
      width: 12,
      height: 8,
      shows: 'Mean number of points in an answer, by collection.',
      todo: 'Far more than are shown to anybody: lower `limit`. Near 0: filters or a score threshold that let nothing through.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          top(
            `sum by (db_collection_name) (rate(db_client_response_returned_rows_sum{${CLIENT}}[$__rate_interval])) / sum by (db_collection_name) (rate(db_client_response_returned_rows_count{${CLIENT}}[$__rate_interval]))`,
          ),
          '{{db_collection_name}}',
        ),
      ],
      links: [allCalls],
      empty: 'No calls with the Qdrant instrumentation in this time',
    }),
  ],
};
