/** What a benchmark hands to the runner. */
import type { BenchOptions, PeerName, SectionName } from './options.ts';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Verdict {
  readonly goal: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface SectionResult {
  readonly tables: readonly Table[];
  readonly verdicts: readonly Verdict[];
  readonly notes: readonly string[];
  /** Every sample, for `--json`. */
  readonly figures: unknown;
}

export interface Bench {
  readonly options: BenchOptions;
  /** One line of progress to stderr. */
  progress(line: string): void;
  /** The peers of `wanted` that `--peers` lets through. */
  peers(wanted: readonly PeerName[]): readonly PeerName[];
}

export interface Section {
  readonly name: SectionName;
  readonly title: string;
  /** The peers it can use; what has to be installed. */
  readonly peers: readonly PeerName[];
  run(bench: Bench): Promise<SectionResult>;
}

/** A goal on a figure; a figure that is missing (a peer left out) gives no verdict. */
export function atMost(goal: string, value: number | undefined, limit: number, unit = ''): Verdict[] {
  if (value === undefined || Number.isNaN(value)) return [];
  return [{ goal, measured: `${format(value)}${unit}`, met: value <= limit }];
}

/** Three significant figures, plain digits. */
export function format(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '-';
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString('en-US');
  return value.toFixed(size >= 10 ? 1 : 2);
}
