import { JOBS } from '../catalogue/jobs.ts';
import { SERVICE } from '../rules/red.ts';
import { type Alert, age, type CaseSeries, counter, gauge, type Level } from './alert.ts';
import { limit } from './thresholds.ts';

const JOB = `job="${JOBS.qdrant}"`;
const HERE = { job: JOBS.qdrant, instance: 'qdrant:6333' };
const AT = `${JOB}, instance="qdrant:6333"`;
const OTHER = `${JOB}, instance="qdrant-1:6333"`;
const WHO = 'Qdrant at {{ $labels.instance }}';
const QUERY = 'method="POST", endpoint="/collections/{collection_name}/points/query"';

/** gRPC codes that are the server's fault: unknown, deadline exceeded, internal, unavailable, data loss. */
const GRPC_FAULTS = '2|4|13|14|15';
/** RESOURCE_EXHAUSTED, over REST 429. */
const GRPC_LIMITED = '8';

const rest = (status: string, good: Level, below: Level, bad: Level): CaseSeries =>
  counter(`qdrant_rest_responses_total{${AT}, ${QUERY}, status="${status}"}`, good, below, bad);
const grpc = (status: string, good: Level, below: Level, bad: Level): CaseSeries =>
  counter(
    `qdrant_grpc_responses_total{${AT}, endpoint="/qdrant.Points/Query", status="${status}"}`,
    good,
    below,
    bad,
  );

/** Searches a second within 0.1, 0.5 and 1 s. */
const searches = (protocol: 'rest' | 'grpc'): CaseSeries[] => {
  const labels =
    protocol === 'rest' ? `${QUERY}, status="200"` : 'endpoint="/qdrant.Points/Query", status="0"';
  return ['0.1', '0.5', '1', '+Inf'].map((le, index) =>
    counter(
      `qdrant_${protocol}_responses_duration_seconds_bucket{${AT}, ${labels}, le="${le}"}`,
      10,
      [5, 9.92, 10, 10][index]!,
      [5, 9.8, 10, 10][index]!,
    ),
  );
};

/** Now, all the time since, and at the beginning of it: a series that is new or gone has not lasted that long. */
const throughout = (metric: string, window: string): string =>
  `${metric}{${JOB}} > 0 and min_over_time(${metric}{${JOB}}[${window}]) > 0 and ${metric}{${JOB}} offset ${window} > 0`;

const SLOW_SEARCH_STEPS = [
  'Which collection? Slow traces of clients name it: follow an exemplar of "As clients see it".',
  'Is it indexed? Look at QdrantUnindexed; a new collection is scanned until the optimizer is done.',
  'Does it read from disk? Look at major page faults: vectors on disk need memory for the page cache.',
  'A filter on a field without a payload index scans: create one.',
];

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

