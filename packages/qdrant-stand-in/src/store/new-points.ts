/** Points as a request brings them: one by one, or as columns. */
import { FormatError, noVariant, readObject, wrongType } from '../format-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { type PointId, readPointId } from '../point-id.ts';
import { badRequest, ServerError, wrongInput } from '../server-error.ts';
import type { Collection } from './collection.ts';
import type { Prepared } from './vector-field.ts';

export interface NewPoint {
  readonly id: PointId;
  readonly vectors: ReadonlyMap<string, Prepared>;
  readonly payload: JsonObject;
}

export function readPayload(value: unknown): JsonObject {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw wrongType(value, 'a map', null);
  return value as JsonObject;
}

export function readPoints(collection: Collection, request: Record<string, unknown>): NewPoint[] {
  if (Array.isArray(request.points)) {
    if (request.points.length === 0) throw badRequest('Empty update request');
    // Ids first: the server reads the whole body before it looks at the collection.
    const points = request.points.map((point) => {
      const { id, vector, payload } = readObject(point, 'PointStruct');
      if (vector === undefined) throw new FormatError('missing field `vector`', null);
      return { id: readPointId(id), vector, payload: readPayload(payload) };
    });
    return points.map(({ id, vector, payload }) => ({
      id,
      payload,
      vectors: readVectors(collection, vector),
    }));
  }
  if (isObject(request.batch)) return readBatch(collection, request.batch);
  throw noVariant('PointInsertOperations', null);
}

function readBatch(collection: Collection, batch: Record<string, unknown>): NewPoint[] {
  const { ids, vectors, payloads } = batch;
  if (!Array.isArray(ids)) throw new FormatError('missing field `ids`', null);
  if (ids.length === 0) throw badRequest('Empty update request');
  const read = ids.map(readPointId);
  const columns = isObject(vectors) ? Object.entries(vectors) : [['', vectors] as const];
  for (const [, column] of columns) {
    if (!Array.isArray(column)) throw noVariant('BatchVectorStruct', null);
    if (column.length !== ids.length)
      throw badRequest(`number of ids and vectors must be equal (${ids.length} != ${column.length})`);
  }
  if (Array.isArray(payloads) && payloads.length !== ids.length)
    throw badRequest(`number of ids and payloads must be equal (${ids.length} != ${payloads.length})`);
  return read.map((id, place) => ({
    id,
    payload: readPayload(Array.isArray(payloads) ? payloads[place] : undefined),
    vectors: readVectors(
      collection,
      isObject(vectors)
        ? Object.fromEntries(columns.map(([name, column]) => [name, (column as unknown[])[place]]))
        : (vectors as unknown[])[place],
    ),
  }));
}

/** What only an inference service could turn into a vector. */
export function isForInference(value: unknown): boolean {
  return isObject(value) && 'model' in value && ('text' in value || 'image' in value || 'object' in value);
}

export function refuseInference(): never {
  throw new ServerError(
    400,
    'InferenceService is not initialized. Please check if it was properly configured and initialized during startup.',
  );
}

/** The vectors of one point by name; the unnamed one's name is empty. */
export function readVectors(collection: Collection, value: unknown): ReadonlyMap<string, Prepared> {
  if (isForInference(value)) refuseInference();
  const byName = isObject(value) ? Object.entries(value) : [['', value] as const];
  return new Map(
    byName.map(([name, vector]) => {
      if (isForInference(vector)) refuseInference();
      if (name === '' && !collection.fields.has('')) throw wrongInput('Not existing vector name error: ');
      return [name, collection.field(name).read(vector)];
    }),
  );
}
