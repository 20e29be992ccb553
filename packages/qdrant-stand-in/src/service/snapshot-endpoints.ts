import { readObject, readString } from '../format-error.ts';
import { accepted, bytes, result } from '../http/answers.ts';
import { badRequest, notFound } from '../server-error.ts';
import { collectionFrom, copyOfCollection } from '../store/collection-copy.ts';
import type { Call, Handler } from './call.ts';

/** A single node's collection has one shard. */
const SHARD = 0;

/** Done at once, whether waited for or not; only the answer differs. */
function awaited(handler: Handler): Handler {
  return (call) => {
    const answer = handler(call);
    return call.flag('wait', true) ? answer : accepted();
  };
}

export const listSnapshots: Handler = (call) => result(call.state.snapshots.list(call.collection.name));

export const createSnapshot = awaited((call) => {
  const { collection, state } = call;
  countSnapshot(call, collection.name);
  return result(state.snapshots.create(collection.name, copyOfCollection(collection)));
});

export const getSnapshot: Handler = (call) =>
  bytes(call.state.snapshots.get(call.collection.name, call.params.snapshot_name!).bytes);

export const deleteSnapshot = awaited((call) => {
  call.state.snapshots.delete(call.collection.name, call.params.snapshot_name!);
  return result(true);
});

export const recoverSnapshot = awaited((call) => {
  const location = readString(readObject(call.body, 'SnapshotRecover').location, 'location');
  recover(call, call.state.snapshots.at(location).bytes);
  return result(true);
});

function recover(call: Call, copy: Buffer): void {
  const name = call.params.collection_name!;
  let collection: ReturnType<typeof collectionFrom>;
  try {
    collection = collectionFrom(name, copy);
  } catch {
    throw badRequest('Failed to read the snapshot');
  }
  call.state.collections.replace(collection);
}

function countSnapshot({ state }: Call, name: string): void {
  state.snapshots.created.set(name, (state.snapshots.created.get(name) ?? 0) + 1);
}

export const listFullSnapshots: Handler = ({ state }) => result(state.snapshots.list(''));

export const createFullSnapshot = awaited((call) => {
  const { collections, snapshots } = call.state;
  const copies = [...collections].map((collection) => {
    countSnapshot(call, collection.name);
    return [collection.name, copyOfCollection(collection).toString()] as const;
  });
  return result(snapshots.create('', Buffer.from(JSON.stringify(Object.fromEntries(copies)))));
});

export const getFullSnapshot: Handler = ({ state, params }) =>
  bytes(state.snapshots.get('', params.snapshot_name!).bytes);

export const deleteFullSnapshot = awaited(({ state, params }) => {
  state.snapshots.delete('', params.snapshot_name!);
  return result(true);
});

/** The key of the shard's snapshots. @throws ServerError 404 for a shard that is not there. */
function shardOf(call: Call): string {
  const { collection, params } = call;
  const shard = params.shard_id!;
  if (!/^\d+$/.test(shard)) throw badRequest(`can not parse "${shard}" to a u32`);
  if (Number(shard) !== SHARD) throw notFound(`Shard ${collection.name}:${shard} not found`);
  return `${collection.name}/${SHARD}`;
}

export const listShardSnapshots: Handler = (call) => result(call.state.snapshots.list(shardOf(call)));

export const createShardSnapshot = awaited((call) => {
  shardOf(call);
  const { collection, state } = call;
  return result(state.snapshots.create(collection.name, copyOfCollection(collection), SHARD));
});

export const getShardSnapshot: Handler = (call) =>
  bytes(call.state.snapshots.get(shardOf(call), call.params.snapshot_name!).bytes);

export const deleteShardSnapshot = awaited((call) => {
  call.state.snapshots.delete(shardOf(call), call.params.snapshot_name!);
  return result(true);
});

export const recoverShardSnapshot = awaited((call) => {
  shardOf(call);
  const location = readString(readObject(call.body, 'ShardSnapshotRecover').location, 'location');
  recover(call, call.state.snapshots.at(location).bytes);
  return result(true);
});

/** A snapshot made on the spot. */
export const streamShardSnapshot: Handler = (call) => {
  shardOf(call);
  return bytes(copyOfCollection(call.collection));
};

/** The body is multipart; its one file is what a download gave. */
export const uploadSnapshot = awaited((call) => {
  recover(call, uploadedFile(call.body as Buffer));
  return result(true);
});

export const uploadShardSnapshot = awaited((call) => {
  shardOf(call);
  recover(call, uploadedFile(call.body as Buffer));
  return result(true);
});

/** The content of the first part. */
function uploadedFile(body: Buffer): Buffer {
  const boundary = body.subarray(0, body.indexOf('\r\n'));
  const start = body.indexOf('\r\n\r\n');
  const end = body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), start);
  if (boundary.length < 3 || start < 0 || end < 0) throw badRequest('Field does not exist: snapshot');
  return body.subarray(start + 4, end);
}
