import type { JSX } from 'preact';
import type { OperationRow } from '../wire/api.ts';
import { type Column, FiguresTable, Sparkline, WindowChoice, windowOf } from './figures.tsx';
import { formatCount, formatDuration, formatRate, formatShare } from './formats.ts';
import { conditions } from './query-text.ts';
import { address, Link, type Place } from './router.tsx';
import { useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';

export interface FiguresViewProps {
  readonly place: Place;
  readonly paused: boolean;
}

/** Rate, errors and duration of what each service answers. */
export function ServicesView({ place, paused }: FiguresViewProps): JSX.Element {
  const { data, error } = useLive<OperationRow[]>(`/api/operations?window=${windowOf(place)}`, {
    intervalMillis: 1000,
    follow: !paused,
  });
  return (
    <div class="figures-view">
      <div class="view-head">
        <h1>Services</h1>
        <WindowChoice place={place} />
        <p class="dim">
          Requests by service and operation, from server, consumer and root spans. Each counts for as many as
          its sampler kept it for (<code>ot=th</code>); also those whose traces have made room.
        </p>
      </div>
      {error !== undefined && <p class="problem">{error}</p>}
      {data?.length === 0 && <p class="empty">No requests in this time.</p>}
      {data !== undefined && data.length > 0 && (
        <FiguresTable
          label="Requests by service and operation"
          columns={COLUMNS}
          rows={data}
          keyOf={({ labels }) => `${labels.service}\0${labels.operation}`}
        />
      )}
    </div>
  );
}

function tracesOf(row: OperationRow, more: Readonly<Record<string, string>> = {}): string {
  const { sort = '', ...fields } = more;
  const q = conditions({ ...row.labels, ...fields });
  return address('/', sort === '' ? { q } : { q, sort });
}

const COLUMNS: readonly Column<OperationRow>[] = [
  {
    name: 'Service',
    sortBy: ({ labels }) => labels.service,
    cell: ({ labels }) => (
      <>
        <span class={`swatch ${hueOf(labels.service)}`} aria-hidden="true" />
        <Link to={address('/', { q: conditions({ service: labels.service }) })}>{labels.service}</Link>
      </>
    ),
  },
  {
    name: 'Operation',
    sortBy: ({ labels }) => labels.operation,
    cell: (row) => <Link to={tracesOf(row)}>{row.labels.operation || '(no name)'}</Link>,
  },
  { name: 'Rate over time', cell: ({ series }) => <Sparkline series={series} /> },
  {
    name: 'Rate',
    numeric: true,
    sortBy: ({ perSecond }) => perSecond,
    cell: ({ perSecond, calls }) => (
      <span title={`${formatCount(calls)} requests`}>{formatRate(perSecond)}</span>
    ),
  },
  {
    name: 'Errors',
    numeric: true,
    sortBy: ({ failed }) => failed,
    cell: (row) =>
      row.failed === 0 ? (
        <span class="dim">0 %</span>
      ) : (
        <Link to={tracesOf(row, { status: 'error' })} class="bad-text" title="Traces that failed">
          {formatShare(row.failed)}
        </Link>
      ),
  },
  { name: 'p50', numeric: true, sortBy: ({ p50 }) => p50, cell: ({ p50 }) => formatDuration(p50) },
  { name: 'p95', numeric: true, sortBy: ({ p95 }) => p95, cell: ({ p95 }) => formatDuration(p95) },
  {
    name: 'p99',
    numeric: true,
    sortBy: ({ p99 }) => p99,
    cell: (row) => (
      <Link to={tracesOf(row, { sort: 'longest' })} title="The longest traces">
        {formatDuration(row.p99)}
      </Link>
    ),
  },
];
