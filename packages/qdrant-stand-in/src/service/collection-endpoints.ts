import { readPayloadPath } from '../filter/payload-path.ts';
import { noVariant, readObject, readString } from '../format-error.ts';
import { result } from '../http/answers.ts';
import { isObject, type Json } from '../json.ts';
import { badRequest, invalid } from '../server-error.ts';
import { updateConfig } from '../store/collection-config.ts';
import { readPayloadIndex } from '../store/payload-index.ts';
import { SparseVectors } from '../store/sparse-vectors.ts';
import { denseField, isDenseParams } from '../store/vector-config.ts';
import type { VectorField } from '../store/vector-field.ts';
import type { Call, Handler } from './call.ts';

const FORBIDDEN = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];

export const listCollections: Handler = ({ state }) =>
  result({ collections: [...state.collections].map(({ name }) => ({ name })) });

export const createCollection: Handler = ({ state, params, body }) => {
  const name = params.collection_name!;
  checkName(name);
  state.collections.create(name, readObject(body, 'CreateCollection'));
  if (!state.snapshots.created.has(name)) state.snapshots.created.set(name, 0);
  return result(true);
};

function checkName(name: string): void {
  const forbidden = FORBIDDEN.find((character) => name.includes(character));
  if (forbidden !== undefined)
    throw invalid('path parameters', 'collection_name', `collection name cannot contain "${forbidden}" char`);
  if (name.length > 255)
    throw invalid(
      'path parameters',
      'collection_name',
      `value ${JSON.stringify(name)} invalid, must be from 1 to 255 characters`,
    );
}

export const getCollection: Handler = (call) => result(call.collection.info());

export const updateCollection: Handler = (call) => {
  updateConfig(call.collection.config, readObject(call.body, 'UpdateCollection'));
  return result(true);
};

export const deleteCollection: Handler = ({ state, params }) =>
  result(state.collections.delete(params.collection_name!));

export const collectionExists: Handler = ({ state, params }) =>
  result({ exists: state.collections.find(params.collection_name!) !== undefined });

export const getOptimizations: Handler = (call) =>
  result(call.collection.optimizations((call.query.get('with') ?? '').split(',')));

export const changeAliases: Handler = ({ state, body }) => {
  state.collections.changeAliases(body);
  return result(true);
};

export const listAliases: Handler = ({ state }) => result({ aliases: state.collections.aliases() });

export const collectionAliases: Handler = (call) =>
  result({ aliases: call.state.collections.aliases(call.collection.name) });

export const createIndex: Handler = (call) => {
  const { collection } = call;
  const request = readObject(call.body, 'CreateFieldIndex');
  const field = readString(request.field_name, 'field_name');
  readPayloadPath(field);
  if (request.field_schema === undefined || request.field_schema === null)
    throw badRequest(`Unable to infer type for the field '${field}'. Please specify \`field_type\``);
  const index = readPayloadIndex(request.field_schema);
  collection.indexes.set(field, index);
  call.hardware.spend('payload_index_io_write', collection.points.count * 8);
  return schemaChanged(call);
};

export const deleteIndex: Handler = (call) => {
  call.collection.indexes.delete(call.params.field_name!);
  return schemaChanged(call);
};

export const createVectorName: Handler = (call) => {
  const { collection } = call;
  const { field, params } = readVectorName(readObject(call.body, 'VectorNameConfig'));
  collection.addField(call.params.vector_name!, field, params);
  return schemaChanged(call);
};

function readVectorName({ dense, sparse }: Record<string, unknown>): { field: VectorField; params: Json } {
  if (isDenseParams(dense)) return { field: denseField(dense), params: dense as unknown as Json };
  if (isObject(sparse)) return { field: new SparseVectors(sparse.modifier), params: sparse as Json };
  throw noVariant('VectorNameConfig');
}

export const deleteVectorName: Handler = (call) => {
  call.collection.removeField(call.params.vector_name!);
  return schemaChanged(call);
};

function schemaChanged(call: Call) {
  return result({
    operation_id: call.collection.nextOperation(2),
    status: call.flag('wait', false) ? 'completed' : 'acknowledged',
  });
}
