import { type Alert, counter, gauge } from '../alert.ts';
import { limit } from '../thresholds.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

/** What it needs of its host: files, maps, disk, memory. */
export const resourceAlerts: readonly Alert[] = [
  {
    name: 'QdrantFileDescriptors',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_process_open_fds{${JOB}} / (qdrant_process_max_fds{${JOB}} > 0) > ${limit('qdrantFiles')}`,
    forMinutes: 10,
    summary: `${WHO} has {{ $value | humanizePercentage }} of its file descriptors open`,
    description: 'At the limit, segments cannot be opened: writes fail, and so does the next start.',
    thresholds: ['qdrantFiles'],
    panel: 'qdrantFiles',
    steps: [
      'Raise nofile (ulimits in compose).',
      'Many small collections? One with a payload field for the tenant takes fewer files.',
    ],
    cases: {
      series: [
        gauge(`qdrant_process_open_fds{${AT}}`, 40, 15_900, 16_100),
        gauge(`qdrant_process_max_fds{${AT}}`, 20_000, 20_000, 20_000),
      ],
      fires: HERE,
      never: [{ title: 'no limit', levels: [50_000, 0], minutes: 30 }],
    },
  },
  {
    name: 'QdrantMemoryMaps',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_process_open_mmaps{${JOB}} / (qdrant_system_max_mmaps{${JOB}} > 0) > ${limit('qdrantFiles')}`,
    forMinutes: 10,
    summary: `${WHO} has {{ $value | humanizePercentage }} of its memory maps open`,
    description: 'At the limit it crashes.',
    thresholds: ['qdrantFiles'],
    panel: 'qdrantFiles',
    steps: [
      'On the host: `sysctl -w vm.max_map_count=262144`, and in /etc/sysctl.d.',
      'Fewer, larger segments: default_segment_number.',
    ],
    cases: {
      series: [
        gauge(`qdrant_process_open_mmaps{${AT}}`, 233, 52_400, 52_500),
        gauge(`qdrant_system_max_mmaps{${AT}}`, 65_530, 65_530, 65_530),
      ],
      fires: HERE,
    },
  },
  {
    name: 'QdrantMajorPageFaults',
    component: 'qdrant',
    severity: 'warning',
    expr: `rate(qdrant_process_major_page_faults_total{${JOB}}[5m]) > ${limit('qdrantPageFaults')}`,
    forMinutes: 15,
    summary: `${WHO} reads from disk {{ $value | humanize }} times a second for memory that it maps`,
    description: 'Searches wait for the disk.',
    thresholds: ['qdrantPageFaults'],
    panel: 'qdrantMemory',
    steps: [
      'More memory: it serves as page cache.',
      'Quantization with always_ram keeps what searches need in memory.',
    ],
    cases: {
      series: [counter(`qdrant_process_major_page_faults_total{${AT}}`, 1, 99, 102)],
      fires: HERE,
    },
  },
  {
    name: 'QdrantMemoryHigh',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_memory_resident_bytes{${JOB}} > ${limit('qdrantMemory')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanize1024 }}B of memory`,
    description:
      'The next optimization may get it killed; it would start in recovery mode, if that is allowed.',
    thresholds: ['qdrantMemory'],
    panel: 'qdrantMemory',
    steps: [
      'Put vectors or payload on disk (on_disk: true), or quantize.',
      'Else raise QDRANT_MEMORY, and the threshold qdrantMemory.',
      'About points x dimensions x 4 bytes x 1.5 is what vectors in memory take.',
    ],
    cases: {
      series: [
        gauge(`qdrant_memory_resident_bytes{${AT}}`, 7e7, limit('qdrantMemory'), limit('qdrantMemory') + 1e6),
      ],
      fires: HERE,
    },
  },
];
