import { counter, gauge, type Metric } from './metric.ts';

/** What every program with Prometheus' Go client prints about its process. */
export const GO_PROCESS: readonly Metric[] = [
  gauge('process_start_time_seconds', 'timestamp', [], 'When the process started.'),
  counter('process_cpu_seconds_total', 's', [], 'CPU time, user and system.'),
  gauge('process_resident_memory_bytes', 'By', [], 'Physical memory of the process.'),
  gauge('process_open_fds', '1', [], 'File descriptors open.'),
  gauge('process_max_fds', '1', [], 'File descriptors that may be open.'),
  gauge('go_goroutines', '1', [], 'Goroutines.'),
  gauge('go_memstats_heap_inuse_bytes', 'By', [], 'Heap in use.'),
];

const REMOTE = ['remote_name', 'tenant', 'url'];

/** What Tempo's generator prints about its writing to Prometheus. */
export const REMOTE_WRITE: readonly Metric[] = [
  counter('prometheus_remote_storage_samples_total', '{sample}', REMOTE, 'Samples sent by remote write.'),
  counter('prometheus_remote_storage_samples_failed_total', '{sample}', REMOTE, 'Samples given up.'),
  gauge('prometheus_remote_storage_samples_pending', '{sample}', REMOTE, 'Samples waiting to be sent.'),
];
