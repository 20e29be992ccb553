/** `GET /metrics`: the families of a single node, in the server's order, counted from what the stand-in does. */

import type { StandInState } from '../service/state.ts';
import type { Collection } from '../store/collection.ts';
import { Exposition, type Labels, type Sample } from './exposition.ts';
import type { HardwareFigure } from './hardware-usage.ts';
import { type ProcessFigures, processFigures } from './process-figures.ts';
import { BUCKETS, type Series } from './request-statistics.ts';

/** The server reports these only; the facet's real path is not among them. */
const REPORTED = new Set(
  [
    '/index',
    '/points',
    '/points/batch',
    '/points/count',
    '/points/delete',
    '/points/discover',
    '/points/discover/batch',
    '/points/facet',
    '/points/payload',
    '/points/payload/clear',
    '/points/payload/delete',
    '/points/query',
    '/points/query/batch',
    '/points/query/groups',
    '/points/recommend',
    '/points/recommend/batch',
    '/points/recommend/groups',
    '/points/scroll',
    '/points/search',
    '/points/search/batch',
    '/points/search/groups',
    '/points/search/matrix/offsets',
    '/points/search/matrix/pairs',
    '/points/vectors',
    '/points/vectors/delete',
    '/vectors/{vector_name}',
  ].map((path) => `/collections/{collection_name}${path}`),
);

export interface MetricsOptions {
  readonly prefix: string;
  /** Adds the label `collection` to the request families. */
  readonly perCollection: boolean;
}

export function metricsPage(state: StandInState, { prefix, perCollection }: MetricsOptions): string {
  const page = new Exposition(prefix);
  const { name, version } = state.identity;
  page.family('app_info', 'gauge', 'information about qdrant server', [
    { labels: { name, version }, value: 1 },
  ]);
  page.gauge('app_status_recovery_mode', 'features enabled in qdrant server', 0);
  addCollections(page, state);
  page.gauge('cluster_enabled', 'is cluster support enabled', 0);
  const series = state.statistics.series(perCollection).filter(({ endpoint }) => REPORTED.has(endpoint));
  addRequests(page, series);
  addHardware(page, state);
  addProcess(page, processFigures());
  return page.toString();
}

function addCollections(page: Exposition, state: StandInState): void {
  const collections = [...state.collections];
  const each = (value: (collection: Collection) => number): Sample[] =>
    collections.map((collection) => ({ labels: { id: collection.name }, value: value(collection) }));
  const zero = () => 0;
  const replicas = collections.length > 0 ? 1 : 0;
  page.gauge('collections_total', 'number of collections', collections.length);
  page.gauge(
    'collections_vector_total',
    'total number of vectors in all collections',
    collections.reduce((sum, { vectorCount }) => sum + vectorCount, 0),
  );
  page.family(
    'collection_vectors',
    'gauge',
    'amount of vectors grouped by vector name',
    perField(collections),
  );
  page.family(
    'collection_indexed_only_excluded_points',
    'gauge',
    'amount of points excluded in indexed_only requests',
    excluded(collections),
  );
  page.gauge(
    'collection_active_replicas_min',
    'minimum number of active replicas across all shards',
    replicas,
  );
  page.gauge(
    'collection_active_replicas_max',
    'maximum number of active replicas across all shards',
    replicas,
  );
  page.family(
    'collection_running_optimizations',
    'gauge',
    'number of currently running optimization tasks per collection',
    each(zero),
  );
  page.family(
    'collection_points',
    'gauge',
    'approximate amount of points per collection',
    each(({ points }) => points.count),
  );
  page.gauge('collection_dead_replicas', 'total amount of shard replicas in non-active state', 0);
  const snapshots = (value: (created: number) => number): Sample[] =>
    [...state.snapshots.created].map(([id, created]) => ({ labels: { id }, value: value(created) }));
  page.family(
    'snapshot_creation_running',
    'gauge',
    'amount of snapshot creations that are currently running',
    snapshots(zero),
  );
  page.family(
    'snapshot_recovery_running',
    'gauge',
    'amount of snapshot recovery operations currently running',
    snapshots(zero),
  );
  page.family(
    'snapshot_created_total',
    'counter',
    'total amount of snapshots created',
    snapshots((created) => created),
  );
  page.family(
    'collection_shard_transfer_incoming',
    'gauge',
    'incoming shard transfers currently running',
    each(zero),
  );
  page.family(
    'collection_shard_transfer_outgoing',
    'gauge',
    'outgoing shard transfers currently running',
    each(zero),
  );
  page.family(
    'collection_update_queue_length',
    'gauge',
    'number of pending operations in update queues per collection',
    each(zero),
  );
  page.family(
    'collection_update_queue_deferred_points',
    'gauge',
    "number of points currently hidden during read operations as they're not yet optimized",
    each(zero),
  );
}

