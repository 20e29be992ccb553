import { type Alert, gauge } from '../alert.ts';
import { AT, HERE, JOB, WHO } from './selectors.ts';

/** All that is only the effect of a server that is away or not loaded. */
const EFFECTS = [
  'QdrantMetricsMissing',
  'QdrantRestErrors',
  'QdrantGrpcErrors',
  'QdrantRateLimited',
  'QdrantRestSearchSlow',
  'QdrantGrpcSearchSlow',
  'QdrantUpdateQueueLong',
  'QdrantDeferredPoints',
  'QdrantOptimizerStuck',
  'QdrantUnindexed',
  'QdrantFileDescriptors',
  'QdrantMemoryMaps',
  'QdrantMajorPageFaults',
  'QdrantMemoryHigh',
  'QdrantSnapshotStuck',
  'QdrantTransferStuck',
  'QdrantConsensusStopped',
  'QdrantConsensusStale',
  'QdrantOperationsPending',
  'QdrantElections',
];
const SEEN_BY_CLIENTS = { alerts: ['QdrantClientErrors', 'QdrantClientSearchSlow'], equal: [] };

/** Whether it is there, and does its work. */
export const serverAlerts: readonly Alert[] = [
  {
    name: 'QdrantDown',
    component: 'qdrant',
    severity: 'critical',
    expr: `up{${JOB}} == 0`,
    forMinutes: 1,
    summary: `${WHO} does not answer`,
    description: 'Searches and writes fail, or go to the other nodes of the cluster.',
    panel: 'qdrantUp',
    steps: [
      'Is it running? `docker compose ps qdrant`, then its log.',
      'Killed for memory? Raise QDRANT_MEMORY, or put vectors on disk; QDRANT_ALLOW_RECOVERY_MODE=true starts it without loading collections.',
      'It runs: 401 at /metrics means that Prometheus has another key than the server.',
    ],
    inhibits: [
      { alerts: EFFECTS, equal: ['instance'] },
      {
        alerts: ['QdrantDeadReplicas', 'QdrantNoActiveReplica', 'QdrantPeersMissing', 'QdrantCommitLag'],
        equal: ['job'],
      },
      SEEN_BY_CLIENTS,
    ],
    cases: { series: [gauge(`up{${AT}}`, 1, 1, 0)], fires: HERE },
  },
  {
    name: 'QdrantMetricsMissing',
    component: 'qdrant',
    severity: 'warning',
    expr: `up{${JOB}} == 1 unless on (job, instance) qdrant_app_info`,
    forMinutes: 5,
    summary: `${WHO} answers, and not with its metrics`,
    description: 'Every alert and panel on it is blind.',
    panel: 'qdrantUp',
    steps: [
      'Is the prefix set? `service.metrics_prefix: qdrant_` (QDRANT__SERVICE__METRICS_PREFIX).',
      'Is it Qdrant that answers at that address, and not a proxy?',
    ],
    cases: {
      series: [
        gauge(`up{${AT}}`, 1, 0, 1),
        gauge(`qdrant_app_info{${AT}, name="qdrant", version="1.19.2"}`, 1, null, null),
      ],
      fires: HERE,
      absenceFires: [1],
    },
  },
  {
    name: 'QdrantRecoveryMode',
    component: 'qdrant',
    severity: 'critical',
    expr: `qdrant_app_status_recovery_mode{${JOB}} == 1`,
    forMinutes: 1,
    summary: `${WHO} is in recovery mode`,
    description:
      'It has not loaded its collections: every search fails. It starts so when it was killed while loading.',
    panel: 'qdrantUp',
    steps: [
      'Why was it killed? Most often for memory: see QdrantMemoryHigh.',
      'In recovery mode collections can be deleted, or changed to on_disk. Then restart without the mode.',
    ],
    inhibits: [{ alerts: ['QdrantRestErrors', 'QdrantGrpcErrors'], equal: ['instance'] }, SEEN_BY_CLIENTS],
    cases: { series: [gauge(`qdrant_app_status_recovery_mode{${AT}}`, 0, 0, 1)], fires: HERE },
  },
  {
    name: 'QdrantQuotaExceeded',
    component: 'qdrant',
    severity: 'critical',
    expr: `qdrant_quota_exceeded{${JOB}} == 1`,
    forMinutes: 1,
    summary: `${WHO} refuses writes: its quota of {{ $labels.resource }} is used up`,
    description: 'Searches go on.',
    panel: 'qdrantMemory',
    steps: [
      'Delete or move collections, or give it more.',
      'Raise the quota: QDRANT__STORAGE__QUOTAS__MAX_…_PERCENT.',
    ],
    cases: {
      series: [gauge(`qdrant_quota_exceeded{${AT}, resource="disk"}`, 0, 0, 1)],
      fires: { ...HERE, resource: 'disk' },
    },
  },
];
