import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CallFigures } from '../wire/api.ts';
import { goWith, type Place } from './router.tsx';

const WINDOWS = ['1', '5', '15'];

export function windowOf({ query }: Place): string {
  return WINDOWS.find((minutes) => minutes === query.get('window')) ?? '5';
}

/** What the figures below are of. */
export function WindowChoice({ place }: { readonly place: Place }): JSX.Element {
  return (
    <fieldset class="segments">
      <legend class="unseen">Time</legend>
      {WINDOWS.map((minutes) => (
        <label key={minutes} class={windowOf(place) === minutes ? 'chosen' : ''}>
          <input
            type="radio"
            name="window"
            checked={windowOf(place) === minutes}
            onChange={() => goWith({ window: minutes === '5' ? undefined : minutes })}
          />
          {minutes} min
        </label>
      ))}
    </fieldset>
  );
}

export interface Column<Row> {
  readonly name: string;
  readonly title?: string;
  /** Numbers stand to the right, and sort from the largest down. */
  readonly numeric?: boolean;
  readonly sortBy?: (row: Row) => number | string;
  readonly cell: (row: Row) => ComponentChildren;
}

export interface FiguresTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

/** At most this many rows are drawn; who has more sorts, or searches. */
const MAX_ROWS = 300;

export function FiguresTable<Row>({ label, columns, rows, keyOf }: FiguresTableProps<Row>): JSX.Element {
  const [sort, setSort] = useState<{ name: string; down: boolean }>();
  const column = columns.find(({ name }) => name === sort?.name);
  const sortBy = column?.sortBy;
  const sorted =
    sort === undefined || sortBy === undefined
      ? rows
      : rows.toSorted((a, b) => {
          const [one, other] = [sortBy(a), sortBy(b)];
          const order = one < other ? -1 : one > other ? 1 : 0;
          return sort.down ? -order : order;
        });
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={label}>
      <table class="figures">
        <thead>
          <tr>
            {columns.map(({ name, title, numeric = false, sortBy: canSort }) => {
              const current = sort?.name === name;
              return (
                <th
                  key={name}
                  scope="col"
                  class={numeric ? 'number' : ''}
                  title={title}
                  aria-sort={current ? (sort.down ? 'descending' : 'ascending') : undefined}
                >
                  {canSort === undefined ? (
                    name
                  ) : (
                    <button
                      type="button"
                      class="plain"
                      onClick={() => setSort({ name, down: current ? !sort.down : numeric })}
                    >
                      {name}
                      <span aria-hidden="true">{current ? (sort.down ? ' ↓' : ' ↑') : ''}</span>
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {sorted.slice(0, MAX_ROWS).map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ name, numeric, cell }) => (
                <td key={name} class={numeric ? 'number' : ''}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MAX_ROWS && (
        <p class="dim">
          {MAX_ROWS} of {rows.length} rows; sort for others.
        </p>
      )}
    </div>
  );
}

const SPARK = { width: 110, height: 24 };

/** Calls a second over the window, those that failed in red. */
export function Sparkline({ series }: Pick<CallFigures, 'series'>): JSX.Element {
  const highest = Math.max(1e-9, ...series.map(({ perSecond }) => perSecond));
  const step = SPARK.width / Math.max(1, series.length);
  const barWidth = Math.max(0.8, step - (step > 3 ? 1 : 0.2));
  const bars = (of: (point: (typeof series)[number]) => number, name: string): JSX.Element[] =>
    series.flatMap((point, i) => {
      const height = (of(point) / highest) * SPARK.height;
      if (height <= 0) return [];
      const shown = Math.max(1, height);
      return [
        <rect
          key={`${name}${i}`}
          class={name}
          x={i * step}
          y={SPARK.height - shown}
          width={barWidth}
          height={shown}
        />,
      ];
    });
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${SPARK.width} ${SPARK.height}`}
      width={SPARK.width}
      height={SPARK.height}
      aria-hidden="true"
    >
      {bars(({ perSecond }) => perSecond, 'all')}
      {bars(({ failedPerSecond }) => failedPerSecond, 'failed')}
    </svg>
  );
}
