import type { Row } from '../dashboard.ts';
import { alerts } from '../link.ts';
import { timeSeries } from '../panel.ts';
import { over } from '../query.ts';
import { ANY_IS_BAD } from '../thresholds.ts';
import { allCalls, BY_ID, failedCalls, NODE } from './selectors.ts';

const SINGLE = 'A single node: these are printed in cluster mode only';

export const cluster: Row = {
  title: 'Cluster, snapshots',
  panels: [
    timeSeries('qdrantReplicas', {
      width: 8,
      height: 8,
      shows:
        'Replicas that are not active (dead), and the fewest and most active ones of a shard, as the worst node sees it.',
      todo: 'Dead above 0: a node is down or does not catch up; look at its log. Fewest at 0 with collections: a part of the data cannot be searched.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`max(qdrant_collection_dead_replicas{${NODE}})`, 'dead'),
        over(`min(qdrant_collection_active_replicas_min{${NODE}})`, 'fewest active'),
        over(`max(qdrant_collection_active_replicas_max{${NODE}})`, 'most active'),
      ],
      links: [failedCalls, alerts('qdrant')],
      empty: 'Prometheus does not reach Qdrant',
    }),
    timeSeries('qdrantCluster', {
      width: 8,
      height: 8,
      shows:
        'The consensus of the cluster: peers that each node knows, operations that wait, entries that the slowest peer is behind, age of the last news.',
      todo: 'Operations that wait for minutes: a majority is missing, start the nodes that are down. A peer far behind: its network or its disk.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`qdrant_cluster_peers_total{${NODE}}`, 'peers {{instance}}'),
        over(`max(qdrant_cluster_pending_operations_total{${NODE}})`, 'operations waiting'),
        over(`max(qdrant_cluster_commit{${NODE}}) - min(qdrant_cluster_commit{${NODE}})`, 'entries behind'),
        over(
          `time() - min(qdrant_cluster_last_update_timestamp_seconds{${NODE}})`,
          'seconds since the last news',
        ),
      ],
      links: [alerts('qdrant'), failedCalls],
      empty: SINGLE,
    }),
    timeSeries([150, 'Elections'], {
      width: 8,
      height: 8,
      shows: 'Elections of a leader in the last 15 minutes, and nodes whose consensus has stopped.',
      todo: 'A restart takes one. More: nodes lose each other; look at network and load.',
      unit: 'short',
      thresholds: ANY_IS_BAD,
      min: 0,
      queries: [
        over(`max(increase(qdrant_cluster_term{${NODE}}[15m]))`, 'elections'),
        over(`sum(qdrant_cluster_working_state{${NODE}, state="stopped"})`, 'stopped nodes'),
      ],
      links: [alerts('qdrant')],
      empty: SINGLE,
    }),
    timeSeries('qdrantSnapshots', {
      width: 12,
      height: 8,
      shows: 'Snapshots being made or read back, and shards on their way between nodes, by collection.',
      todo: 'Each comes to an end. One that stays for an hour is stuck: look at the log and the free disk of the node.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`sum by (id) (qdrant_snapshot_creation_running{${BY_ID}})`, 'being made {{id}}'),
        over(`sum by (id) (qdrant_snapshot_recovery_running{${BY_ID}})`, 'being read back {{id}}'),
        over(`sum by (id) (qdrant_collection_shard_transfer_incoming{${BY_ID}})`, 'arriving {{id}}'),
        over(`sum by (id) (qdrant_collection_shard_transfer_outgoing{${BY_ID}})`, 'leaving {{id}}'),
      ],
      links: [alerts('qdrant'), allCalls],
      empty: 'No collection',
    }),
    timeSeries([151, 'Snapshots made'], {
      width: 12,
      height: 8,
      shows: 'Snapshots made in the last day, by collection, since the start of the node.',
      todo: 'None for a collection that is not easily built again: there is no backup of it.',
      unit: 'short',
      thresholds: 'neither',
      min: 0,
      queries: [over(`sum by (id) (increase(qdrant_snapshot_created_total{${BY_ID}}[1d]))`, '{{id}}')],
      links: [allCalls],
      empty: 'No collection',
    }),
  ],
};
