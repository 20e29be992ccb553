import type { Json } from '../json.ts';

export const HARDWARE_FIGURES = [
  'cpu',
  'payload_io_read',
  'payload_io_write',
  'payload_index_io_read',
  'payload_index_io_write',
  'vector_io_read',
  'vector_io_write',
] as const;

export type HardwareFigure = (typeof HARDWARE_FIGURES)[number];

/** What requests cost: numbers compared (`cpu`) and bytes read and written. */
export class HardwareUsage {
  readonly #figures: Record<HardwareFigure, number> = {
    cpu: 0,
    payload_io_read: 0,
    payload_io_write: 0,
    payload_index_io_read: 0,
    payload_index_io_write: 0,
    vector_io_read: 0,
    vector_io_write: 0,
  };

  spend(figure: HardwareFigure, amount: number): void {
    this.#figures[figure] += Math.round(amount);
  }

  add(other: HardwareUsage): void {
    for (const figure of HARDWARE_FIGURES) this.#figures[figure] += other.#figures[figure];
  }

  get(figure: HardwareFigure): number {
    return this.#figures[figure];
  }

  toJSON(): Json {
    return { ...this.#figures };
  }
}

/** More names than these are not told apart: names come from requests. */
const MAX_NAMES = 1000;

/** By the name that requests used, be it an alias or of no collection, as the server counts. */
export class HardwareTotals {
  readonly #byName = new Map<string, HardwareUsage>();

  add(name: string, usage: HardwareUsage): void {
    let total = this.#byName.get(name);
    if (!total) {
      if (this.#byName.size >= MAX_NAMES) return;
      total = new HardwareUsage();
      this.#byName.set(name, total);
    }
    total.add(usage);
  }

  entries(): IterableIterator<[string, HardwareUsage]> {
    return this.#byName.entries();
  }
}
