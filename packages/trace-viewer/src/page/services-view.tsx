import type { JSX } from 'preact';
import type { OperationRow } from '../wire/api.ts';
import { percentileColumn, rateColumns, ServiceCell } from './call-columns.tsx';
import { type Column, FiguresTable, WindowChoice, windowOf } from './figures.tsx';
import { formatDuration } from './formats.ts';
import { conditions } from './query-text.ts';
import { address, Link, type Place } from './router.tsx';
import { useLive } from './server-data.ts';

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
    cell: ({ labels: { service } }) => (
      <ServiceCell name={service}>
        <Link to={address('/', { q: conditions({ service }) })}>{service}</Link>
      </ServiceCell>
    ),
  },
  {
    name: 'Operation',
    sortBy: ({ labels }) => labels.operation,
    cell: (row) => <Link to={tracesOf(row)}>{row.labels.operation || '(no name)'}</Link>,
  },
  ...rateColumns<OperationRow>({
    what: 'requests',
    failed: { to: (row) => tracesOf(row, { status: 'error' }), title: 'Traces that failed' },
  }),
  percentileColumn('p50'),
  percentileColumn('p95'),
  percentileColumn('p99', (row) => (
    <Link to={tracesOf(row, { sort: 'longest' })} title="The longest traces">
      {formatDuration(row.p99)}
    </Link>
  )),
];
