import { noVariant, readArray, readObject } from '../format-error.ts';
import { type Answer, result } from '../http/answers.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { queryGroups } from '../query/groups.ts';
import { matrixOffsets, matrixPairs } from '../query/matrix.ts';
import { runQuery } from '../query/query.ts';
import { count, facet, onePoint, retrieve, scroll } from '../query/reading.ts';
import { readSelection, scoredPoint } from '../query/selected-point.ts';
import { ServerError } from '../server-error.ts';
import { CHANGES, type Change } from '../store/updates.ts';
import type { Call, Handler } from './call.ts';

/** The handler of one kind of change. */
export function changing(kind: string): Handler {
  const read = CHANGES[kind]!;
  return (call) => {
    call.checkParameters();
    return result(applied(call, read(call.collection, call.body)));
  };
}

/** A change that is not waited for is done as well, but its failure is not told. */
function applied(call: Call, change: Change): JsonObject {
  const operation_id = call.collection.nextOperation();
  const wait = call.flag('wait', false);
  try {
    change.apply(operation_id);
  } catch (error) {
    if (wait || !(error instanceof ServerError)) throw error;
  }
  call.hardware.spend('vector_io_write', change.vectorsWritten * Float32Array.BYTES_PER_ELEMENT);
  call.hardware.spend('payload_io_write', change.payloadsWritten);
  return { operation_id, status: wait ? 'completed' : 'acknowledged' };
}

export const batchUpdate: Handler = (call) => {
  call.checkParameters();
  const { operations } = readObject(call.body, 'UpdateOperations');
  const changes = readArray(operations, 'operations').map((operation) => {
    const [entry] = isObject(operation) ? Object.entries(operation) : [];
    if (!entry || !Object.hasOwn(CHANGES, entry[0])) throw noVariant('UpdateOperation');
    return { read: CHANGES[entry[0]]!, body: entry[1] };
  });
  const { collection } = call;
  return result(changes.map(({ read, body }) => applied(call, read(collection, body))));
};

export const getPoints: Handler = (call) => counted(call, retrieve(call.collection, call.body));

export const getPoint: Handler = (call) => counted(call, onePoint(call.collection, call.params.id!));

export const scrollPoints: Handler = (call) => counted(call, scroll(call.collection, call.body));

export const countPoints: Handler = (call) => {
  call.checkParameters();
  return result(count(call.collection, call.body));
};

export const facetPoints: Handler = (call) => {
  call.checkParameters();
  return result(facet(call.collection, call.body));
};

export const queryPoints: Handler = (call) => counted(call, { points: queried(call, call.body) });

export const queryBatch: Handler = (call) => {
  const searches = readArray(readObject(call.body, 'QueryRequestBatch').searches, 'searches');
  return counted(
    call,
    searches.map((search) => ({ points: queried(call, search) })),
  );
};

export const queryGroupsOfPoints: Handler = (call) =>
  counted(call, queryGroups(call.queryContext, call.body));

export const searchMatrixPairs: Handler = (call) => counted(call, matrixPairs(call.queryContext, call.body));

export const searchMatrixOffsets: Handler = (call) =>
  counted(call, matrixOffsets(call.queryContext, call.body));

function queried(call: Call, body: unknown): Json[] {
  const context = call.queryContext;
  const request = readObject(body, 'QueryRequest');
  const selection = readSelection(request.with_payload, request.with_vector);
  return runQuery(context, request).map((hit) => scoredPoint(context.collection, hit, selection));
}

/** An answer that has read payloads. */
function counted(call: Call, answer: Json): Answer {
  call.checkParameters();
  call.hardware.spend('payload_io_read', payloadBytes(answer));
  return result(answer);
}

function payloadBytes(answer: Json): number {
  if (Array.isArray(answer)) return answer.reduce<number>((sum, item) => sum + payloadBytes(item), 0);
  if (!isObject(answer)) return 0;
  if (isObject(answer.payload)) return JSON.stringify(answer.payload).length;
  return payloadBytes((answer.points ?? answer.groups ?? answer.hits ?? null) as Json);
}

// Paths that 1.19's description no longer has, but its server still answers.

export const search: Handler = (call) => oldQuery(call, translatedSearch(call.body));

export const recommendPoints: Handler = (call) => oldQuery(call, translatedRecommendation(call.body));

export const discoverPoints: Handler = (call) => oldQuery(call, translatedDiscovery(call.body));

export function batchOf(translate: (body: unknown) => JsonObject): Handler {
  return (call) => {
    const searches = readArray(readObject(call.body, 'SearchRequestBatch').searches, 'searches');
    return counted(
      call,
      searches.map((one) => queried(call, translate(one))),
    );
  };
}

export function groupsOf(translate: (body: unknown) => JsonObject): Handler {
  return (call) => counted(call, queryGroups(call.queryContext, translate(call.body)));
}

function oldQuery(call: Call, body: JsonObject): Answer {
  return counted(call, queried(call, body));
}

export function translatedSearch(body: unknown): JsonObject {
  const { vector, ...rest } = readObject(body, 'SearchRequest');
  const named = isObject(vector) && 'name' in vector ? vector : undefined;
  return {
    ...rest,
    query: named ? named.vector : vector,
    ...(named ? { using: named.name } : {}),
  } as JsonObject;
}

export function translatedRecommendation(body: unknown): JsonObject {
  const { positive, negative, strategy, ...rest } = readObject(body, 'RecommendRequest');
  return { ...rest, query: { recommend: { positive, negative, strategy } } } as JsonObject;
}

export function translatedDiscovery(body: unknown): JsonObject {
  const { target, context, ...rest } = readObject(body, 'DiscoverRequest');
  const query: object =
    target === undefined || target === null ? { context } : { discover: { target, context } };
  return { ...rest, query } as JsonObject;
}
