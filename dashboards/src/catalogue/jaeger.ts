import { COLLECTOR_HTTP_SERVER, COLLECTOR_PROCESS, COLLECTOR_RECEIVER } from './collector.ts';
import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram } from './metric.ts';

const STORAGE = ['name', 'role', 'kind', 'operation', 'result'];

export const jaeger: Emitter = {
  id: 'jaeger',
  title: 'Jaeger',
  version: '2.20.0',
  path: 'scraped at port 8888',
  job: JOBS.jaeger,
  page: 'jaeger',
  labels: SCRAPED,
  metrics: [
    ...COLLECTOR_RECEIVER,
    ...COLLECTOR_PROCESS,
    COLLECTOR_HTTP_SERVER,
    counter('otelcol_exporter_sent_spans_total', '{span}', ['exporter'], 'Spans written to the storage.'),
    counter(
      'otelcol_exporter_send_failed_spans_total',
      '{span}',
      ['exporter', 'error_type', 'error_permanent'],
      'Spans that could not be written to the storage.',
      {
        appears: 'after the first failure',
      },
    ),
    counter(
      'jaeger_storage_requests_total',
      '{request}',
      STORAGE,
      'Reads from the storage, by result: ok, err.',
      {
        appears: 'an operation after its first use',
      },
    ),
    histogram('jaeger_storage_latency_seconds', 's', STORAGE, 'Duration of reads from the storage.', {
      appears: 'an operation after its first use',
    }),
    gauge('jaeger_storage_badger_size_bytes_lsm', 'By', ['name', 'role'], 'Size of the keys on disk.', {
      appears: 'with Badger storage',
    }),
    gauge('jaeger_storage_badger_size_bytes_vlog', 'By', ['name', 'role'], 'Size of the values on disk.', {
      appears: 'with Badger storage',
    }),
    gauge('jaeger_storage_badger_write_pending_num_memtable', '{item}', ['name', 'role'], 'Writes waiting.', {
      appears: 'with Badger storage',
    }),
  ],
};