const server: readonly Alert[] = [
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

const requests: readonly Alert[] = [
  {
    name: 'QdrantRestErrors',
    component: 'qdrant',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}, status=~"5.."}[5m])) / sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}}[5m])) > ${limit('qdrantErrors')}`,
    forMinutes: 5,
    summary: `${WHO} answers {{ $value | humanizePercentage }} of REST requests with 5xx`,
    description: 'Searches or writes fail for a fault of the server.',
    thresholds: ['qdrantErrors'],
    panel: 'qdrantErrors',
    steps: [
      'Its log has the error.',
      'Which operation? `sum by (endpoint, status) (rate(qdrant_rest_responses_total{status=~"5.."}[5m]))`.',
      'In a cluster: are replicas dead?',
    ],
    inhibits: [{ alerts: ['QdrantClientErrors'], equal: [] }],
    cases: { series: [rest('500', null, 0.095, 0.105), rest('200', 10, 9.905, 9.895)], fires: HERE },
  },
  {
    name: 'QdrantGrpcErrors',
    component: 'qdrant',
    severity: 'critical',
    expr: `sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}, status=~"${GRPC_FAULTS}"}[5m])) / sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}}[5m])) > ${limit('qdrantErrors')}`,
    forMinutes: 5,
    summary: `${WHO} fails {{ $value | humanizePercentage }} of gRPC requests`,
    description:
      'Searches or writes fail for a fault of the server. Codes of the caller (not found, invalid) do not count.',
    thresholds: ['qdrantErrors'],
    panel: 'qdrantErrors',
    steps: [
      'Its log has the error.',
      'Which operation? `sum by (endpoint, status) (rate(qdrant_grpc_responses_total{status!="0"}[5m]))`.',
      'In a cluster: are replicas dead?',
    ],
    inhibits: [{ alerts: ['QdrantClientErrors'], equal: [] }],
    cases: {
      series: [grpc('13', null, 0.095, 0.105), grpc('0', 10, 9.905, 9.895)],
      fires: HERE,
      never: [{ title: 'only not found', levels: [null, 10], minutes: 30 }],
    },
  },
  {
    name: 'QdrantRateLimited',
    component: 'qdrant',
    severity: 'warning',
    expr: `sum by (job, instance) (rate(qdrant_rest_responses_total{${JOB}, status="429"}[5m])) > 0 or sum by (job, instance) (rate(qdrant_grpc_responses_total{${JOB}, status="${GRPC_LIMITED}"}[5m])) > 0`,
    forMinutes: 5,
    summary: `${WHO} turns {{ $value | humanize }} requests a second away`,
    description: 'Clients go beyond the limits of a collection (strict mode) and have to wait.',
    panel: 'qdrantErrors',
    steps: [
      'Which service? Its client histogram has error_type 429.',
      'Batch its requests, or raise read_rate_limit or write_rate_limit of the collection.',
    ],
    cases: { series: [rest('429', null, 0, 0.1), rest('200', 10, 10, 10)], fires: HERE },
  },
  {
    name: 'QdrantRestSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, protocol, le) (rate(qdrant_search_latency_seconds_bucket{protocol="rest"}[5m]))) > ${limit('qdrantSearch')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a search over REST (p99)`,
    description: 'One search in a hundred takes longer.',
    thresholds: ['qdrantSearch'],
    panel: 'qdrantSearch',
    steps: SLOW_SEARCH_STEPS,
    inhibits: [{ alerts: ['QdrantClientSearchSlow'], equal: [] }],
    cases: { series: searches('rest'), fires: { ...HERE, protocol: 'rest' } },
  },
  {
    name: 'QdrantGrpcSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (job, instance, protocol, le) (rate(qdrant_search_latency_seconds_bucket{protocol="grpc"}[5m]))) > ${limit('qdrantSearch')}`,
    forMinutes: 10,
    summary: `${WHO} takes {{ $value | humanizeDuration }} for a search over gRPC (p99)`,
    description: 'One search in a hundred takes longer.',
    thresholds: ['qdrantSearch'],
    panel: 'qdrantSearch',
    steps: SLOW_SEARCH_STEPS,
    inhibits: [{ alerts: ['QdrantClientSearchSlow'], equal: [] }],
    cases: { series: searches('grpc'), fires: { ...HERE, protocol: 'grpc' } },
  },
];

