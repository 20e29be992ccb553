import type { CaseSeries, Level } from '../src/alerts/alert.ts';

/** Seconds between two samples, and between two rounds of rules. */
export const STEP = 60;

export type State = 'good' | 'below' | 'bad' | 'gone' | 'restart' | { readonly levels: readonly Level[] };

export interface Phase {
  readonly state: State;
  readonly minutes: number;
  /** What goes on behind `restart`. */
  readonly during?: 'good' | 'bad';
}

/**
 * The samples of one series through some phases, in promtool's notation. A counter goes on where it was; a restart is one
 * scrape missed, then counters from 0. What goes away gets a stale marker, as when a scrape no longer finds it.
 */
export function samples(series: CaseSeries, index: number, phases: readonly Phase[]): string {
  const parts: string[] = [];
  let total = 0;
  let present = false;
  let seconds = 0;
  for (const phase of phases) {
    const count = Math.round((phase.minutes * 60) / STEP);
    let rest = count;
    const level = levelOf(series, index, phase);
    const from = seconds;
    seconds += count * STEP;
    if (level === null) {
      if (present) {
        parts.push('stale');
        rest -= 1;
      }
      if (rest > 0) parts.push(`_x${rest}`);
      present = false;
      // What goes away and comes back is a new process.
      total = 0;
      continue;
    }
    let start = from;
    if (phase.state === 'restart' && present) {
      parts.push('_');
      rest -= 1;
      total = -level * STEP;
      start += STEP;
    }
    present = true;
    const times = rest - 1;
    if (series.kind === 'counter') {
      const step = level * STEP;
      parts.push(`${total + step}+${step}x${times}`);
      total += step * rest;
    } else if (series.kind === 'age') parts.push(`${start - level}+${STEP}x${times}`);
    else parts.push(`${level}+0x${times}`);
  }
  return parts.join(' ').replaceAll('+-', '-');
}

function levelOf(series: CaseSeries, index: number, { state, during }: Phase): Level {
  if (typeof state === 'object') return state.levels[index]!;
  if (state === 'gone') return null;
  if (state === 'restart') return series[during ?? 'good'];
  return series[state];
}
