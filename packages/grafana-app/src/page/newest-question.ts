/** Of questions that follow one another, only the newest one's answer counts. */
export class NewestQuestion {
  #newest = 0;
  #waiting = false;

  /** Whether the newest one has no answer yet. */
  get waiting(): boolean {
    return this.#waiting;
  }

  /** @returns to be called when the answer has come: whether it still counts */
  ask(): () => boolean {
    const turn = ++this.#newest;
    this.#waiting = true;
    return () => {
      if (turn !== this.#newest) return false;
      this.#waiting = false;
      return true;
    };
  }

  /** No answer counts any more. */
  drop(): void {
    this.#newest++;
    this.#waiting = false;
  }
}
