import type { ComponentChildren, JSX } from 'preact';
import type { CallFigures } from '../wire/api.ts';
import { type Column, Sparkline } from './figures.tsx';
import { formatCount, formatDuration, formatRate, formatShare } from './formats.ts';
import { Link } from './router.tsx';
import { hueOf } from './service-colours.ts';

export interface RateColumnsOptions<Row> {
  /** What a row counts: `requests`. */
  readonly what: string;
  /** Address of the traces that failed, and what they are; without it the share is text. */
  readonly failed?: { readonly to: (row: Row) => string; readonly title: string };
}

/** How often it was called, over time and on average, and how often that failed. */
export function rateColumns<Row extends CallFigures>({
  what,
  failed,
}: RateColumnsOptions<Row>): readonly Column<Row>[] {
  return [
    { name: 'Rate over time', cell: ({ series }) => <Sparkline series={series} /> },
    {
      name: 'Rate',
      numeric: true,
      sortBy: ({ perSecond }) => perSecond,
      cell: ({ perSecond, calls }) => (
        <span title={`${formatCount(calls)} ${what}`}>{formatRate(perSecond)}</span>
      ),
    },
    {
      name: 'Errors',
      numeric: true,
      sortBy: (row) => row.failed,
      cell: (row) => {
        const share = formatShare(row.failed);
        if (row.failed === 0) return <span class="dim">{share}</span>;
        if (failed === undefined) return <span class="bad-text">{share}</span>;
        return (
          <Link to={failed.to(row)} class="bad-text" title={failed.title}>
            {share}
          </Link>
        );
      },
    },
  ];
}

type Percentile = 'p50' | 'p95' | 'p99';

/** @param cell more than the duration */
export function percentileColumn<Row extends CallFigures>(
  name: Percentile,
  cell: (row: Row) => ComponentChildren = (row) => formatDuration(row[name]),
): Column<Row> {
  return { name, numeric: true, sortBy: (row) => row[name], cell };
}

/** A service and its colour. */
export function ServiceCell({
  name,
  children = name,
}: {
  readonly name: string;
  readonly children?: ComponentChildren;
}): JSX.Element {
  return (
    <>
      <span class={`swatch ${hueOf(name)}`} aria-hidden="true" />
      {children}
    </>
  );
}
