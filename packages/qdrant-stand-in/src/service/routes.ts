/** Every path of the REST API of 1.19, and those older ones that its server still answers. */
import { Router } from '../http/routing.ts';
import type { Handler } from './call.ts';
import * as collections from './collection-endpoints.ts';
import * as node from './node-endpoints.ts';
import * as points from './point-endpoints.ts';
import * as snapshots from './snapshot-endpoints.ts';

export interface Route {
  readonly handler: Handler;
  /** What the body has to be; `none` where it is not looked at. */
  readonly body: 'json' | 'bytes' | 'none';
  /** A read-only key is enough. */
  readonly reads: boolean;
  /** The answer can tell what it cost. */
  readonly metered: boolean;
}

const C = '/collections/{collection_name}';
const SHARD = `${C}/shards/{shard_id}`;

/** Method, path, handler; then `b` body is JSON, `f` body is a file, `r` reads only, `h` costs are told. */
type Row = readonly [string, string, Handler, string];

const ROWS: readonly Row[] = [
  ['GET', '/', node.root, 'r'],
  ['GET', '/healthz', node.healthz, 'r'],
  ['GET', '/livez', node.livez, 'r'],
  ['GET', '/readyz', node.readyz, 'r'],
  ['GET', '/metrics', node.metrics, 'r'],
  ['GET', '/telemetry', node.getTelemetry, 'r'],
  ['GET', '/issues', node.getIssues, 'r'],
  ['DELETE', '/issues', node.clearIssues, ''],
  ['GET', '/quotas', node.getQuotas, 'r'],
  ['PUT', '/quotas', node.updateQuotas, 'b'],
  ['GET', '/cluster', node.clusterStatus, 'r'],
  ['GET', '/cluster/telemetry', node.refuseCluster, 'r'],
  ['POST', '/cluster/recover', node.recoverPeer, ''],
  ['DELETE', '/cluster/peer/{peer_id}', node.removePeer, ''],
  ['GET', '/collections', collections.listCollections, 'r'],
  ['POST', '/collections/aliases', collections.changeAliases, 'b'],
  ['GET', '/aliases', collections.listAliases, 'r'],
  ['GET', C, collections.getCollection, 'r'],
  ['PUT', C, collections.createCollection, 'b'],
  ['PATCH', C, collections.updateCollection, 'b'],
  ['DELETE', C, collections.deleteCollection, ''],
  ['GET', `${C}/exists`, collections.collectionExists, 'r'],
  ['GET', `${C}/aliases`, collections.collectionAliases, 'r'],
  ['GET', `${C}/optimizations`, collections.getOptimizations, 'r'],
  ['PUT', `${C}/index`, collections.createIndex, 'bh'],
  ['DELETE', `${C}/index/{field_name}`, collections.deleteIndex, 'h'],
  ['PUT', `${C}/vectors/{vector_name}`, collections.createVectorName, 'bh'],
  ['DELETE', `${C}/vectors/{vector_name}`, collections.deleteVectorName, 'h'],
  ['GET', `${C}/cluster`, node.collectionCluster, 'r'],
  ['POST', `${C}/cluster`, node.changeCollectionCluster, 'b'],
  ['GET', `${C}/shards`, node.listShardKeys, 'r'],
  ['PUT', `${C}/shards`, node.changeCollectionCluster, 'b'],
  ['POST', `${C}/shards/delete`, node.changeCollectionCluster, 'b'],
  ['PUT', `${C}/points`, points.changing('upsert'), 'bh'],
  ['POST', `${C}/points/delete`, points.changing('delete'), 'bh'],
  ['PUT', `${C}/points/vectors`, points.changing('update_vectors'), 'bh'],
  ['POST', `${C}/points/vectors/delete`, points.changing('delete_vectors'), 'bh'],
  ['POST', `${C}/points/payload`, points.changing('set_payload'), 'bh'],
  ['PUT', `${C}/points/payload`, points.changing('overwrite_payload'), 'bh'],
  ['POST', `${C}/points/payload/delete`, points.changing('delete_payload'), 'bh'],
  ['POST', `${C}/points/payload/clear`, points.changing('clear_payload'), 'bh'],
  ['POST', `${C}/points/batch`, points.batchUpdate, 'bh'],
  ['POST', `${C}/points`, points.getPoints, 'brh'],
  ['GET', `${C}/points/{id}`, points.getPoint, 'rh'],
  ['POST', `${C}/points/scroll`, points.scrollPoints, 'brh'],
  ['POST', `${C}/points/count`, points.countPoints, 'brh'],
  ['POST', `${C}/facet`, points.facetPoints, 'brh'],
  ['POST', `${C}/points/query`, points.queryPoints, 'brh'],
  ['POST', `${C}/points/query/batch`, points.queryBatch, 'brh'],
  ['POST', `${C}/points/query/groups`, points.queryGroupsOfPoints, 'brh'],
  ['POST', `${C}/points/search/matrix/pairs`, points.searchMatrixPairs, 'brh'],
  ['POST', `${C}/points/search/matrix/offsets`, points.searchMatrixOffsets, 'brh'],
  ['POST', `${C}/points/search`, points.search, 'brh'],
  ['POST', `${C}/points/search/batch`, points.batchOf(points.translatedSearch), 'brh'],
  ['POST', `${C}/points/search/groups`, points.groupsOf(points.translatedSearch), 'brh'],
  ['POST', `${C}/points/recommend`, points.recommendPoints, 'brh'],
  ['POST', `${C}/points/recommend/batch`, points.batchOf(points.translatedRecommendation), 'brh'],
  ['POST', `${C}/points/recommend/groups`, points.groupsOf(points.translatedRecommendation), 'brh'],
  ['POST', `${C}/points/discover`, points.discoverPoints, 'brh'],
  ['POST', `${C}/points/discover/batch`, points.batchOf(points.translatedDiscovery), 'brh'],
  ['GET', `${C}/snapshots`, snapshots.listSnapshots, 'r'],
  ['POST', `${C}/snapshots`, snapshots.createSnapshot, ''],
  ['POST', `${C}/snapshots/upload`, snapshots.uploadSnapshot, 'f'],
  ['PUT', `${C}/snapshots/recover`, snapshots.recoverSnapshot, 'b'],
  ['GET', `${C}/snapshots/{snapshot_name}`, snapshots.getSnapshot, 'r'],
  ['DELETE', `${C}/snapshots/{snapshot_name}`, snapshots.deleteSnapshot, ''],
  ['GET', '/snapshots', snapshots.listFullSnapshots, 'r'],
  ['POST', '/snapshots', snapshots.createFullSnapshot, ''],
  ['GET', '/snapshots/{snapshot_name}', snapshots.getFullSnapshot, 'r'],
  ['DELETE', '/snapshots/{snapshot_name}', snapshots.deleteFullSnapshot, ''],
  ['GET', `${SHARD}/snapshot`, snapshots.streamShardSnapshot, 'r'],
  ['GET', `${SHARD}/snapshots`, snapshots.listShardSnapshots, 'r'],
  ['POST', `${SHARD}/snapshots`, snapshots.createShardSnapshot, ''],
  ['POST', `${SHARD}/snapshots/upload`, snapshots.uploadShardSnapshot, 'f'],
  ['PUT', `${SHARD}/snapshots/recover`, snapshots.recoverShardSnapshot, 'b'],
  ['GET', `${SHARD}/snapshots/{snapshot_name}`, snapshots.getShardSnapshot, 'r'],
  ['DELETE', `${SHARD}/snapshots/{snapshot_name}`, snapshots.deleteShardSnapshot, ''],
];

export function createRouter(): Router<Route> {
  const router = new Router<Route>();
  for (const [method, pattern, handler, marks] of ROWS)
    router.add(method, pattern, {
      handler,
      body: marks.includes('b') ? 'json' : marks.includes('f') ? 'bytes' : 'none',
      reads: marks.includes('r'),
      metered: marks.includes('h'),
    });
  return router;
}
