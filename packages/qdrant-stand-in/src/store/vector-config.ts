/** Vector parameters of a collection: read, and made into fields. */
import { FormatError, noVariant } from '../format-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { DenseVectors } from './dense-vectors.ts';
import { DISTANCES, type Distance } from './distance.ts';
import { MultiVectors } from './multi-vectors.ts';
import { SparseVectors } from './sparse-vectors.ts';
import type { VectorField } from './vector-field.ts';

/** More is refused by the server, too. */
const MAX_SIZE = 65_536;

interface DenseParams {
  readonly size: number;
  readonly distance: Distance;
  readonly multivector_config?: object | null;
}

export function isDenseParams(value: unknown): value is DenseParams {
  return (
    isObject(value) &&
    Number.isInteger(value.size) &&
    (value.size as number) >= 1 &&
    (value.size as number) <= MAX_SIZE &&
    DISTANCES.includes(value.distance as Distance)
  );
}

export function denseField({ size, distance, multivector_config }: DenseParams): VectorField {
  return multivector_config ? new MultiVectors(size, distance) : new DenseVectors(size, distance);
}

/** The fields of a new collection by name; the unnamed vector's name is empty. */
export function fieldsOf(vectors: unknown, sparseVectors: unknown): Map<string, VectorField> {
  const fields = new Map<string, VectorField>();
  if (vectors !== undefined && vectors !== null) {
    const byName: Record<string, unknown> = isDenseParams(vectors) ? { '': vectors } : readMap(vectors);
    for (const [name, params] of Object.entries(byName)) {
      if (!isDenseParams(params)) throw noVariant('VectorsConfig', ['vectors']);
      fields.set(name, denseField(params));
    }
  }
  for (const [name, params] of Object.entries(readSparseParams(sparseVectors)))
    fields.set(name, new SparseVectors(params.modifier));
  return fields;
}

function readMap(vectors: unknown): Record<string, unknown> {
  if (!isObject(vectors)) throw noVariant('VectorsConfig', ['vectors']);
  return vectors;
}

export function readSparseParams(value: unknown): Record<string, JsonObject> {
  if (value === undefined || value === null) return {};
  if (!isObject(value))
    throw new FormatError('invalid type for `sparse_vectors`, expected a map', ['sparse_vectors']);
  for (const params of Object.values(value)) {
    const fits =
      isObject(params) && ['none', 'idf', undefined, null].includes(params.modifier as string | undefined);
    if (!fits) throw new FormatError('invalid value for struct SparseVectorParams', ['sparse_vectors']);
  }
  return value as Record<string, JsonObject>;
}
