/** Spans a second over the last seconds. */
export interface SpanRate {
  add(spans: number): void;
  perSecond(): number;
}

const WINDOW_SECONDS = 5;

/** @param now milliseconds of a clock that never steps back */
export function createSpanRate(now: () => number = () => performance.now()): SpanRate {
  /** Spans by second; a ring. */
  const counts = new Float64Array(WINDOW_SECONDS + 1);
  let second = Math.floor(now() / 1000);
  const advance = (): void => {
    const current = Math.floor(now() / 1000);
    for (let passed = Math.max(second + 1, current - WINDOW_SECONDS); passed <= current; passed++) {
      counts[passed % counts.length] = 0;
    }
    second = current;
  };
  return {
    add(spans) {
      advance();
      const index = second % counts.length;
      counts[index] = (counts[index] as number) + spans;
    },
    perSecond() {
      advance();
      // The second that is not over would pull the rate down.
      let sum = 0;
      for (let back = 1; back <= WINDOW_SECONDS; back++) {
        sum += counts[(second - back + counts.length) % counts.length] as number;
      }
      return sum / WINDOW_SECONDS;
    },
  };
}
