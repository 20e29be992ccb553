import { JOBS, SCRAPED } from './jobs.ts';
import { counter, type Emitter, gauge, histogram } from './metric.ts';

const REST = ['method', 'endpoint', 'status', 'collection'];
const GRPC = ['endpoint', 'status', 'collection'];
const CLUSTER = { appears: 'in cluster mode' };
const REQUEST = {
  appears: 'an endpoint after its first request; one collection each with per_collection=true',
  sometimes: ['collection'],
};
const COLLECTION = { appears: 'with a collection' };
const hardware = (part: string, meaning: string) =>
  counter(`qdrant_collection_hardware_metric_${part}`, '1', ['id'], meaning, COLLECTION);

/** With `service.metrics_prefix: qdrant_`, which the reference stack sets; without it, no name has the prefix. */
export const qdrant: Emitter = {
  id: 'qdrant',
  title: 'Qdrant',
  version: '1.19.2',
  path: 'scraped at port 6333, with the read-only key',
  job: JOBS.qdrant,
  page: 'qdrant',
  labels: SCRAPED,
  metrics: [
    gauge('qdrant_app_info', '1', ['name', 'version'], 'The version, as a label.'),
    gauge('qdrant_app_status_recovery_mode', '1', [], '1 in recovery mode: collections are not loaded.'),
    gauge('qdrant_quota_exceeded', '1', ['resource'], '1 where writes are refused for memory or disk.', {
      appears: 'with quotas, since 1.19',
    }),
    gauge('qdrant_audit_log_dir_size_bytes', 'By', [], 'Size of the audit log.', {
      appears: 'with the audit log',
    }),
    gauge('qdrant_collections_total', '1', [], 'Collections. A gauge, whatever its name says.'),
    gauge('qdrant_collections_vector_total', '1', [], 'Vectors in all collections. A gauge.'),
    gauge(
      'qdrant_collection_points',
      '{point}',
      ['id'],
      'Points on this node, about; every replica counts.',
      COLLECTION,
    ),
    gauge('qdrant_collection_vectors', '1', ['collection', 'vector'], 'Vectors by name, about.', COLLECTION),
    gauge(
      'qdrant_collection_indexed_only_excluded_points',
      '{point}',
      ['id', 'vector'],
      'Points that a search with indexed_only does not see.',
      COLLECTION,
    ),
    gauge('qdrant_collection_running_optimizations', '1', ['id'], 'Optimizations under way.', COLLECTION),
    gauge('qdrant_collection_update_queue_length', '{item}', ['id'], 'Updates waiting.', COLLECTION),
    gauge(
      'qdrant_collection_update_queue_deferred_points',
      '{point}',
      ['id'],
      'Points written but not yet visible.',
      COLLECTION,
    ),
    gauge(
      'qdrant_collection_active_replicas_min',
      '1',
      [],
      "Fewest active replicas of a shard; 0 without collections. A node's view.",
    ),
    gauge(
      'qdrant_collection_active_replicas_max',
      '1',
      [],
      "Most active replicas of a shard. A node's view.",
    ),
    gauge('qdrant_collection_dead_replicas', '1', [], "Replicas that are not active. A node's view."),
    gauge('qdrant_collection_shard_transfer_incoming', '1', ['id'], 'Shards being received.', COLLECTION),
    gauge('qdrant_collection_shard_transfer_outgoing', '1', ['id'], 'Shards being sent.', COLLECTION),
    gauge('qdrant_snapshot_creation_running', '1', ['id'], 'Snapshots being made.', COLLECTION),
    gauge('qdrant_snapshot_recovery_running', '1', ['id'], 'Snapshots being read back.', COLLECTION),
    counter('qdrant_snapshot_created_total', '{event}', ['id'], 'Snapshots made.', COLLECTION),
    hardware('cpu', 'CPU spent on a collection, in the units of the server.'),
    hardware('payload_io_read', 'Bytes of payload read.'),
    hardware('payload_io_write', 'Bytes of payload written.'),
    hardware('payload_index_io_read', 'Bytes of payload indexes read.'),
    hardware('payload_index_io_write', 'Bytes of payload indexes written.'),
    hardware('vector_io_read', 'Bytes of vectors read.'),
    hardware('vector_io_write', 'Bytes of vectors written.'),
    counter('qdrant_rest_responses_total', '{request}', REST, 'Responses over REST.', REQUEST),
    histogram(
      'qdrant_rest_responses_duration_seconds',
      's',
      REST,
      'Duration of REST requests answered with 200; others have none.',
      REQUEST,
    ),
    counter(
      'qdrant_grpc_responses_total',
      '{request}',
      GRPC,
      'Responses over gRPC; status is the number of the code.',
      REQUEST,
    ),
    histogram(
      'qdrant_grpc_responses_duration_seconds',
      's',
      GRPC,
      'Duration of gRPC requests, whatever the status.',
      REQUEST,
    ),
    gauge('qdrant_cluster_enabled', '1', [], '1 in cluster mode.'),
    gauge(
      'qdrant_cluster_peers_total',
      '1',
      [],
      "Peers that the node knows. A gauge, a node's view.",
      CLUSTER,
    ),
    counter('qdrant_cluster_term', '1', [], 'Term of the consensus: one more for every election.', CLUSTER),
    counter(
      'qdrant_cluster_commit',
      '1',
      ['peer_id'],
      'Last entry of the consensus that the node has.',
      CLUSTER,
    ),
    gauge(
      'qdrant_cluster_pending_operations_total',
      '1',
      [],
      'Operations that wait for the consensus. A gauge.',
      CLUSTER,
    ),
    gauge('qdrant_cluster_voter', '1', [], '1 where the node has a vote.', CLUSTER),
    gauge(
      'qdrant_cluster_last_update_timestamp_seconds',
      'timestamp',
      [],
      'Last news of the consensus.',
      CLUSTER,
    ),
    gauge(
      'qdrant_cluster_working_state',
      '1',
      ['state'],
      '1 for the state the consensus is in: working, stopped.',
      CLUSTER,
    ),
    gauge('qdrant_memory_active_bytes', 'By', [], 'Memory in active pages.'),
    gauge('qdrant_memory_allocated_bytes', 'By', [], 'Memory in use by the program.'),
    gauge('qdrant_memory_metadata_bytes', 'By', [], 'Memory for the allocator itself.'),
    gauge('qdrant_memory_resident_bytes', 'By', [], 'Physical memory; the page cache is not in it.'),
    gauge('qdrant_memory_retained_bytes', 'By', [], 'Address space kept for later.'),
    gauge('qdrant_process_threads', '1', [], 'Threads.'),
    gauge('qdrant_process_open_mmaps', '1', [], 'Memory maps open.'),
    gauge('qdrant_system_max_mmaps', '1', [], 'Memory maps that may be open: vm.max_map_count.'),
    gauge('qdrant_process_open_fds', '1', [], 'File descriptors open.'),
    gauge('qdrant_process_max_fds', '1', [], 'File descriptors that may be open; 0 is no limit.'),
    counter('qdrant_process_minor_page_faults_total', '{event}', [], 'Page faults served from memory.'),
    counter(
      'qdrant_process_major_page_faults_total',
      '{event}',
      [],
      'Page faults that had to read from disk.',
    ),
  ],
};
