import type { FilteredCollection, PointTest } from '../filter/filter.ts';
import type { Json, JsonObject } from '../json.ts';
import type { PointId } from '../point-id.ts';
import { badRequest, wrongInput } from '../server-error.ts';
import { type CollectionConfig, newConfig } from './collection-config.ts';
import { indexedValues, type PayloadIndex } from './payload-index.ts';
import { Points } from './points.ts';
import { fieldsOf } from './vector-config.ts';
import type { VectorField } from './vector-field.ts';

/** Segments that a small collection of the server has; brute force has no use for them, but they are told. */
const SEGMENTS = 2;

/** A collection: settings, points, vectors by name, payload indexes. */
export class Collection implements FilteredCollection {
  readonly name: string;
  readonly config: CollectionConfig;
  readonly fields: Map<string, VectorField>;
  readonly points = new Points();
  readonly indexes = new Map<string, PayloadIndex>();
  #operation = 0;

  /** @throws FormatError or ServerError for settings that the server would not take. */
  constructor(name: string, body: Record<string, unknown>) {
    this.name = name;
    this.fields = fieldsOf(body.vectors, body.sparse_vectors);
    this.config = newConfig(body);
  }

  /** Numbers from 1, one for every change. The server spends two on a change of indexes or vector names. */
  nextOperation(steps = 1): number {
    this.#operation += steps;
    return this.#operation;
  }

  /** @throws ServerError when the collection has no such vector. */
  field(name: string): VectorField {
    const field = this.fields.get(name);
    if (!field) throw wrongInput(`Not existing vector name error: ${name}`);
    return field;
  }

  hasTextIndex(key: string): boolean {
    return this.indexes.get(key)?.type === 'text';
  }

  /** The slots of the points that pass, in the order of the ids. */
  *matching(test: PointTest | undefined): Generator<number> {
    let slot = 0;
    const view = {
      id: 0 as PointId,
      payload: undefined as unknown,
      hasVector: (name: string) => this.fields.get(name)?.has(slot) ?? false,
    };
    for (slot of this.points.inOrder()) {
      if (test) {
        view.id = this.points.idOf(slot);
        view.payload = this.points.payloadOf(slot);
        if (!test(view)) continue;
      }
      yield slot;
    }
  }

  get vectorCount(): number {
    let sum = 0;
    for (const field of this.fields.values()) sum += field.count;
    return sum;
  }

  /** `GET /collections/{name}`. */
  info(): Json {
    const schema: JsonObject = {};
    for (const [field, index] of this.indexes) {
      let points = 0;
      for (const slot of this.points.inOrder())
        if (indexedValues(index, field, this.points.payloadOf(slot)).length > 0) points++;
      schema[field] = {
        data_type: index.type,
        ...(index.params ? { params: index.params } : {}),
        points,
      };
    }
    return {
      status: 'green',
      optimizer_status: 'ok',
      indexed_vectors_count: 0,
      points_count: this.points.count,
      segments_count: SEGMENTS,
      config: this.config as unknown as Json,
      payload_schema: schema,
      update_queue: { length: 0 },
    };
  }

  optimizations(withParts: readonly string[]): Json {
    return {
      summary: {
        queued_optimizations: 0,
        queued_segments: 0,
        queued_points: 0,
        idle_segments: SEGMENTS,
      },
      running: [],
      ...(withParts.includes('queued') ? { queued: [] } : {}),
      ...(withParts.includes('completed') ? { completed: [] } : {}),
      ...(withParts.includes('idle_segments') ? { idle_segments: [] } : {}),
    };
  }

  /** A further named vector. @throws ServerError where the server would not add it. */
  addField(name: string, field: VectorField, params: Json): void {
    if (this.fields.has(name)) throw wrongInput(`Vector with name ${name} already exists`);
    if (this.fields.has(''))
      throw badRequest('Cannot add a named vector to a collection with an unnamed vector');
    this.fields.set(name, field);
    const list = field.kind === 'sparse' ? 'sparse_vectors' : 'vectors';
    this.config.params[list] = { ...(this.config.params[list] as JsonObject | undefined), [name]: params };
  }

  removeField(name: string): void {
    const field = this.field(name);
    this.fields.delete(name);
    const list = field.kind === 'sparse' ? 'sparse_vectors' : 'vectors';
    const { [name]: _, ...rest } = this.config.params[list] as JsonObject;
    this.config.params[list] = rest;
  }
}
