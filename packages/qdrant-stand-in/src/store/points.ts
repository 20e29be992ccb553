import { copyOf, type JsonObject } from '../json.ts';
import { compareIds, type PointId } from '../point-id.ts';
import type { VectorField } from './vector-field.ts';

/** The points of a collection: each has a slot, which its vectors are kept under. */
export class Points {
  readonly #slots = new Map<PointId, number>();
  readonly #ids: (PointId | undefined)[] = [];
  readonly #payloads: JsonObject[] = [];
  readonly #versions: number[] = [];
  readonly #free: number[] = [];
  #inOrder: number[] | undefined;

  get count(): number {
    return this.#slots.size;
  }

  slotOf(id: PointId): number | undefined {
    return this.#slots.get(id);
  }

  idOf(slot: number): PointId {
    return this.#ids[slot]!;
  }

  /** The very object: a change changes the point. */
  payloadOf(slot: number): JsonObject {
    return this.#payloads[slot]!;
  }

  /** The number of the operation that changed the point last. */
  versionOf(slot: number): number {
    return this.#versions[slot]!;
  }

  touch(slot: number, version: number): void {
    this.#versions[slot] = version;
  }

  setPayload(slot: number, payload: JsonObject): void {
    this.#payloads[slot] = payload;
  }

  /** The slot of the point, which is made if it is new. */
  put(id: PointId, payload: JsonObject, version: number): number {
    let slot = this.#slots.get(id);
    if (slot === undefined) {
      slot = this.#free.pop() ?? this.#ids.length;
      this.#slots.set(id, slot);
      this.#ids[slot] = id;
      // Points that come in order keep the order.
      const last = this.#inOrder?.at(-1);
      if (last !== undefined && compareIds(this.idOf(last), id) < 0) this.#inOrder!.push(slot);
      else this.#inOrder = undefined;
    }
    this.#payloads[slot] = copyOf(payload);
    this.#versions[slot] = version;
    return slot;
  }

  delete(id: PointId, fields: Iterable<VectorField>): void {
    const slot = this.#slots.get(id);
    if (slot === undefined) return;
    for (const field of fields) field.delete(slot);
    this.#slots.delete(id);
    this.#ids[slot] = undefined;
    this.#payloads[slot] = {};
    this.#free.push(slot);
    this.#inOrder = undefined;
  }

  /** All slots that hold a point, by id: numbers before UUIDs. */
  inOrder(): readonly number[] {
    this.#inOrder ??= [...this.#slots.values()].sort((a, b) => compareIds(this.idOf(a), this.idOf(b)));
    return this.#inOrder;
  }
}
