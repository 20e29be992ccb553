import type { SpanRow } from '../wire/api.ts';

/** Nanoseconds since the trace's start. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** Rows that no closed one hides. */
export function visibleRows(spans: readonly SpanRow[], closed: ReadonlySet<string>): SpanRow[] {
  const rows: SpanRow[] = [];
  for (let i = 0; i < spans.length; i++) {
    const row = spans[i] as SpanRow;
    rows.push(row);
    if (closed.has(row.id)) i += row.descendants;
  }
  return rows;
}

export function parentOf(rows: readonly SpanRow[], index: number): SpanRow | undefined {
  const depth = rows[index]?.depth ?? 0;
  for (let i = index - 1; i >= 0; i--) if ((rows[i] as SpanRow).depth < depth) return rows[i];
  return rows[index];
}

export function withoutAncestors(
  closed: ReadonlySet<string>,
  spans: readonly SpanRow[],
  row: SpanRow,
): ReadonlySet<string> {
  if (closed.size === 0) return closed;
  const next = new Set(closed);
  let depth = row.depth;
  for (let i = spans.indexOf(row) - 1; i >= 0 && depth > 0; i--) {
    const each = spans[i] as SpanRow;
    if (each.depth >= depth) continue;
    depth = each.depth;
    next.delete(each.id);
  }
  return next;
}

/**
 * The next row that is wanted, round and round.
 *
 * @param selected id of the row to go on from; without one, the first is next, and backwards the last
 */
export function nextRow(
  rows: readonly SpanRow[],
  selected: string | undefined,
  wanted: (row: SpanRow) => boolean,
  step: 1 | -1,
): SpanRow | undefined {
  const count = rows.length;
  const found = rows.findIndex(({ id }) => id === selected);
  const at = found === -1 && step === -1 ? count : found;
  for (let i = 1; i <= count; i++) {
    const row = rows[(((at + i * step) % count) + count) % count] as SpanRow;
    if (wanted(row)) return row;
  }
  return undefined;
}

/** Parts of what is in view that a gap must have to be seen. */
const SEEN_PARTS = 1000;

/**
 * Sections of the critical path as they are drawn: those in view, and those with too little between them as one. A span
 * that makes ten thousand calls has as many.
 *
 * @param sections the latest first
 */
export function drawnSections(
  sections: readonly (readonly [from: number, to: number])[],
  { from, to }: TimeRange,
): (readonly [from: number, to: number])[] {
  const gap = (to - from) / SEEN_PARTS;
  const drawn: [from: number, to: number][] = [];
  for (const [start, end] of sections) {
    if (end < from || start > to) continue;
    const later = drawn.at(-1);
    if (later !== undefined && later[0] - end < gap) later[0] = Math.min(later[0], start);
    else drawn.push([start, end]);
  }
  return drawn;
}

/** A span and a little around it. */
export function around({ start, duration }: SpanRow, total: number): TimeRange {
  const margin = Math.max(duration * 0.1, total * 1e-6, 100);
  return { from: Math.max(0, start - margin), to: Math.min(total, start + duration + margin) };
}

export function rangeOf(query: URLSearchParams, duration: number): TimeRange | undefined {
  const [from, to] = [Number(query.get('from') ?? Number.NaN), Number(query.get('to') ?? Number.NaN)];
  return from >= 0 && to > from && from < duration ? { from, to: Math.min(to, duration) } : undefined;
}
