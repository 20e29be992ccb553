/** The methods of the gRPC API that are answered: each is a request of the REST API in other words. */
import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  CollectionExistsRequestSchema,
  CollectionExistsResponseSchema,
  CollectionOperationResponseSchema,
  CountPointsSchema,
  CountResponseSchema,
  CreateCollectionSchema,
  DeleteCollectionSchema,
  Distance,
  HealthCheckReplySchema,
  HealthCheckRequestSchema,
  ListCollectionsRequestSchema,
  ListCollectionsResponseSchema,
  type PointStruct,
  PointsOperationResponseSchema,
  QueryPointsSchema,
  QueryResponseSchema,
  UpdateStatus,
  UpsertPointsSchema,
  type Vector,
  type WithPayloadSelector,
} from '@qdrant/js-client-grpc';
import type { Json, JsonObject } from '../json.ts';
import { VERSION } from '../service/state.ts';
import { GRPC_STATUS, GrpcError } from './grpc-error.ts';
import { idOf, jsonObjectOf, NOT_SET, pointIdOf, valuesOf } from './values.ts';

/** Answers a request of the REST API: its `result`. */
export type Rest = (method: string, path: string, body?: Json) => Json;

export interface Method {
  /** A read-only key is enough. */
  readonly reads: boolean;
  /** @returns the collection that is asked about, for faults */
  collection(message: Uint8Array): string | undefined;
  answer(message: Uint8Array, rest: Rest): Uint8Array;
}

function method<Request extends DescMessage, Reply extends DescMessage>(
  reads: boolean,
  request: Request,
  reply: Reply,
  answer: (request: MessageShape<Request>, rest: Rest) => MessageShape<Reply>,
): Method {
  const read = (message: Uint8Array): MessageShape<Request> => {
    try {
      return fromBinary(request, message);
    } catch (error) {
      throw new GrpcError(GRPC_STATUS.internal, `failed to decode Protobuf message: ${String(error)}`);
    }
  };
  return {
    reads,
    collection: (message) => (read(message) as { collectionName?: string }).collectionName,
    answer: (message, rest) => toBinary(reply, answer(read(message), rest)),
  };
}

const path = (collection: string, rest = ''): string =>
  `/collections/${encodeURIComponent(collection)}${rest}`;

