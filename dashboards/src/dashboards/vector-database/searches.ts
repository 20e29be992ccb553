// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import type { Row } from '../dashboard.ts';
import { dashboard, jaeger } from '../link.ts';
import { heatmap, table, timeSeries } from '../panel.ts';
import { over, tempo, withExemplars } from '../query.ts';
import { alertAt } from '../thresholds.ts';
import { CLIENT, inJaeger, NODE, SEARCHES, SLOW_CALLS, slowCalls } from './selectors.ts';

const CLIENT_BUCKETS = `db_client_operation_duration_seconds_bucket{${CLIENT}, ${SEARCHES}}`;
const CLIENT_CALLS = 'db_client_operation_duration_seconds';
const NO_CLIENT = 'No calls with the Qdrant instrumentation in this time, or `metrics` is off in initTracing';
const NO_SEARCH = 'No searches in this time';
const quantile = (q: number, by: string, buckets: string): string =>
  `histogram_quantile(${q}, sum by (${by}) (rate(${buckets}[$__rate_interval])))`;
const SERVER_BUCKETS = `qdrant_search_latency_seconds_bucket{${NODE}}`;
const mean = (name: string, labels: string): string =>
  `sum(rate(${name}_sum{${labels}}[$__rate_interval])) / sum(rate(${name}_count{${labels}}[$__rate_interval]))`;

export const searches: Row = {
  title: 'Searches: what the server measures, and what its clients do',
  panels: [
    timeSeries('qdrantSearch', {
      width: 8,
      height: 9,
      shows:
        'Duration of successful searches on the server: half, 95 % and 99 % of them stayed within it, by protocol.',
      todo: 'Rises here and at the clients: the server; look at optimizations, unindexed points, page faults. Only at the clients: the network or the client.',
      unit: 's',
      thresholds: alertAt('qdrantSearch'),
      min: 0,
      queries: [
        over(quantile(0.5, 'protocol, le', SERVER_BUCKETS), 'p50 {{protocol}}'),
        over(quantile(0.95, 'protocol, le', SERVER_BUCKETS), 'p95 {{protocol}}'),
        over(quantile(0.99, 'protocol, le', SERVER_BUCKETS), 'p99 {{protocol}}'),
      ],
      links: [slowCalls, inJaeger],
      empty: NO_SEARCH,
    }),
    timeSeries('qdrantClient', {
      width: 8,
      height: 9,
      shows:
        'Duration of the same searches as the clients saw it, network, waiting and decoding included. Dots are exemplars: single searches, one click from their trace.',
      todo: 'Click a dot far up: the span says collection, limit, time on the server and number of points that came back.',
      unit: 's',
      thresholds: alertAt('clientSearch'),
      min: 0,
      queries: [
        over(quantile(0.5, 'le', CLIENT_BUCKETS), 'p50'),
        withExemplars(over(quantile(0.95, 'le', CLIENT_BUCKETS), 'p95')),
        over(quantile(0.99, 'le', CLIENT_BUCKETS), 'p99'),
      ],
      links: [slowCalls, inJaeger],
      empty: NO_CLIENT,
    }),
    timeSeries([110, 'Time outside the server'], {
      width: 8,
      height: 9,
      shows:
        'Mean duration of a search on the server, and as its clients see it. The gap is network, connections and decoding of JSON.',
      todo: 'A gap that is wider than the search itself: fewer payload fields and vectors in the answer (with_payload, with_vector), gRPC, or a client nearer to the server.',
      unit: 's',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(mean('qdrant_search_latency_seconds', NODE), 'on the server'),
        over(mean(CLIENT_CALLS, `${CLIENT}, ${SEARCHES}`), 'at the clients'),
      ],
      links: [slowCalls],
      empty: NO_SEARCH,
    }),
    heatmap([111, 'Searches, all of them'], {
      width: 12,
      height: 9,
      shows:
        'How many searches took how long, as the clients saw it. Dots are exemplars that lead to traces.',
      todo: 'A second band above: searches with a filter that has no payload index, or a segment without a vector index. Click a dot in it.',
      unit: 's',
      thresholds: 'neither',
      queries: [withExemplars(over(`sum by (le) (increase(${CLIENT_BUCKETS}[$__rate_interval]))`, '{{le}}'))],
      links: [slowCalls],
      empty: NO_CLIENT,
    }),
    table([112, 'Slow searches'], {
      width: 12,
      height: 9,
      shows:
        'The newest traces with a call to Qdrant that took longer than the variable "Slow is over" says, of the chosen collections.',
      todo: 'A click on a trace ID opens it. In its Qdrant span: server time against its own duration, limit, and how many points came back.',
      unit: 'short',
      thresholds: 'neither',
      queries: [tempo('search', SLOW_CALLS)],
      columns: [
        {
          field: 'traceID',
          title: 'Trace ID',
          links: [
            dashboard('tracing', 'Open on Distributed Tracing', '&var-trace_id=${__value.raw}'),
            jaeger('/trace/${__value.raw}'),
          ],
        },
      ],
      links: [slowCalls, inJaeger],
      empty: 'No call slower than that in this time',
    }),
    timeSeries([113, 'Searches by collection, p95 at the clients'], {
      width: 12,
      height: 8,
      shows: 'Duration that 95 % of the searches in each collection stayed within, of the ten slowest.',
      todo: 'One collection alone: its index, its filters, its size. All of them: the node.',
      unit: 's',
      thresholds: alertAt('clientSearch'),
      min: 0,
      queries: [
        over(
          `topk(10, ${quantile(0.95, 'db_collection_name, le', CLIENT_BUCKETS)})`,
          '{{db_collection_name}}',
        ),
      ],
      links: [slowCalls],
      empty: NO_CLIENT,
    }),
    timeSeries([114, 'Searches by service, p95'], {
      width: 12,
      height: 8,
      shows: 'Duration that 95 % of the searches of each service stayed within, of the ten slowest.',
      todo: 'One service alone: what does it ask for (limit, payload, vectors)? All of them: the server.',
      unit: 's',
      thresholds: alertAt('clientSearch'),
      min: 0,
      queries: [over(`topk(10, ${quantile(0.95, 'service_name, le', CLIENT_BUCKETS)})`, '{{service_name}}')],
      links: [slowCalls],
      empty: NO_CLIENT,
    }),
  ],
};
