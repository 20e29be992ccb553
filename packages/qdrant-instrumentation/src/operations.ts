/**
 * What is known about every operation of the clients: whether it concerns a collection, which arguments are worth an
 * attribute, what its result looks like. A name that is missing here is traced too, with less detail; a test lists the
 * methods of the installed clients and fails on one without an entry.
 */

/** Which reader in request-attributes fits the request. */
export type RequestKind = 'plain' | 'search' | 'write';

/** Which reader in response-attributes fits the `result`. */
export type ResultKind =
  | 'plain'
  /** `{ points }` */
  | 'points'
  /** `[point]` */
  | 'list'
  /** `[{ points }]` */
  | 'points-batch'
  /** `[[point]]` */
  | 'list-batch'
  /** `{ groups: [{ hits }] }` */
  | 'groups'
  /** `{ hits }` of a facet */
  | 'hits'
  /** `{ pairs }` */
  | 'pairs'
  /** `{ scores }` */
  | 'offsets'
  /** one point */
  | 'point'
  /** `{ status }` */
  | 'update'
  /** `[{ status }]` */
  | 'update-batch';

export interface Request {
  readonly collection: boolean;
  readonly request: RequestKind;
  readonly result: ResultKind;
  /** The field that holds the operations of a batch. */
  readonly batch: string | undefined;
  /** What each operation of the batch would be called alone; undefined: the entries say it themselves. */
  readonly single: string | undefined;
}

function entry(
  collection: boolean,
  request: RequestKind = 'plain',
  result: ResultKind = 'plain',
  batch?: string,
  single?: string,
): Request {
  return Object.freeze({ collection, request, result, batch, single });
}

/** Without a prototype: a method named `toString` has no entry. */
function table<Entry>(entries: Record<string, Entry>): Readonly<Record<string, Entry | undefined>> {
  return Object.freeze(Object.assign(Object.create(null), entries));
}

const SERVER = entry(false);
const COLLECTION = entry(true);
const UPDATE = entry(true, 'write', 'update');
export const UNKNOWN_REQUEST: Request = SERVER;
export const UNKNOWN_COLLECTION_REQUEST: Request = COLLECTION;

/** The functions of `client.api()` of the REST client, 1.9 to 1.19. */
export const REST_REQUESTS: Readonly<Record<string, Request | undefined>> = table({
  root: SERVER,
  telemetry: SERVER,
  metrics: SERVER,
  healthz: SERVER,
  livez: SERVER,
  readyz: SERVER,
  getIssues: SERVER,
  clearIssues: SERVER,
  getLocks: SERVER,
  postLocks: SERVER,
  getQuotas: SERVER,
  updateQuotas: SERVER,
  clusterStatus: SERVER,
  clusterTelemetry: SERVER,
  recoverCurrentPeer: SERVER,
  removePeer: SERVER,

  getCollections: SERVER,
  getCollection: COLLECTION,
  createCollection: COLLECTION,
  updateCollection: COLLECTION,
  deleteCollection: COLLECTION,
  collectionExists: COLLECTION,
  getOptimizations: COLLECTION,
  updateAliases: SERVER,
  getCollectionAliases: COLLECTION,
  getCollectionsAliases: SERVER,
  createFieldIndex: UPDATE,
  deleteFieldIndex: UPDATE,
  createVectorName: UPDATE,
  deleteVectorName: UPDATE,
  collectionClusterInfo: COLLECTION,
  updateCollectionCluster: COLLECTION,
  listShardKeys: COLLECTION,
  createShardKey: COLLECTION,
  deleteShardKey: COLLECTION,

  listSnapshots: COLLECTION,
  createSnapshot: COLLECTION,
  getSnapshot: COLLECTION,
  deleteSnapshot: COLLECTION,
  deleteSnapshots: COLLECTION,
  recoverFromSnapshot: COLLECTION,
  recoverFromUploadedSnapshot: COLLECTION,
  listFullSnapshots: SERVER,
  createFullSnapshot: SERVER,
  getFullSnapshot: SERVER,
  deleteFullSnapshot: SERVER,
  listShardSnapshots: COLLECTION,
  createShardSnapshot: COLLECTION,
  getShardSnapshot: COLLECTION,
  deleteShardSnapshot: COLLECTION,
  streamShardSnapshot: COLLECTION,
  recoverShardFromSnapshot: COLLECTION,
  recoverShardFromUploadedSnapshot: COLLECTION,

  upsertPoints: UPDATE,
  deletePoints: UPDATE,
  updateVectors: UPDATE,
  deleteVectors: UPDATE,
  setPayload: UPDATE,
  overwritePayload: UPDATE,
  deletePayload: UPDATE,
  clearPayload: UPDATE,
  batchUpdate: entry(true, 'write', 'update-batch', 'operations'),

  getPoint: entry(true, 'plain', 'point'),
  getPoints: entry(true, 'search', 'list'),
  scrollPoints: entry(true, 'search', 'points'),
  countPoints: entry(true, 'search'),
  facet: entry(true, 'search', 'hits'),
  queryPoints: entry(true, 'search', 'points'),
  queryBatchPoints: entry(true, 'search', 'points-batch', 'searches', 'queryPoints'),
  queryPointsGroups: entry(true, 'search', 'groups'),
  searchMatrixPairs: entry(true, 'search', 'pairs'),
  searchMatrixOffsets: entry(true, 'search', 'offsets'),
  // Gone from client 1.19; servers still answer them.
  searchPoints: entry(true, 'search', 'list'),
  searchBatchPoints: entry(true, 'search', 'list-batch', 'searches', 'searchPoints'),
  searchPointGroups: entry(true, 'search', 'groups'),
  recommendPoints: entry(true, 'search', 'list'),
  recommendBatchPoints: entry(true, 'search', 'list-batch', 'searches', 'recommendPoints'),
  recommendPointGroups: entry(true, 'search', 'groups'),
  discoverPoints: entry(true, 'search', 'list'),
  discoverBatchPoints: entry(true, 'search', 'list-batch', 'searches', 'discoverPoints'),
});