const collections: readonly Alert[] = [
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

const resources: readonly Alert[] = [
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

/** Gauges of replicas and consensus are each node's view: max or min over nodes, never a sum. */
const cluster: readonly Alert[] = [
  {
    name: 'QdrantDeadReplicas',
    component: 'qdrant',
    severity: 'critical',
    expr: `max by (job) (qdrant_collection_dead_replicas{${JOB}}) > 0`,
    forMinutes: 5,
    summary: 'Qdrant has {{ $value | humanize }} dead replicas',
    description: 'One more lost node may take data with it.',
    panel: 'qdrantReplicas',
    steps: [
      'Which? `GET /collections/{name}/cluster` on any node.',
      'Is a node down, full or unreachable? It catches up by itself when it is back.',
      'Gone for good: remove the peer, and replicate the shards anew.',
    ],
    cases: {
      series: [gauge(`qdrant_collection_dead_replicas{${AT}}`, 0, 0, 1)],
      fires: { job: JOBS.qdrant },
    },
  },
  {
    name: 'QdrantNoActiveReplica',
    component: 'qdrant',
    severity: 'critical',
    expr: `min by (job) (qdrant_collection_active_replicas_min{${JOB}}) < 1 and max by (job) (qdrant_collections_total{${JOB}}) > 0`,
    forMinutes: 2,
    summary: 'A shard of Qdrant has no active replica',
    description: 'Its points cannot be searched or written.',
    panel: 'qdrantReplicas',
    steps: [
      'Which? `GET /collections/{name}/cluster` on any node.',
      'Get its node back; else recover the shard from a snapshot.',
    ],
    inhibits: [{ alerts: ['QdrantDeadReplicas'], equal: ['job'] }],
    cases: {
      series: [
        gauge(`qdrant_collection_active_replicas_min{${AT}}`, 1, 1, 0),
        gauge(`qdrant_collections_total{${AT}}`, 2, 2, 2),
      ],
      fires: { job: JOBS.qdrant },
      never: [{ title: 'no collection at all', levels: [0, 0], minutes: 30 }],
    },
  },
  {
    name: 'QdrantConsensusStopped',
    component: 'qdrant',
    severity: 'critical',
    expr: `qdrant_cluster_working_state{${JOB}, state="stopped"} == 1`,
    forMinutes: 1,
    summary: `${WHO} has stopped its consensus`,
    description: 'Collections cannot be created or changed, and replicas are not brought back.',
    panel: 'qdrantCluster',
    steps: ['Its log has the error; `GET /cluster` says it too.', 'Restart the node.'],
    inhibits: [{ alerts: ['QdrantConsensusStale', 'QdrantOperationsPending'], equal: ['instance'] }],
    cases: {
      series: [gauge(`qdrant_cluster_working_state{${AT}, state="stopped"}`, 0, 0, 1)],
      fires: { ...HERE, state: 'stopped' },
    },
  },
  {
    name: 'QdrantConsensusStale',
    component: 'qdrant',
    severity: 'warning',
    expr: `time() - qdrant_cluster_last_update_timestamp_seconds{${JOB}} > ${limit('qdrantConsensusAge')} and on (job, instance) qdrant_cluster_enabled{${JOB}} == 1`,
    forMinutes: 5,
    summary: `${WHO} has had no news of its peers for {{ $value | humanizeDuration }}`,
    description: 'It may be cut off from the cluster.',
    thresholds: ['qdrantConsensusAge'],
    panel: 'qdrantCluster',
    steps: ['Can the nodes reach each other at port 6335?', 'Compare `GET /cluster` of the nodes.'],
    cases: {
      series: [
        age(`qdrant_cluster_last_update_timestamp_seconds{${AT}}`, 1, 300, 400),
        gauge(`qdrant_cluster_enabled{${AT}}`, 1, 1, 1),
      ],
      fires: HERE,
    },
  },
  {
    name: 'QdrantOperationsPending',
    component: 'qdrant',
    severity: 'warning',
    expr: `qdrant_cluster_pending_operations_total{${JOB}} > 0`,
    forMinutes: 10,
    summary: `${WHO} has {{ $value | humanize }} operations waiting for the consensus`,
    description: 'Changes of collections do not get through.',
    panel: 'qdrantCluster',
    steps: ['Is a majority of the nodes up?', 'Can the nodes reach each other at port 6335?'],
    cases: { series: [gauge(`qdrant_cluster_pending_operations_total{${AT}}`, 0, 0, 3)], fires: HERE },
  },
  {
    name: 'QdrantCommitLag',
    component: 'qdrant',
    severity: 'warning',
    expr: `max by (job) (qdrant_cluster_commit{${JOB}}) - min by (job) (qdrant_cluster_commit{${JOB}}) > ${limit('qdrantCommitLag')}`,
    forMinutes: 5,
    summary: 'A node of Qdrant is {{ $value | humanize }} entries behind the others',
    description: 'It does not know of changes to collections.',
    thresholds: ['qdrantCommitLag'],
    panel: 'qdrantCluster',
    steps: ['Which? `qdrant_cluster_commit` by instance.', 'Is it busy, or cut off? Look at its log.'],
    cases: {
      series: [
        gauge(`qdrant_cluster_commit{${AT}, peer_id="1"}`, 100, 100, 100),
        gauge(`qdrant_cluster_commit{${OTHER}, peer_id="2"}`, 99, 90, 89),
      ],
      fires: { job: JOBS.qdrant },
    },
  },
  {
    name: 'QdrantPeersMissing',
    component: 'qdrant',
    severity: 'warning',
    expr: `max by (job) (qdrant_cluster_peers_total{${JOB}}) > count by (job) (up{${JOB}} == 1)`,
    forMinutes: 5,
    summary: 'The cluster of Qdrant has {{ $value | humanize }} peers, and fewer of them answer Prometheus',
    description: 'A node is down, or not scraped: what happens on it is not seen.',
    panel: 'qdrantCluster',
    steps: [
      'Which? Compare `GET /cluster` with Status > Targets.',
      'Scrape every node, not the address of the service.',
      'A node that was taken away has to be removed from the cluster too.',
    ],
    cases: {
      series: [
        gauge(`qdrant_cluster_peers_total{${AT}}`, 2, 2, 2),
        gauge(`up{${AT}}`, 1, 1, 1),
        gauge(`up{${OTHER}}`, 1, 1, 0),
      ],
      fires: { job: JOBS.qdrant },
      absenceFires: [1, 2],
    },
  },
  {
    name: 'QdrantElections',
    component: 'qdrant',
    severity: 'warning',
    expr: `increase(qdrant_cluster_term{${JOB}}[15m]) > ${limit('qdrantElections')}`,
    forMinutes: 0,
    summary: `${WHO} has seen {{ $value | humanize }} elections in 15 minutes`,
    description: 'The cluster cannot agree on a leader for long.',
    thresholds: ['qdrantElections'],
    panel: 'qdrantCluster',
    steps: [
      'Is the network between the nodes slow or lossy?',
      'Is a node short of CPU, or restarting over and over?',
    ],
    cases: {
      series: [counter(`qdrant_cluster_term{${AT}}`, 0, 2.8 / 900, 3.5 / 900)],
      fires: HERE,
      bad: 40,
      after: 40,
    },
  },
];

const BY_SERVICE = SERVICE.join(', ');
const CLIENT = 'db_system_name="qdrant"';
const SEARCH = 'db_operation_name=~"(query|search|recommend|discover)([A-Z_].*)?"';
const WHERE = {
  deployment_environment_name: 'production',
  service_namespace: 'shop',
  service_name: 'checkout',
};
const FROM =
  'job="shop/checkout", instance="a", deployment_environment_name="production", service_namespace="shop", service_name="checkout", db_system_name="qdrant", db_collection_name="docs", db_operation_name="query"';

const clients: readonly Alert[] = [
  {
    name: 'QdrantClientErrors',
    component: 'qdrant',
    severity: 'warning',
    expr: `sum by (${BY_SERVICE}, db_collection_name) (rate(db_client_operation_duration_seconds_count{${CLIENT}, error_type!=""}[5m])) / sum by (${BY_SERVICE}, db_collection_name) (rate(db_client_operation_duration_seconds_count{${CLIENT}}[5m])) > ${limit('clientErrors')}`,
    forMinutes: 5,
    summary:
      '{{ $labels.service_name }} fails {{ $value | humanizePercentage }} of its calls to {{ $labels.db_collection_name }} in Qdrant',
    description:
      'As the client sees it: refusals, time-outs and connections that do not come about are in it, which the server does not count.',
    thresholds: ['clientErrors'],
    panel: 'qdrantClient',
    steps: [
      'Which error? `sum by (error_type) (rate(db_client_operation_duration_seconds_count{db_system_name="qdrant", error_type!=""}[5m]))`.',
      'ECONNREFUSED, time-outs: is Qdrant up, and reachable from there? 401, 403: the key. 404: the collection. 400: the request.',
      'Follow an exemplar to the trace: the span has the reason of the server.',
    ],
    cases: {
      series: [
        counter(
          `db_client_operation_duration_seconds_count{${FROM}, error_type="ECONNREFUSED"}`,
          null,
          0.48,
          0.52,
        ),
        counter(`db_client_operation_duration_seconds_count{${FROM}}`, 10, 9.52, 9.48),
      ],
      fires: { ...WHERE, db_collection_name: 'docs' },
    },
  },
  {
    name: 'QdrantClientSearchSlow',
    component: 'qdrant',
    severity: 'warning',
    expr: `histogram_quantile(0.95, sum by (${BY_SERVICE}, db_collection_name, le) (rate(db_client_operation_duration_seconds_bucket{${CLIENT}, ${SEARCH}}[5m]))) > ${limit('clientSearch')}`,
    forMinutes: 10,
    summary:
      '{{ $labels.service_name }} waits {{ $value | humanizeDuration }} for a search of {{ $labels.db_collection_name }} (p95)',
    description:
      'As the client sees it: the way there and back, retries and the reading of the answer are in it.',
    thresholds: ['clientSearch'],
    panel: 'qdrantClient',
    steps: [
      'Is the server slow too (search latency on the same dashboard)? Then look there.',
      'Else the network, a busy event loop, or answers that are large: with_vector, a high limit.',
      "Follow an exemplar: the span has the server's own time beside the client's.",
    ],
    cases: {
      series: ['0.5', '1', '5', '+Inf'].map((le, index) =>
        counter(
          `db_client_operation_duration_seconds_bucket{${FROM}, le="${le}"}`,
          10,
          [5, 9.52, 10, 10][index]!,
          [5, 9.4, 10, 10][index]!,
        ),
      ),
      fires: { ...WHERE, db_collection_name: 'docs' },
    },
  },
];

export const qdrantAlerts: readonly Alert[] = [
  ...server,
  ...requests,
  ...collections,
  ...resources,
  ...cluster,
  ...clients,
];
