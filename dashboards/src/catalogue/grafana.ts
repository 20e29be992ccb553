import { JOBS, SCRAPED } from './jobs.ts';
import { type Emitter, gauge } from './metric.ts';

/** No page of it was recorded: only what every Go program prints is here. */
export const grafana: Emitter = {
  id: 'grafana',
  title: 'Grafana',
  version: '13.2.3',
  path: 'scraped at port 3000',
  job: JOBS.grafana,
  labels: SCRAPED,
  metrics: [
    gauge('process_start_time_seconds', 'timestamp', [], 'When the process started.'),
    gauge('process_resident_memory_bytes', 'By', [], 'Physical memory of the process.'),
  ],
};