export interface Method {
  /** The functions of `client.api()` that it calls, in order. */
  readonly requests: readonly string[];
  readonly collection: boolean;
  /** For a batch: the method that does one of it. */
  readonly single: string | undefined;
  /** What it does with an answer that has no `result`. */
  readonly withoutResult: 'fails' | 'gives null' | 'gives the answer';
}

function method(
  requests: string | readonly string[],
  single?: string,
  withoutResult: Method['withoutResult'] = 'fails',
): Method {
  const list = typeof requests === 'string' ? [requests] : requests;
  return Object.freeze({
    requests: list,
    collection: REST_REQUESTS[list[0]!]!.collection,
    single,
    withoutResult,
  });
}

/** The methods of the REST client's class, 1.9 to 1.19. */
export const REST_METHODS: Readonly<Record<string, Method | undefined>> = table({
  createCollection: method('createCollection'),
  recreateCollection: method(['deleteCollection', 'createCollection']),
  updateCollection: method('updateCollection'),
  deleteCollection: method('deleteCollection'),
  getCollection: method('getCollection'),
  getCollections: method('getCollections'),
  collectionExists: method('collectionExists'),
  getOptimizations: method('getOptimizations'),
  createPayloadIndex: method('createFieldIndex'),
  deletePayloadIndex: method('deleteFieldIndex'),
  createVectorName: method('createVectorName'),
  deleteVectorName: method('deleteVectorName'),
  updateCollectionAliases: method('updateAliases'),
  getCollectionAliases: method('getCollectionAliases'),
  getAliases: method('getCollectionsAliases'),

  upsert: method('upsertPoints'),
  delete: method('deletePoints'),
  batchUpdate: method('batchUpdate'),
  setPayload: method('setPayload'),
  overwritePayload: method('overwritePayload'),
  deletePayload: method('deletePayload'),
  clearPayload: method('clearPayload'),
  updateVectors: method('updateVectors'),
  deleteVectors: method('deleteVectors'),

  retrieve: method('getPoints'),
  scroll: method('scrollPoints'),
  count: method('countPoints'),
  facet: method('facet'),
  query: method('queryPoints'),
  queryBatch: method('queryBatchPoints', 'query'),
  queryGroups: method('queryPointsGroups'),
  searchMatrixPairs: method('searchMatrixPairs'),
  searchMatrixOffsets: method('searchMatrixOffsets'),
  search: method('searchPoints'),
  searchBatch: method('searchBatchPoints', 'search'),
  searchPointGroups: method('searchPointGroups'),
  recommend: method('recommendPoints'),
  recommendBatch: method('recommendBatchPoints', 'recommend'),
  recommend_batch: method('recommendBatchPoints', 'recommend'),
  recommendPointGroups: method('recommendPointGroups'),
  discoverPoints: method('discoverPoints'),
  discoverBatchPoints: method('discoverBatchPoints', 'discoverPoints'),

  listSnapshots: method('listSnapshots'),
  createSnapshot: method('createSnapshot', undefined, 'gives null'),
  deleteSnapshot: method('deleteSnapshot'),
  recoverSnapshot: method('recoverFromSnapshot'),
  listFullSnapshots: method('listFullSnapshots'),
  createFullSnapshot: method('createFullSnapshot'),
  deleteFullSnapshot: method('deleteFullSnapshot'),
  listShardSnapshots: method('listShardSnapshots'),
  createShardSnapshot: method('createShardSnapshot'),
  deleteShardSnapshot: method('deleteShardSnapshot'),
  recoverShardFromSnapshot: method('recoverShardFromSnapshot'),

  collectionClusterInfo: method('collectionClusterInfo'),
  updateCollectionCluster: method('updateCollectionCluster'),
  listShardKeys: method('listShardKeys'),
  createShardKey: method('createShardKey'),
  deleteShardKey: method('deleteShardKey'),
  clusterTelemetry: method('clusterTelemetry'),
  versionInfo: method('root', undefined, 'gives the answer'),
  getQuotas: method('getQuotas'),
  updateQuotas: method('updateQuotas'),
  getLocks: method('getLocks'),
  lockStorage: method('postLocks'),
  unlockStorage: method('postLocks'),
});