function perField(collections: readonly Collection[]): Sample[] {
  return collections.flatMap(({ name, fields }) =>
    [...fields].map(([vector, { count }]) => ({ labels: { collection: name, vector }, value: count })),
  );
}

function excluded(collections: readonly Collection[]): Sample[] {
  return collections.flatMap(({ name, fields }) =>
    [...fields]
      .filter(([, { kind }]) => kind !== 'sparse')
      .map(([vector]) => ({ labels: { id: name, vector }, value: 0 })),
  );
}

function addRequests(page: Exposition, series: readonly Series[]): void {
  const labelsOf = ({ method, endpoint, status, collection }: Series): Labels => ({
    method,
    endpoint,
    status,
    ...(collection === undefined ? {} : { collection }),
  });
  const timed = series.filter(({ status }) => status === 200);
  const each = (of: readonly Series[], value: (series: Series) => number): Sample[] =>
    of.map((one) => ({ labels: labelsOf(one), value: value(one) }));
  page.family(
    'rest_responses_total',
    'counter',
    'total number of responses',
    each(series, ({ durations }) => durations.count),
  );
  page.family(
    'rest_responses_avg_duration_seconds',
    'gauge',
    'average response duration',
    each(timed, ({ durations }) => durations.average),
  );
  page.family(
    'rest_responses_min_duration_seconds',
    'gauge',
    'minimum response duration',
    each(timed, ({ durations }) => durations.min),
  );
  page.family(
    'rest_responses_max_duration_seconds',
    'gauge',
    'maximum response duration',
    each(timed, ({ durations }) => durations.max),
  );
  page.family(
    'rest_responses_duration_seconds',
    'histogram',
    'response duration histogram',
    timed.flatMap((one) => {
      const labels = labelsOf(one);
      const { buckets, count, sum } = one.durations;
      return [
        ...buckets.map((value, place) => ({
          labels: { ...labels, le: BUCKETS[place]! },
          value,
          suffix: '_bucket',
        })),
        { labels: { ...labels, le: '+Inf' }, value: count, suffix: '_bucket' },
        { labels, value: sum, suffix: '_sum' },
        { labels, value: count, suffix: '_count' },
      ];
    }),
  );
}

const HARDWARE_HELP: readonly (readonly [HardwareFigure, string])[] = [
  ['cpu', 'CPU measurements of a collection'],
  ['payload_io_read', 'Total IO payload read metrics of a collection'],
  ['payload_index_io_read', 'Total IO payload index read metrics of a collection'],
  ['payload_index_io_write', 'Total IO payload index write metrics of a collection'],
  ['payload_io_write', 'Total IO payload write metrics of a collection'],
  ['vector_io_read', 'Total IO vector read metrics of a collection'],
  ['vector_io_write', 'Total IO vector write metrics of a collection'],
];

function addHardware(page: Exposition, state: StandInState): void {
  for (const [figure, help] of HARDWARE_HELP)
    page.family(
      `collection_hardware_metric_${figure}`,
      'counter',
      help,
      [...state.hardware.entries()].map(([id, usage]) => ({ labels: { id }, value: usage.get(figure) })),
    );
}

function addProcess(page: Exposition, figures: ProcessFigures): void {
  page.gauge(
    'memory_active_bytes',
    'Total number of bytes in active pages allocated by the application',
    figures.activeBytes,
  );
  page.gauge(
    'memory_allocated_bytes',
    'Total number of bytes allocated by the application',
    figures.allocatedBytes,
  );
  page.gauge('memory_metadata_bytes', 'Total number of bytes dedicated to metadata', figures.metadataBytes);
  page.gauge(
    'memory_resident_bytes',
    'Maximum number of bytes in physically resident data pages mapped',
    figures.residentBytes,
  );
  page.gauge(
    'memory_retained_bytes',
    'Total number of bytes in virtual memory mappings',
    figures.retainedBytes,
  );
  page.gauge('process_threads', 'count of active threads', figures.threads);
  page.gauge('process_open_mmaps', 'count of open mmaps', figures.openMmaps);
  page.gauge('system_max_mmaps', 'system wide limit of open mmaps', figures.maxMmaps);
  page.gauge('process_open_fds', 'count of currently open file descriptors', figures.openFds);
  page.gauge('process_max_fds', 'limit for open file descriptors', figures.maxFds);
  const counter = (name: string, help: string, value: number) =>
    page.family(name, 'counter', help, [{ labels: {}, value }]);
  counter(
    'process_minor_page_faults_total',
    "count of minor page faults which didn't cause a disk access",
    figures.minorFaults,
  );
  counter(
    'process_major_page_faults_total',
    'count of disk accesses caused by a mmap page fault',
    figures.majorFaults,
  );
}
