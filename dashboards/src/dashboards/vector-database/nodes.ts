import type { Row } from '../dashboard.ts';
import { alerts } from '../link.ts';
import { timeSeries } from '../panel.ts';
import { over } from '../query.ts';
import { alertAt } from '../thresholds.ts';
import { NODE, slowCalls } from './selectors.ts';

const UNREACHED = 'Prometheus does not reach Qdrant';

export const nodes: Row = {
  title: 'Nodes',
  panels: [
    timeSeries('qdrantMemory', {
      width: 12,
      height: 8,
      shows:
        'Physical memory of each node (resident), and of it what the program has asked for (allocated). The page cache is not in it.',
      todo: 'Near the limit of the container: vectors or payload on disk (on_disk), quantization, or more memory. Resident far above allocated: it gives memory back late.',
      unit: 'bytes',
      thresholds: alertAt('qdrantMemory'),
      min: 0,
      queries: [
        over(`qdrant_memory_resident_bytes{${NODE}}`, 'resident {{instance}}'),
        over(`qdrant_memory_allocated_bytes{${NODE}}`, 'allocated {{instance}}'),
      ],
      links: [slowCalls, alerts('qdrant')],
      empty: UNREACHED,
    }),
    timeSeries('qdrantFiles', {
      width: 12,
      height: 8,
      shows:
        'Share of the limit that is in use: memory maps (vm.max_map_count) and file descriptors (ulimit -n).',
      todo: 'At 1 segments cannot be opened and writes fail. Raise vm.max_map_count on the host, nofile on the container; fewer and larger segments help.',
      unit: 'percentunit',
      thresholds: alertAt('qdrantFiles'),
      min: 0,
      max: 1,
      queries: [
        over(
          `qdrant_process_open_mmaps{${NODE}} / (qdrant_system_max_mmaps{${NODE}} > 0)`,
          'memory maps {{instance}}',
        ),
        over(
          `qdrant_process_open_fds{${NODE}} / (qdrant_process_max_fds{${NODE}} > 0)`,
          'file descriptors {{instance}}',
        ),
      ],
      links: [alerts('qdrant'), slowCalls],
      empty: UNREACHED,
    }),
    timeSeries([140, 'Page faults'], {
      width: 12,
      height: 8,
      shows: 'Page faults a second: major ones had to read from disk while a search waited.',
      todo: 'Major ones that stay: what searches need does not fit into memory. More memory, quantization, or a faster disk.',
      unit: 'ops',
      thresholds: alertAt('qdrantPageFaults'),
      min: 0,
      queries: [
        over(`rate(qdrant_process_major_page_faults_total{${NODE}}[$__rate_interval])`, 'major {{instance}}'),
        over(`rate(qdrant_process_minor_page_faults_total{${NODE}}[$__rate_interval])`, 'minor {{instance}}'),
      ],
      links: [slowCalls],
      empty: UNREACHED,
    }),
    timeSeries([141, 'Threads'], {
      width: 12,
      height: 8,
      shows: 'Threads of each node: searches, optimizations and the runtime.',
      todo: 'Grows without end: a defect, restart the node and report it. Qdrant prints neither CPU nor disk: take those from the host.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [over(`qdrant_process_threads{${NODE}}`, '{{instance}}')],
      links: [slowCalls],
      empty: UNREACHED,
    }),
  ],
};
