/** Arguments for every method of the clients, where `('docs', {})` will not do. */
export const METHOD_ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  getCollections: [],
  getAliases: [],
  updateCollectionAliases: [{ actions: [] }],
  deletePayloadIndex: ['docs', 'city'],
  createVectorName: ['docs', 'text', {}],
  deleteVectorName: ['docs', 'text'],
  queryBatch: ['docs', { searches: [{ query: [1] }, { query: [2] }] }],
  searchBatch: ['docs', { searches: [{ vector: [1] }, { vector: [2] }] }],
  recommendBatch: ['docs', { searches: [{ positive: [1] }, { positive: [2] }] }],
  recommend_batch: ['docs', { searches: [{ positive: [1] }, { positive: [2] }] }],
  discoverBatchPoints: ['docs', { searches: [{ target: 1 }, { target: 2 }] }],
  batchUpdate: [
    'docs',
    { operations: [{ delete: { points: [1, 2] } }, { upsert: { points: [{ id: 3 }] } }] },
  ],
  deleteSnapshot: ['docs', 'a.snapshot'],
  listFullSnapshots: [],
  createFullSnapshot: [],
  deleteFullSnapshot: ['a.snapshot'],
  recoverSnapshot: ['docs', { location: 'file:///a.snapshot' }],
  listShardSnapshots: ['docs', 0],
  createShardSnapshot: ['docs', 0, {}],
  deleteShardSnapshot: ['docs', 0, 'a.snapshot', {}],
  recoverShardFromSnapshot: ['docs', 0, { location: 'file:///a.snapshot' }],
  clusterTelemetry: [],
  getQuotas: [],
  updateQuotas: [{}],
  versionInfo: [],
  getLocks: [],
  lockStorage: ['maintenance'],
  unlockStorage: [],
};

export function methodArguments(name: string): readonly unknown[] {
  return METHOD_ARGUMENTS[name] ?? ['docs', {}];
}

/** What the span of that call is named, without its target. */
export const BATCH_NAMES: Readonly<Record<string, string>> = {
  queryBatch: 'BATCH query',
  searchBatch: 'BATCH search',
  recommendBatch: 'BATCH recommend',
  recommend_batch: 'BATCH recommend',
  discoverBatchPoints: 'BATCH discoverPoints',
  batchUpdate: 'BATCH',
};

// biome-ignore lint/suspicious/noExplicitAny: methods are called by name, with arguments of every kind
export type AnyClient = any;

/** Public methods, `api` left out. */
export function methodsOf(clientClass: { readonly prototype: object }): string[] {
  return Object.getOwnPropertyNames(clientClass.prototype).filter(
    (name) => name !== 'constructor' && name !== 'api',
  );
}

/** The functions of `client.api()`; in older clients, of each of its groups. */
export function apiFunctions(api: object): { readonly group: object; readonly name: string }[] {
  return Object.entries(api).flatMap(([name, value]) =>
    typeof value === 'function'
      ? [{ group: api, name }]
      : Object.keys(value as object).map((inner) => ({ group: value as object, name: inner })),
  );
}
