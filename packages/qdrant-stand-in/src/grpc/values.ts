/** Between the values of the gRPC API and JSON. */
import { create } from '@bufbuild/protobuf';
import {
  ListValueSchema,
  NullValue,
  type PointId,
  PointIdSchema,
  StructSchema,
  type Value,
  ValueSchema,
} from '@qdrant/js-client-grpc';
import type { Json } from '../json.ts';

type Fields = Readonly<Record<string, Value>>;

export function jsonOf({ kind }: Value): Json {
  switch (kind.case) {
    case 'integerValue':
      return Number(kind.value);
    case 'structValue':
      return jsonObjectOf(kind.value.fields);
    case 'listValue':
      return kind.value.values.map(jsonOf);
    case 'doubleValue':
    case 'stringValue':
    case 'boolValue':
      return kind.value;
    default:
      return null;
  }
}

export function jsonObjectOf(fields: Fields): Record<string, Json> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, jsonOf(value)]));
}

export function protoValueOf(json: Json): Value {
  if (json === null) return create(ValueSchema, { kind: { case: 'nullValue', value: NullValue.NULL_VALUE } });
  if (typeof json === 'string') return create(ValueSchema, { kind: { case: 'stringValue', value: json } });
  if (typeof json === 'boolean') return create(ValueSchema, { kind: { case: 'boolValue', value: json } });
  if (typeof json === 'number')
    return create(ValueSchema, {
      kind: Number.isSafeInteger(json)
        ? { case: 'integerValue', value: BigInt(json) }
        : { case: 'doubleValue', value: json },
    });
  if (Array.isArray(json)) {
    const value = create(ListValueSchema, { values: json.map(protoValueOf) });
    return create(ValueSchema, { kind: { case: 'listValue', value } });
  }
  const value = create(StructSchema, { fields: valuesOf(json as Record<string, Json>) });
  return create(ValueSchema, { kind: { case: 'structValue', value } });
}

export function valuesOf(json: Readonly<Record<string, Json>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, protoValueOf(value)]));
}

/** What a `oneof` is that nobody has set. */
export const NOT_SET: { readonly case: undefined; readonly value?: undefined } = { case: undefined };

export function idOf(id: PointId | undefined): Json {
  const { pointIdOptions } = id ?? { pointIdOptions: NOT_SET };
  if (pointIdOptions.case === 'num') return Number(pointIdOptions.value);
  return pointIdOptions.value ?? null;
}

export function pointIdOf(id: Json): PointId {
  return create(PointIdSchema, {
    pointIdOptions:
      typeof id === 'number' ? { case: 'num', value: BigInt(id) } : { case: 'uuid', value: String(id) },
  });
}
