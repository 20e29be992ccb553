/** The node itself: health, cluster, quotas, telemetry. A single node is no cluster. */
import { readObject } from '../format-error.ts';
import { json, result, text } from '../http/answers.ts';
import { metricsPage } from '../metrics/metrics-page.ts';
import { badRequest, notFound } from '../server-error.ts';
import type { Handler } from './call.ts';
import { VERSION } from './state.ts';
import { telemetry } from './telemetry.ts';

export const root: Handler = () =>
  json({ title: 'qdrant stand-in - held in memory, not a database', version: VERSION, commit: 'stand-in' });

export const healthz: Handler = () => text('healthz check passed');
export const livez: Handler = () => text('livez check passed');
export const readyz: Handler = () => text('all shards are ready');

export const metrics: Handler = (call) =>
  text(
    metricsPage(call.state, {
      prefix: call.metricsPrefix,
      perCollection: call.flag('per_collection', false),
    }),
  );

export const getTelemetry: Handler = (call) =>
  result(telemetry(call.state, call.number('details_level') ?? 0));

export const getIssues: Handler = () => result({ issues: [] });
export const clearIssues: Handler = () => result(true);

export const getQuotas: Handler = ({ state }) => result(state.quotas.status());

export const updateQuotas: Handler = ({ state, body }) => {
  state.quotas.update(body);
  return result(true);
};

export const clusterStatus: Handler = () => result({ status: 'disabled' });

export const refuseCluster: Handler = () => {
  throw badRequest('Distributed mode disabled');
};

export const removePeer: Handler = ({ params }) => {
  if (!/^\d+$/.test(params.peer_id!)) throw notFound(`can not parse "${params.peer_id}" to a u64`);
  throw badRequest('Distributed mode disabled.');
};

export const recoverPeer: Handler = () => {
  throw badRequest('Distributed mode disabled.');
};

export const collectionCluster: Handler = ({ collection, state }) =>
  result({
    peer_id: state.peerId,
    shard_count: 1,
    local_shards: [{ shard_id: 0, points_count: collection.points.count, state: 'Active' }],
    remote_shards: [],
    shard_transfers: [],
  });

/** Changes of shards: the request is read, the collection looked for, and then there is no cluster. */
export const changeCollectionCluster: Handler = (call) => {
  readObject(call.body, 'ClusterOperations');
  throw badRequest('Distributed mode disabled');
};

export const listShardKeys: Handler = (call) => {
  void call.collection;
  return result({});
};
