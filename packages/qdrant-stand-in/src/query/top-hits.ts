export interface Hit {
  readonly slot: number;
  readonly score: number;
  readonly version: number;
  /** Of `order_by`: what the points were ordered by. */
  readonly orderValue?: number;
}

/** Keeps the greatest `limit` of what it is given; among equals what came first. */
export class TopHits {
  readonly #limit: number;
  /** A heap, the least on top. */
  readonly #scores: number[] = [];
  readonly #slots: number[] = [];
  readonly #ranks: number[] = [];
  #seen = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(score: number, slot: number): void {
    const rank = this.#seen++;
    if (this.#limit === 0) return;
    if (this.#scores.length < this.#limit) {
      this.#set(this.#scores.length, score, slot, rank);
      this.#rise(this.#scores.length - 1);
    } else if (score > this.#scores[0]!) {
      this.#set(0, score, slot, rank);
      this.#sink();
    }
  }

  /** The greatest first. */
  sorted(): { readonly score: number; readonly slot: number }[] {
    return [...this.#scores.keys()]
      .sort((a, b) => (this.#less(a, b) ? 1 : -1))
      .map((place) => ({ score: this.#scores[place]!, slot: this.#slots[place]! }));
  }

  #set(place: number, score: number, slot: number, rank: number): void {
    this.#scores[place] = score;
    this.#slots[place] = slot;
    this.#ranks[place] = rank;
  }

  #less(a: number, b: number): boolean {
    const difference = this.#scores[a]! - this.#scores[b]!;
    return difference < 0 || (difference === 0 && this.#ranks[a]! > this.#ranks[b]!);
  }

  #swap(a: number, b: number): void {
    for (const list of [this.#scores, this.#slots, this.#ranks]) {
      const held = list[a]!;
      list[a] = list[b]!;
      list[b] = held;
    }
  }

  #rise(place: number): void {
    for (let at = place; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      let least = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.#scores.length && this.#less(child, least)) least = child;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }
}