export const METHODS: ReadonlyMap<string, Method> = new Map([
  [
    '/qdrant.Qdrant/HealthCheck',
    method(true, HealthCheckRequestSchema, HealthCheckReplySchema, () =>
      create(HealthCheckReplySchema, { title: 'qdrant - vector search engine', version: VERSION }),
    ),
  ],
  [
    '/qdrant.Collections/List',
    method(true, ListCollectionsRequestSchema, ListCollectionsResponseSchema, (_, rest) => {
      const { collections } = rest('GET', '/collections') as { collections: { name: string }[] };
      return create(ListCollectionsResponseSchema, { collections });
    }),
  ],
  [
    '/qdrant.Collections/CollectionExists',
    method(
      true,
      CollectionExistsRequestSchema,
      CollectionExistsResponseSchema,
      ({ collectionName }, rest) => {
        const result = rest('GET', path(collectionName, '/exists')) as { exists: boolean };
        return create(CollectionExistsResponseSchema, { result });
      },
    ),
  ],
  [
    '/qdrant.Collections/Create',
    method(false, CreateCollectionSchema, CollectionOperationResponseSchema, (request, rest) => {
      const { config } = request.vectorsConfig ?? { config: { case: undefined } };
      if (config.case !== 'params') throw unsupported('vectors_config other than params');
      const { size, distance } = config.value;
      const vectors = { size: Number(size), distance: Distance[distance] as string };
      rest('PUT', path(request.collectionName), { vectors });
      return create(CollectionOperationResponseSchema, { result: true });
    }),
  ],
  [
    '/qdrant.Collections/Delete',
    method(false, DeleteCollectionSchema, CollectionOperationResponseSchema, ({ collectionName }, rest) => {
      const result = rest('DELETE', path(collectionName)) as boolean;
      return create(CollectionOperationResponseSchema, { result });
    }),
  ],
  [
    '/qdrant.Points/Upsert',
    method(false, UpsertPointsSchema, PointsOperationResponseSchema, (request, rest) => {
      if (request.updateFilter !== undefined) throw unsupported('update_filter');
      const points = request.points.map(pointOf);
      const done = rest('PUT', path(request.collectionName, '/points'), { points }) as {
        operation_id: number;
      };
      return create(PointsOperationResponseSchema, {
        result: { operationId: BigInt(done.operation_id), status: UpdateStatus.Completed },
      });
    }),
  ],
  [
    '/qdrant.Points/Query',
    method(true, QueryPointsSchema, QueryResponseSchema, (request, rest) => {
      if (request.prefetch.length > 0) throw unsupported('prefetch');
      if (request.filter !== undefined) throw unsupported('filter');
      const { points } = rest('POST', path(request.collectionName, '/points/query'), {
        ...(request.query === undefined ? {} : { query: nearestOf(request.query.variant) }),
        ...(request.using === undefined ? {} : { using: request.using }),
        ...(request.limit === undefined ? {} : { limit: Number(request.limit) }),
        ...(request.offset === undefined ? {} : { offset: Number(request.offset) }),
        ...(request.scoreThreshold === undefined ? {} : { score_threshold: request.scoreThreshold }),
        with_payload: selectedPayload(request.withPayload),
      }) as { points: { id: Json; score: number; version: number; payload?: JsonObject | null }[] };
      return create(QueryResponseSchema, {
        result: points.map(({ id, score, version, payload }) => ({
          id: pointIdOf(id),
          score,
          version: BigInt(version),
          payload: valuesOf((payload ?? {}) as Record<string, Json>),
        })),
      });
    }),
  ],
  [
    '/qdrant.Points/Count',
    method(true, CountPointsSchema, CountResponseSchema, ({ collectionName, filter, exact }, rest) => {
      if (filter !== undefined) throw unsupported('filter');
      const body = { exact: exact ?? true };
      const { count } = rest('POST', path(collectionName, '/points/count'), body) as { count: number };
      return create(CountResponseSchema, { result: { count: BigInt(count) } });
    }),
  ],
]);

function pointOf({ id, payload, vectors }: PointStruct): Json {
  const { vectorsOptions } = vectors ?? { vectorsOptions: { case: undefined } };
  if (vectorsOptions.case !== 'vector') throw unsupported('vectors other than a single one');
  return { id: idOf(id), vector: denseOf(vectorsOptions.value), payload: jsonObjectOf(payload) };
}

function denseOf({ data, vector }: Vector): number[] {
  if (vector.case === 'dense') return [...vector.value.data];
  // As clients before 1.14 send it.
  if (vector.case === undefined) return [...data];
  throw unsupported(`a ${vector.case} vector`);
}

type Variant = NonNullable<MessageShape<typeof QueryPointsSchema>['query']>['variant'];

function nearestOf(variant: Variant): number[] {
  if (variant.case !== 'nearest') throw unsupported(`a query of kind ${variant.case ?? 'none'}`);
  const { variant: input } = variant.value;
  if (input.case !== 'dense') throw unsupported(`nearest to ${input.case ?? 'nothing'}`);
  return [...input.value.data];
}

/** Left out: none, unlike in the REST API, where it depends on the method. */
function selectedPayload(selector: WithPayloadSelector | undefined): Json {
  const { selectorOptions } = selector ?? { selectorOptions: NOT_SET };
  switch (selectorOptions.case) {
    case 'include':
      return { include: [...selectorOptions.value.fields] };
    case 'exclude':
      return { exclude: [...selectorOptions.value.fields] };
    default:
      return selectorOptions.value ?? false;
  }
}

function unsupported(what: string): GrpcError {
  return new GrpcError(GRPC_STATUS.unimplemented, `the stand-in's gRPC API does not know ${what}`);
}
