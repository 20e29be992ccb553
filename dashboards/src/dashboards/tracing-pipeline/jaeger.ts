import type { Row } from '../dashboard.ts';
import { alerts, jaeger as jaegerPage, panel } from '../link.ts';
import { over } from '../query.ts';
import { alertAt } from '../thresholds.ts';
import { lines } from './lines.ts';
import { JAEGER, quantile, rate, sumBy } from './selectors.ts';

const DOWN = 'Prometheus does not reach Jaeger';
const NO_READS = 'Nobody has read a trace in this time';
const list = alerts('jaeger');
const page = jaegerPage('/search');

export const jaeger: Row = {
  title: 'Jaeger',
  panels: [
    lines('jaegerSpans', {
      shows: 'Spans a second that Jaeger took in, wrote, sent back and lost.',
      todo: 'Lost: the storage fails; disk full or corrupt, see its log. Taken in and not written: the storage is slow.',
      unit: 'cps',
      queries: [
        over(sumBy('transport', 'otelcol_receiver_accepted_spans_total', JAEGER), 'taken in {{transport}}'),
        over(sumBy('transport', 'otelcol_receiver_refused_spans_total', JAEGER), 'sent back {{transport}}'),
        over(sumBy('exporter', 'otelcol_exporter_sent_spans_total', JAEGER), 'written'),
        over(sumBy('exporter', 'exporter:jaeger_lost_spans:total', JAEGER), 'lost'),
      ],
      links: [page, panel('hops'), list],
      empty: DOWN,
    }),
    lines('jaegerStorage', {
      shows:
        'Reads from the storage a second, by operation and result, and on the right the duration that 99 % of them stayed within.',
      todo: 'err: what the log says of the storage. Slow searches: narrow the time or name a service; a full scan reads everything.',
      unit: 'reqps',
      right: { legend: 'p99', unit: 's' },
      queries: [
        over(sumBy('operation, result', 'jaeger_storage_requests_total', JAEGER), '{{operation}} {{result}}'),
        over(quantile(0.99, 'operation', 'jaeger_storage_latency_seconds', JAEGER), 'p99 {{operation}}'),
      ],
      links: [page, list],
      empty: NO_READS,
    }),
    lines([120, 'Size of the storage'], {
      shows: 'Badger on disk: keys, values, and writes that wait in memory (right).',
      todo: 'Grows beyond the disk: shorten the retention (ttl). Writes that wait without end: the disk is too slow.',
      unit: 'bytes',
      right: { legend: 'waiting', unit: 'short' },
      queries: [
        over(`sum by (name) (jaeger_storage_badger_size_bytes_lsm{${JAEGER}})`, 'keys {{name}}'),
        over(`sum by (name) (jaeger_storage_badger_size_bytes_vlog{${JAEGER}})`, 'values {{name}}'),
        over(
          `sum by (name) (jaeger_storage_badger_write_pending_num_memtable{${JAEGER}})`,
          'waiting {{name}}',
        ),
      ],
      links: [list, page],
      empty: 'No Badger storage',
    }),
    lines([121, 'Requests to its page and API, p99'], {
      width: 12,
      shows: 'Duration that 99 % of the requests to Jaeger stayed within, by route.',
      todo: 'A page that hangs: see the storage above; the search of all services is the slow one.',
      unit: 's',
      thresholds: alertAt('jaegerReadTime'),
      queries: [
        over(quantile(0.99, 'http_route', 'http_server_request_duration_seconds', JAEGER), '{{http_route}}'),
      ],
      links: [page, list],
      empty: NO_READS,
    }),
    lines([122, 'CPU of Jaeger'], {
      width: 12,
      shows: 'Processor cores in use.',
      todo: 'Peaks are searches. Always high: compaction of the storage; a faster disk, or fewer spans kept.',
      unit: 'none',
      queries: [over(rate('otelcol_process_cpu_seconds_total', JAEGER), '{{instance}}')],
      links: [list, page],
      empty: DOWN,
    }),
  ],
};
