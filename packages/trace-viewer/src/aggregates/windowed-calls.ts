import { createDurationSketch, type DurationSketch } from './duration-sketch.ts';
import { shortName } from './short-name.ts';

/** One call, or one request, as a span tells of it. */
export interface Call {
  /** How many it stands for; see `samplingWeight`. */
  readonly weight: number;
  readonly failed: boolean;
  /** Nanoseconds. */
  readonly duration: number;
  /** Nanoseconds that the server says it took, if it says so. */
  readonly serverDuration?: number | undefined;
  /** Rows that came back, if the span says so. */
  readonly rows?: number | undefined;
}

/** What was called, and how it went in a window up to now. Everything is scaled to what sampling left out. */
export interface CallSummary<Labels> {
  readonly labels: Labels;
  readonly calls: number;
  readonly perSecond: number;
  /** Share that failed, 0 to 1. */
  readonly failed: number;
  /** Nanoseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Nanoseconds, as the server says; undefined where it never did. */
  readonly serverP50: number | undefined;
  readonly serverP95: number | undefined;
  /** A call, on average; undefined where no span said. */
  readonly rows: number | undefined;
  /** The oldest first, one entry a step of the window. */
  readonly series: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly perSecond: number;
  readonly failedPerSecond: number;
  /** Nanoseconds; 0 where nothing was called. */
  readonly p95: number;
}

export interface WindowedCalls<Labels> {
  /** @param labels what was called; those that are the same are counted together. Long ones are cut, see `shortName`. */
  record(labels: Labels, call: Call): void;
  /** @param windowMillis at most `MAX_WINDOW_MILLIS` */
  summarize(windowMillis: number): CallSummary<Labels>[];
  /** Labels there was no room for: their calls are not counted. */
  readonly overflow: number;
  clear(): void;
}

interface Step {
  weight: number;
  failed: number;
  readonly durations: DurationSketch;
  server: DurationSketch | undefined;
  rows: number;
  rowsWeight: number;
}

interface Entry<Labels> {
  readonly labels: Labels;
  /** By number of the step. */
  readonly steps: Map<number, Step>;
  lastStep: number;
}

const STEP_MILLIS = 10_000;
export const MAX_WINDOW_MILLIS = 15 * 60_000;
const MAX_STEPS = MAX_WINDOW_MILLIS / STEP_MILLIS;
/** Names made of identifiers come without end; memory must not. */
const MAX_ENTRIES = 2000;

export function createWindowedCalls<Labels extends object>(
  now: () => number = () => performance.now(),
): WindowedCalls<Labels> {
  const entries = new Map<string, Entry<Labels>>();
  let overflow = 0;
  let startedAt: number | undefined;
  const currentStep = (): number => Math.floor(now() / STEP_MILLIS);

  const forget = (before: number): void => {
    for (const [key, entry] of entries) {
      if (entry.lastStep < before) entries.delete(key);
      else
        for (const number of entry.steps.keys()) {
          if (number >= before) break;
          entry.steps.delete(number);
        }
    }
  };

  return {
    record(labels, { weight, failed, duration, serverDuration, rows }) {
      const held = withShortNames(labels);
      const key = Object.values(held).join('\0');
      startedAt ??= now();
      const number = currentStep();
      let entry = entries.get(key);
      if (entry === undefined) {
        if (entries.size >= MAX_ENTRIES) forget(number - MAX_STEPS);
        if (entries.size >= MAX_ENTRIES) {
          overflow++;
          return;
        }
        entry = { labels: held, steps: new Map(), lastStep: number };
        entries.set(key, entry);
      }
      let step = entry.steps.get(number);
      if (step === undefined) {
        step = {
          weight: 0,
          failed: 0,
          durations: createDurationSketch(),
          server: undefined,
          rows: 0,
          rowsWeight: 0,
        };
        entry.steps.set(number, step);
        entry.lastStep = number;
        // The map is in order of time: what is too old stands first.
        for (const old of entry.steps.keys()) {
          if (old > number - MAX_STEPS) break;
          entry.steps.delete(old);
        }
      }
      step.weight += weight;
      if (failed) step.failed += weight;
      step.durations.add(duration, weight);
      if (serverDuration !== undefined) {
        step.server ??= createDurationSketch();
        step.server.add(serverDuration, weight);
      }
      if (rows !== undefined) {
        step.rows += rows * weight;
        step.rowsWeight += weight;
      }
    },
    summarize(windowMillis) {
      const last = currentStep();
      const steps = Math.min(MAX_STEPS, Math.ceil(windowMillis / STEP_MILLIS));
      const first = last - steps + 1;
      forget(last - MAX_STEPS);
      // The first step may have begun before anything came, and the last one is not over.
      const from = Math.max(first * STEP_MILLIS, startedAt ?? 0);
      const seconds = Math.max(1, (now() - from) / 1000);
      const summaries: CallSummary<Labels>[] = [];
      for (const entry of entries.values()) {
        if (entry.lastStep >= first) summaries.push(summarizeEntry(entry, first, last, seconds));
      }
      return summaries;
    },
    get overflow() {
      return overflow;
    },
    clear() {
      entries.clear();
      overflow = 0;
      startedAt = undefined;
    },
  };
}

/** @returns a copy, unless nothing is to be cut: most calls are of an entry that is there. */
function withShortNames<Labels extends object>(labels: Labels): Labels {
  const entries = Object.entries(labels);
  if (entries.every(([, value]) => value === shortName(value))) return labels;
  return Object.fromEntries(entries.map(([name, value]) => [name, shortName(value)])) as Labels;
}

function summarizeEntry<Labels>(
  { labels, steps }: Entry<Labels>,
  first: number,
  last: number,
  seconds: number,
): CallSummary<Labels> {
  const durations = createDurationSketch();
  const server = createDurationSketch();
  let [weight, failed, rows, rowsWeight] = [0, 0, 0, 0];
  const series: SeriesPoint[] = [];
  const stepSeconds = STEP_MILLIS / 1000;
  for (let number = first; number <= last; number++) {
    const step = steps.get(number);
    series.push({
      perSecond: (step?.weight ?? 0) / stepSeconds,
      failedPerSecond: (step?.failed ?? 0) / stepSeconds,
      p95: step?.durations.percentile(0.95) ?? 0,
    });
    if (step === undefined) continue;
    weight += step.weight;
    failed += step.failed;
    rows += step.rows;
    rowsWeight += step.rowsWeight;
    durations.merge(step.durations);
    if (step.server !== undefined) server.merge(step.server);
  }
  return {
    labels,
    calls: weight,
    perSecond: weight / seconds,
    failed: weight === 0 ? 0 : failed / weight,
    p50: durations.percentile(0.5) ?? 0,
    p95: durations.percentile(0.95) ?? 0,
    p99: durations.percentile(0.99) ?? 0,
    serverP50: server.percentile(0.5),
    serverP95: server.percentile(0.95),
    rows: rowsWeight === 0 ? undefined : rows / rowsWeight,
    series,
  };
}
