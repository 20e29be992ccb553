import { type Alert, gauge } from '../alert.ts';
import { limit } from '../thresholds.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

/** Now, all the time since, and at the beginning of it: a series that is new or gone has not lasted that long. */
const throughout = (metric: string, window: string): string =>
  `${metric}{${JOB}} > 0 and min_over_time(${metric}{${JOB}}[${window}]) > 0 and ${metric}{${JOB}} offset ${window} > 0`;

/** What it does with a collection beside answering: updates, indexes, snapshots, transfers. */
export const collectionAlerts: readonly Alert[] = [
  {
    name: 'QdrantUpdateQueueLong',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_collection_update_queue_length{${JOB}} > ${limit('qdrantUpdateQueue')}`,
    forMinutes: 10,
    summary: `${WHO} has {{ $value | humanize }} updates of {{ $labels.id }} waiting`,
    description: 'What was written is not seen by searches yet.',
    thresholds: ['qdrantUpdateQueue'],
    panel: 'qdrantUpdates',
    steps: [
      'Slow the writers, or let them wait: wait=true.',
      'Is the optimizer busy? Its CPU and the disk are shared.',
    ],
    cases: {
      series: [gauge(`qdrant_collection_update_queue_length{${AT}, id="docs"}`, 0, 1000, 1001)],
      fires: { ...HERE, id: 'docs' },
    },
  },
  {
    name: 'QdrantDeferredPoints',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_collection_update_queue_deferred_points{${JOB}} > 0`,
    forMinutes: 15,
    summary: `${WHO} has put off {{ $value | humanize }} points of {{ $labels.id }}`,
    description: 'They are stored, and not seen by searches until the optimizer has caught up.',
    panel: 'qdrantUpdates',
    steps: ['Is the optimizer running? Look at QdrantOptimizerStuck.', 'Slow the writers.'],
    cases: {
      series: [gauge(`qdrant_collection_update_queue_deferred_points{${AT}, id="docs"}`, 0, 0, 5)],
      fires: { ...HERE, id: 'docs' },
    },
  },
  {
    name: 'QdrantOptimizerStuck',
    component: 'qdrant',
    severity: 'warning',
    expr: throughout('qdrant_collection_running_optimizations', '2h'),
    forMinutes: 1,
    summary: `${WHO} has been optimizing {{ $labels.id }} for two hours`,
    description: 'Searches read segments without an index meanwhile.',
    panel: 'qdrantOptimizer',
    steps: [
      'What does it do? `GET /collections/{name}/optimizations`; an error is in `optimizer_status` of `GET /collections/{name}`.',
      'Steady writes keep it busy: look at the update queue.',
      'Has it CPU and disk enough?',
    ],
    cases: {
      series: [gauge(`qdrant_collection_running_optimizations{${AT}, id="docs"}`, 0, 0, 1)],
      fires: { ...HERE, id: 'docs' },
      before: 60,
      bad: 150,
    },
  },
  {
    name: 'QdrantUnindexed',
    component: 'qdrant',
    severity: 'warning',
    expr: `max by (job, instance, id) (qdrant_collection_indexed_only_excluded_points{${JOB}}) / (qdrant_collection_points{${JOB}} > 0) > ${limit('qdrantUnindexed')}`,
    forMinutes: 30,
    summary: `${WHO} has {{ $value | humanizePercentage }} of {{ $labels.id }} without an index`,
    description: 'Searches with indexed_only do not find those points; others are slow.',
    thresholds: ['qdrantUnindexed'],
    panel: 'qdrantOptimizer',
    steps: [
      'Is the optimizer running? Look at the panel beside.',
      'Is indexing switched off (indexing_threshold: 0)? It is for bulk loads, and has to be switched on after.',
    ],
    inhibits: [{ alerts: ['QdrantRestSearchSlow', 'QdrantGrpcSearchSlow'], equal: ['instance'] }],
    cases: {
      series: [
        gauge(`qdrant_collection_indexed_only_excluded_points{${AT}, id="docs", vector="text"}`, 0, 199, 201),
        gauge(`qdrant_collection_points{${AT}, id="docs"}`, 1000, 1000, 1000),
      ],
      fires: { ...HERE, id: 'docs' },
    },
  },
  {
    name: 'QdrantSnapshotStuck',
    component: 'qdrant',
    severity: 'warning',
    expr: `(${throughout('qdrant_snapshot_creation_running', '1h')}) or (${throughout('qdrant_snapshot_recovery_running', '1h')})`,
    forMinutes: 1,
    summary: `${WHO} has been busy with a snapshot of {{ $labels.id }} for an hour`,
    description: 'It takes disk and I/O; a backup may be missing.',
    panel: 'qdrantSnapshots',
    steps: [
      'Is the disk full?',
      'Its log has the error.',
      'A very large collection takes long: then raise the window.',
    ],
    cases: {
      series: [
        gauge(`qdrant_snapshot_creation_running{${AT}, id="docs"}`, 0, 0, 1),
        gauge(`qdrant_snapshot_recovery_running{${AT}, id="docs"}`, 0, 0, 0),
      ],
      fires: { ...HERE, id: 'docs' },
      before: 30,
      bad: 90,
    },
  },
  {
    name: 'QdrantTransferStuck',
    component: 'qdrant',
    severity: 'warning',
    expr: throughout('qdrant_collection_shard_transfer_incoming', '2h'),
    forMinutes: 1,
    summary: `${WHO} has been receiving a shard of {{ $labels.id }} for two hours`,
    description: 'The replica does not serve until it is there.',
    panel: 'qdrantSnapshots',
    steps: [
      '`GET /collections/{name}/cluster` shows the transfer; it can be aborted there.',
      'Logs of both nodes; the network between them.',
    ],
    cases: {
      series: [gauge(`qdrant_collection_shard_transfer_incoming{${AT}, id="docs"}`, 0, 0, 1)],
      fires: { ...HERE, id: 'docs' },
      before: 60,
      bad: 150,
    },
  },
];
