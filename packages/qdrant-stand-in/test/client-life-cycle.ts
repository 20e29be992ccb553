/**
 * Every method of `@qdrant/js-client-rest` 1.19 called with arguments that make sense, in an order in which they can
 * succeed: from making collections to deleting them. Tests of several packages walk through it.
 */
import type { LifeCycleStep } from './life-cycle-step.ts';

export { LifeCycleNames, type LifeCycleStep } from './life-cycle-step.ts';

export const VECTOR: readonly number[] = [0.1, 0.2, 0.3, 0.4];

/** Twelve points: `city` of three, `n` from 0. */
export const POINTS = Array.from({ length: 12 }, (_, n) => ({
  id: n + 1,
  vector: [Math.sin(n), Math.cos(n), Math.sin(2 * n), 1],
  payload: { city: ['Berlin', 'Paris', 'Rome'][n % 3]!, n, nested: { even: n % 2 === 0 } },
}));

const done = { updateStatus: 'completed' } as const;
const isTrue = (result: unknown) => result === true;

// biome-ignore lint/suspicious/noExplicitAny: answers of every kind
type Any = any;

const steps: readonly LifeCycleStep[] = [
  { method: 'versionInfo', args: () => [], holds: (result: Any) => /^1\./.test(result.version) },
  { method: 'collectionExists', args: ({ docs }) => [docs], holds: (result: Any) => result.exists === false },
  {
    method: 'createCollection',
    args: ({ docs }) => [docs, { vectors: { size: 4, distance: 'Cosine' } }],
    holds: isTrue,
  },
  {
    method: 'createCollection',
    args: ({ multi }) => [
      multi,
      { vectors: { text: { size: 4, distance: 'Dot' } }, sparse_vectors: { words: { modifier: 'idf' } } },
    ],
    holds: isTrue,
  },
  {
    method: 'recreateCollection',
    args: ({ temporary }) => [temporary, { vectors: { size: 4, distance: 'Euclid' } }],
    holds: isTrue,
  },
  {
    method: 'getCollections',
    args: () => [],
    holds: (result: Any, { docs }) => result.collections.some(({ name }: Any) => name === docs),
  },
  {
    method: 'getCollection',
    args: ({ docs }) => [docs],
    holds: (result: Any) => result.config.params.vectors.size === 4,
  },
  {
    method: 'updateCollection',
    args: ({ docs }) => [docs, { optimizers_config: { indexing_threshold: 5000 } }],
    holds: isTrue,
  },
  { method: 'upsert', args: ({ docs }) => [docs, { points: POINTS }], ...done },
  {
    method: 'upsert',
    args: ({ multi }) => [
      multi,
      {
        points: [
          { id: 1, vector: { text: VECTOR, words: { indices: [1, 5], values: [0.5, 0.2] } } },
          { id: 2, vector: { text: [1, 0, 0, 0] } },
        ],
      },
    ],
    ...done,
  },
  {
    method: 'createPayloadIndex',
    args: ({ docs }) => [docs, { field_name: 'city', field_schema: 'keyword', wait: true }],
    ...done,
  },
  {
    method: 'createPayloadIndex',
    args: ({ docs }) => [docs, { field_name: 'n', field_schema: 'integer', wait: true }],
    ...done,
  },
  {
    method: 'updateCollectionAliases',
    args: ({ docs, alias }) => [
      { actions: [{ create_alias: { collection_name: docs, alias_name: alias } }] },
    ],
    holds: isTrue,
  },
  {
    method: 'getCollectionAliases',
    args: ({ docs }) => [docs],
    holds: (result: Any, { alias }) => result.aliases[0].alias_name === alias,
  },
  {
    method: 'getAliases',
    args: () => [],
    holds: (result: Any, { alias }) => result.aliases.some(({ alias_name }: Any) => alias_name === alias),
  },
  { method: 'retrieve', args: ({ docs }) => [docs, { ids: [1, 2, 99] }], rows: 2 },
  { method: 'scroll', args: ({ docs }) => [docs, { limit: 5 }], rows: 5 },
  { method: 'count', args: ({ docs }) => [docs, {}], holds: (result: Any) => result.count === 12 },
  {
    method: 'facet',
    args: ({ docs }) => [docs, { key: 'city' }],
    rows: 3,
    holds: (result: Any) => result.hits[0].count === 4,
  },
  { method: 'query', args: ({ docs }) => [docs, { query: VECTOR, limit: 3, with_payload: true }], rows: 3 },
  {
    method: 'queryBatch',
    args: ({ docs }) => [
      docs,
      {
        searches: [
          { query: VECTOR, limit: 2 },
          { query: 1, limit: 3 },
        ],
      },
    ],
    rows: 5,
  },
  {
    method: 'queryGroups',
    args: ({ docs }) => [docs, { query: VECTOR, group_by: 'city', limit: 2, group_size: 2 }],
    rows: 4,
    holds: (result: Any) => result.groups.length === 2,
  },
  {
    method: 'searchMatrixPairs',
    args: ({ docs }) => [docs, { sample: 4, limit: 2 }],
    rows: 8,
  },
  {
    method: 'searchMatrixOffsets',
    args: ({ docs }) => [docs, { sample: 4, limit: 2 }],
    rows: 8,
    holds: (result: Any) => result.ids.length === 4,
  },
  { method: 'setPayload', args: ({ docs }) => [docs, { payload: { seen: true }, points: [1] }], ...done },
  {
    method: 'overwritePayload',
    args: ({ docs }) => [docs, { payload: { city: 'Oslo' }, points: [2] }],
    ...done,
  },
  { method: 'deletePayload', args: ({ docs }) => [docs, { keys: ['seen'], points: [1] }], ...done },
  { method: 'clearPayload', args: ({ docs }) => [docs, { points: [3] }], ...done },
  {
    method: 'updateVectors',
    args: ({ multi }) => [multi, { points: [{ id: 2, vector: { text: [0, 1, 0, 0] } }] }],
    ...done,
  },
  { method: 'deleteVectors', args: ({ multi }) => [multi, { points: [2], vector: ['text'] }], ...done },
  {
    method: 'createVectorName',
    args: ({ multi }) => [multi, 'extra', { dense: { size: 2, distance: 'Cosine' } }, { wait: true }],
    ...done,
  },
  { method: 'deleteVectorName', args: ({ multi }) => [multi, 'extra', { wait: true }], ...done },
  {
    method: 'batchUpdate',
    args: ({ docs }) => [
      docs,
      {
        operations: [
          { upsert: { points: [{ id: 70, vector: VECTOR, payload: { n: 70 } }] } },
          { set_payload: { payload: { city: 'Bern' }, points: [70] } },
        ],
      },
    ],
    holds: (result: Any) => result.length === 2 && result[1].status === 'completed',
  },
  { method: 'delete', args: ({ docs }) => [docs, { points: [70], wait: true }], ...done },
  { method: 'delete', args: ({ docs }) => [docs, { points: [12] }], updateStatus: 'acknowledged' },
  { method: 'deletePayloadIndex', args: ({ docs }) => [docs, 'n', { wait: true }], ...done },
  {
    method: 'getOptimizations',
    args: ({ docs }) => [docs, { with: 'queued,completed' }],
    holds: (result: Any) => Array.isArray(result.running),
  },
  {
    method: 'createSnapshot',
    args: ({ docs }) => [docs],
    holds(result: Any, names) {
      names.snapshot = result.name;
      return result.size > 0;
    },
  },
  {
    method: 'listSnapshots',
    args: ({ docs }) => [docs],
    holds: (result: Any, { snapshot }) => result.some(({ name }: Any) => name === snapshot),
  },
  {
    method: 'recoverSnapshot',
    args: ({ docs }) => [docs, { location: 'file:///nowhere/none.snapshot' }],
    refused: [400, 403, 404, 500],
  },
  { method: 'deleteSnapshot', args: ({ docs, snapshot }) => [docs, snapshot], holds: isTrue },
  {
    method: 'createShardSnapshot',
    args: ({ docs }) => [docs, 0, {}],
    holds(result: Any, names) {
      names.shardSnapshot = result.name;
      return result.size > 0;
    },
  },
  {
    method: 'listShardSnapshots',
    args: ({ docs }) => [docs, 0],
    holds: (result: Any, { shardSnapshot }) => result.some(({ name }: Any) => name === shardSnapshot),
  },
  {
    method: 'recoverShardFromSnapshot',
    args: ({ docs }) => [docs, 0, { location: 'file:///nowhere/none.snapshot' }],
    refused: [400, 403, 404, 500],
  },
  {
    method: 'deleteShardSnapshot',
    args: ({ docs, shardSnapshot }) => [docs, 0, shardSnapshot, {}],
    holds: isTrue,
  },
  {
    method: 'createFullSnapshot',
    args: () => [],
    serverWide: true,
    holds(result: Any, names) {
      names.fullSnapshot = result.name;
      return result.size > 0;
    },
  },
  { method: 'listFullSnapshots', args: () => [], holds: (result: Any) => Array.isArray(result) },
  {
    method: 'deleteFullSnapshot',
    args: ({ fullSnapshot }) => [fullSnapshot],
    serverWide: true,
    holds: isTrue,
  },
  {
    method: 'collectionClusterInfo',
    args: ({ docs }) => [docs],
    holds: (result: Any) => result.shard_count >= 1,
  },
  {
    method: 'updateCollectionCluster',
    args: ({ docs }) => [docs, { create_sharding_key: { shard_key: 'a' } }],
    refused: [400],
  },
  { method: 'listShardKeys', args: ({ docs }) => [docs] },
  { method: 'createShardKey', args: ({ docs }) => [docs, { shard_key: 'a' }], refused: [400] },
  { method: 'deleteShardKey', args: ({ docs }) => [docs, { shard_key: 'a' }], refused: [400] },
  { method: 'clusterTelemetry', args: () => [], refused: [400, 404] },
  { method: 'getQuotas', args: () => [], holds: (result: Any) => typeof result.usage === 'object' },
  { method: 'updateQuotas', args: () => [{ enabled: false }], serverWide: true, holds: isTrue },
  {
    method: 'updateCollectionAliases',
    args: ({ alias }) => [{ actions: [{ delete_alias: { alias_name: alias } }] }],
    holds: isTrue,
  },
  { method: 'deleteCollection', args: ({ docs }) => [docs], holds: isTrue },
  { method: 'deleteCollection', args: ({ multi }) => [multi], holds: isTrue },
  { method: 'deleteCollection', args: ({ temporary }) => [temporary], holds: isTrue },
];

/** `shared`: without the steps that change more than the run's own collections. */
export function lifeCycle({ shared }: { readonly shared: boolean }): readonly LifeCycleStep[] {
  return steps.filter(({ serverWide }) => !(shared && serverWide));
}
