/** Answers counted by method, endpoint and status, and how long they took. */

/** Seconds. */
export const BUCKETS = [0.001, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 50] as const;

/** The server's average is of the last so many. */
const RECENT = 128;
const MAX_COLLECTIONS = 1000;

export class Durations {
  count = 0;
  sum = 0;
  min = Number.POSITIVE_INFINITY;
  max = 0;
  /** Of the last answer. */
  lastAt = 0;
  /** Cumulative, as Prometheus wants them. */
  readonly buckets: number[] = BUCKETS.map(() => 0);
  readonly #recent: number[] = [];

  add(seconds: number): void {
    this.#recent[this.count % RECENT] = seconds;
    this.count++;
    this.sum += seconds;
    this.min = Math.min(this.min, seconds);
    this.max = Math.max(this.max, seconds);
    this.lastAt = Date.now();
    BUCKETS.forEach((bound, place) => {
      if (seconds <= bound) this.buckets[place] = this.buckets[place]! + 1;
    });
  }

  get average(): number {
    return this.#recent.reduce((sum, seconds) => sum + seconds, 0) / Math.max(1, this.#recent.length);
  }
}

export interface Series {
  readonly method: string;
  readonly endpoint: string;
  readonly status: number;
  readonly collection: string | undefined;
  readonly durations: Durations;
}

export class RequestStatistics {
  readonly #series = new Map<string, Series>();
  readonly #perCollection = new Map<string, Series>();
  readonly #collections = new Set<string>();

  add(
    method: string,
    endpoint: string,
    status: number,
    collection: string | undefined,
    seconds: number,
  ): void {
    count(this.#series, { method, endpoint, status, collection: undefined }, seconds);
    if (collection === undefined) return;
    if (!this.#collections.has(collection) && this.#collections.size >= MAX_COLLECTIONS) return;
    this.#collections.add(collection);
    count(this.#perCollection, { method, endpoint, status, collection }, seconds);
  }

  series(perCollection: boolean): Series[] {
    return [...(perCollection ? this.#perCollection : this.#series).values()];
  }
}

function count(map: Map<string, Series>, labels: Omit<Series, 'durations'>, seconds: number): void {
  const key = JSON.stringify(labels);
  let series = map.get(key);
  if (!series) {
    series = { ...labels, durations: new Durations() };
    map.set(key, series);
  }
  series.durations.add(seconds);
}