/**
 * The functions of the gRPC client, by service. The name of the operation is the function's; outside of `points` the
 * service stands before it, since `create` alone could be a collection or a snapshot.
 */
export const GRPC_METHODS: Readonly<
  Record<string, Readonly<Record<string, Request | undefined>> | undefined>
> = table({
  collections: table({
    get: COLLECTION,
    list: SERVER,
    create: COLLECTION,
    update: COLLECTION,
    delete: COLLECTION,
    updateAliases: SERVER,
    listCollectionAliases: COLLECTION,
    listAliases: SERVER,
    collectionClusterInfo: COLLECTION,
    collectionExists: COLLECTION,
    updateCollectionClusterSetup: COLLECTION,
    createShardKey: COLLECTION,
    deleteShardKey: COLLECTION,
    listShardKeys: COLLECTION,
  }),
  points: table({
    upsert: UPDATE,
    delete: UPDATE,
    updateVectors: UPDATE,
    deleteVectors: UPDATE,
    setPayload: UPDATE,
    overwritePayload: UPDATE,
    deletePayload: UPDATE,
    clearPayload: UPDATE,
    createFieldIndex: UPDATE,
    deleteFieldIndex: UPDATE,
    createVectorName: UPDATE,
    deleteVectorName: UPDATE,
    updateBatch: entry(true, 'write', 'update-batch', 'operations'),
    get: entry(true, 'search', 'list'),
    scroll: entry(true, 'search', 'list'),
    count: entry(true, 'search'),
    facet: entry(true, 'search', 'hits'),
    query: entry(true, 'search', 'list'),
    queryBatch: entry(true, 'search', 'list-batch', 'queryPoints', 'query'),
    queryGroups: entry(true, 'search', 'groups'),
    search: entry(true, 'search', 'list'),
    searchBatch: entry(true, 'search', 'list-batch', 'searchPoints', 'search'),
    searchGroups: entry(true, 'search', 'groups'),
    recommend: entry(true, 'search', 'list'),
    recommendBatch: entry(true, 'search', 'list-batch', 'recommendPoints', 'recommend'),
    recommendGroups: entry(true, 'search', 'groups'),
    discover: entry(true, 'search', 'list'),
    discoverBatch: entry(true, 'search', 'list-batch', 'discoverPoints', 'discover'),
    searchMatrixPairs: entry(true, 'search', 'pairs'),
    searchMatrixOffsets: entry(true, 'search', 'offsets'),
  }),
  snapshots: table({
    create: COLLECTION,
    list: COLLECTION,
    delete: COLLECTION,
    createFull: SERVER,
    listFull: SERVER,
    deleteFull: SERVER,
  }),
  service: table({
    healthCheck: SERVER,
  }),
});

/** What an entry of a mixed batch is called as a method of its own. REST spells it with underscores, gRPC as here. */
export const BATCHED_OPERATIONS: Readonly<Record<string, string | undefined>> = table({
  upsert: 'upsert',
  delete: 'delete',
  set_payload: 'setPayload',
  overwrite_payload: 'overwritePayload',
  delete_payload: 'deletePayload',
  clear_payload: 'clearPayload',
  update_vectors: 'updateVectors',
  delete_vectors: 'deleteVectors',
  setPayload: 'setPayload',
  overwritePayload: 'overwritePayload',
  deletePayload: 'deletePayload',
  clearPayload: 'clearPayload',
  updateVectors: 'updateVectors',
  deleteVectors: 'deleteVectors',
  deletePoints: 'delete',
  deleteDeprecated: 'delete',
  clearPayloadDeprecated: 'clearPayload',
});
