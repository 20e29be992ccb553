/** Changes of points: a request is read in full before anything is changed. */
import { type PointTest, readFilter } from '../filter/filter.ts';
import { merge, mergeAt, readPayloadPath, removeAt } from '../filter/payload-path.ts';
import { FormatError, noVariant, readArray, readObject } from '../format-error.ts';
import { copyOf, isObject, type JsonObject } from '../json.ts';
import { type PointId, readPointId } from '../point-id.ts';
import { pointNotFound } from '../server-error.ts';
import type { Collection } from './collection.ts';
import { type NewPoint, readPayload, readPoints, readVectors } from './new-points.ts';

/** A change that has been read; applying it gives the number of vector numbers and payload bytes written. */
export interface Change {
  /** @throws ServerError 404 for points that do not exist, after the others have been changed. */
  apply(operation: number): void;
  readonly vectorsWritten: number;
  readonly payloadsWritten: number;
}

type Read = (collection: Collection, body: unknown) => Change;

/** By the key that a batch names it with. */
export const CHANGES: Readonly<Record<string, Read>> = {
  upsert,
  delete: deletePoints,
  set_payload: setPayload,
  overwrite_payload: overwritePayload,
  delete_payload: deletePayload,
  clear_payload: clearPayload,
  update_vectors: updateVectors,
  delete_vectors: deleteVectors,
};

function upsert(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'PointInsertOperations');
  const points = readPoints(collection, request);
  const mode = request.update_mode ?? 'upsert';
  if (!['upsert', 'insert_only', 'update_only'].includes(mode as string))
    throw new FormatError(
      `unknown variant \`${mode}\`, expected one of \`upsert\`, \`insert_only\`, \`update_only\``,
      null,
    );
  const filter = readFilter(request.update_filter, collection);
  return change(points, (operation) => {
    for (const point of points) {
      const slot = collection.points.slotOf(point.id);
      if (slot === undefined ? mode === 'update_only' : mode === 'insert_only') continue;
      if (slot !== undefined && filter && !passes(collection, slot, filter)) continue;
      write(collection, point, operation);
    }
  });
}

function write(collection: Collection, { id, vectors, payload }: NewPoint, operation: number): void {
  const slot = collection.points.put(id, payload, operation);
  for (const [name, field] of collection.fields) {
    const vector = vectors.get(name);
    if (vector) field.set(slot, vector);
    else field.delete(slot);
  }
}

function deletePoints(collection: Collection, body: unknown): Change {
  const select = readSelection(collection, body);
  return change([], () => {
    for (const { id } of select()) collection.points.delete(id, collection.fields.values());
  });
}

function setPayload(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'SetPayload');
  const payload = readPayload(request.payload);
  const path = request.key === undefined || request.key === null ? undefined : readPayloadPath(request.key);
  return changePayload(collection, request, payload, (old) => {
    if (path) mergeAt(old, path, copyOf(payload));
    else merge(old, copyOf(payload));
    return old;
  });
}

function overwritePayload(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'SetPayload');
  const payload = readPayload(request.payload);
  return changePayload(collection, request, payload, () => copyOf(payload));
}

function deletePayload(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'DeletePayload');
  const paths = readArray(request.keys, 'keys').map(readPayloadPath);
  return changePayload(collection, request, undefined, (payload) => {
    for (const path of paths) removeAt(payload, path);
    return payload;
  });
}

function clearPayload(collection: Collection, body: unknown): Change {
  return changePayload(collection, body, undefined, () => ({}));
}

function changePayload(
  collection: Collection,
  body: unknown,
  written: JsonObject | undefined,
  change: (payload: JsonObject) => JsonObject,
): Change {
  const select = readSelection(collection, body);
  return {
    vectorsWritten: 0,
    payloadsWritten: written ? JSON.stringify(written).length : 0,
    apply(operation) {
      const { points } = collection;
      forEachFound(select(), (slot) => {
        points.setPayload(slot, change(points.payloadOf(slot)));
        points.touch(slot, operation);
      });
    },
  };
}

function updateVectors(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'UpdateVectors');
  const points = readArray(request.points, 'points').map((point) => {
    const { id, vector } = readObject(point, 'PointVectors');
    return { id: readPointId(id), vectors: readVectors(collection, vector), payload: {} };
  });
  const filter = readFilter(request.update_filter, collection);
  return change(points, (operation) => {
    const selected = points.map((point) => ({ ...point, slot: collection.points.slotOf(point.id) }));
    const vectors = new Map(selected.map(({ id, vectors }) => [id, vectors]));
    forEachFound(selected, (slot, id) => {
      if (filter && !passes(collection, slot, filter)) return;
      for (const [name, vector] of vectors.get(id)!) collection.field(name).set(slot, vector);
      collection.points.touch(slot, operation);
    });
  });
}

function deleteVectors(collection: Collection, body: unknown): Change {
  const request = readObject(body, 'DeleteVectors');
  const names = readArray(request.vector, 'vector').map(String);
  const fields = names.map((name) => collection.field(name));
  const select = readSelection(collection, request);
  return change([], (operation) => {
    for (const { slot } of select()) {
      if (slot === undefined) continue;
      for (const field of fields) field.delete(slot);
      collection.points.touch(slot, operation);
    }
  });
}

function change(points: readonly NewPoint[], apply: Change['apply']): Change {
  let vectorsWritten = 0;
  let payloadsWritten = 0;
  for (const { vectors, payload } of points) {
    for (const vector of vectors.values()) vectorsWritten += 'length' in vector ? vector.length : 0;
    if (Object.keys(payload).length > 0) payloadsWritten += JSON.stringify(payload).length;
  }
  return { apply, vectorsWritten, payloadsWritten };
}

interface Selected {
  readonly id: PointId;
  readonly slot: number | undefined;
}

/** Points by id or by filter; looked up only when the change is applied, after those before it in a batch. */
function readSelection(collection: Collection, body: unknown): () => Selected[] {
  const request = Array.isArray(body) ? { points: body } : readObject(body, 'PointsSelector');
  const { points } = collection;
  if (Array.isArray(request.points)) {
    const ids = request.points.map(readPointId);
    return () => ids.map((id) => ({ id, slot: points.slotOf(id) }));
  }
  if (!isObject(request.filter)) throw noVariant('PointsSelector', null);
  const filter = readFilter(request.filter, collection);
  return () => [...collection.matching(filter)].map((slot) => ({ id: points.idOf(slot), slot }));
}

function forEachFound(selected: readonly Selected[], act: (slot: number, id: PointId) => void): void {
  for (const { id, slot } of selected) if (slot !== undefined) act(slot, id);
  const missing = selected.find(({ slot }) => slot === undefined);
  if (missing) throw pointNotFound(missing.id);
}

function passes(collection: Collection, slot: number, test: PointTest): boolean {
  return test({
    id: collection.points.idOf(slot),
    payload: collection.points.payloadOf(slot),
    hasVector: (name) => collection.fields.get(name)?.has(slot) ?? false,
  });
}
