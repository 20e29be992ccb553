import type { JSX } from 'preact';
import { quote } from '../search/query.ts';
import type { DatabaseRow } from '../wire/api.ts';
import { percentileColumn, rateColumns, ServiceCell } from './call-columns.tsx';
import { type Column, FiguresTable, WindowChoice, windowOf } from './figures.tsx';
import { formatDuration } from './formats.ts';
import { address, Link } from './router.tsx';
import { useLive } from './server-data.ts';
import type { FiguresViewProps } from './services-view.tsx';

/** Calls of Qdrant and other databases, with what the server says it took where it says so. */
export function DatabasesView({ place, paused }: FiguresViewProps): JSX.Element {
  const { data, error } = useLive<DatabaseRow[]>(`/api/databases?window=${windowOf(place)}`, {
    intervalMillis: 1000,
    follow: !paused,
  });
  return (
    <div class="figures-view">
      <div class="view-head">
        <h1>Databases</h1>
        <WindowChoice place={place} />
        <p class="dim">
          Calls by operation and collection. Server time is what the server says it took (Qdrant does); the
          rest of a call is network, queue and JSON.
        </p>
      </div>
      {error !== undefined && <p class="problem">{error}</p>}
      {data?.length === 0 && (
        <p class="empty">
          No database calls in this time. <code>@uat/qdrant-instrumentation</code> makes them of Qdrant
          clients.
        </p>
      )}
      {data !== undefined && data.length > 0 && (
        <FiguresTable
          label="Calls by operation and collection"
          columns={COLUMNS}
          rows={data}
          keyOf={({ labels }) => Object.values(labels).join('\0')}
        />
      )}
    </div>
  );
}

function tracesOf({ labels }: DatabaseRow, more = ''): string {
  const { system, operation, collection } = labels;
  const parts = [
    `db.system.name=${quote(system)}`,
    `db.operation.name=${quote(operation)}`,
    ...(collection === '' ? [] : [`db.collection.name=${quote(collection)}`]),
  ];
  return address('/', { q: `${parts.join(' ')}${more}` });
}

const COLUMNS: readonly Column<DatabaseRow>[] = [
  { name: 'System', sortBy: ({ labels }) => labels.system, cell: ({ labels }) => labels.system },
  {
    name: 'Operation',
    sortBy: ({ labels }) => labels.operation,
    cell: (row) => <Link to={tracesOf(row)}>{row.labels.operation}</Link>,
  },
  {
    name: 'Collection',
    sortBy: ({ labels }) => labels.collection,
    cell: ({ labels }) => (labels.collection === '' ? <span class="dim">–</span> : labels.collection),
  },
  {
    name: 'Called by',
    sortBy: ({ labels }) => labels.service,
    cell: ({ labels }) => <ServiceCell name={labels.service} />,
  },
  ...rateColumns<DatabaseRow>({
    what: 'calls',
    failed: { to: (row) => tracesOf(row, ' status:error'), title: 'Traces in which it failed' },
  }),
  {
    name: 'Server share',
    title: 'Of the median; the rest is network, queue and JSON',
    cell: ServerShare,
  },
  percentileColumn('p50', ({ p50, serverP50 }) => <ClientAndServer client={p50} server={serverP50} />),
  percentileColumn('p95', ({ p95, serverP95 }) => <ClientAndServer client={p95} server={serverP95} />),
  percentileColumn('p99'),
  {
    name: 'Rows',
    numeric: true,
    title: 'That came back, a call, on average',
    sortBy: ({ rows }) => rows ?? -1,
    cell: ({ rows }) => (rows === undefined ? <span class="dim">–</span> : rows.toFixed(1)),
  },
];

interface ClientAndServerProps {
  readonly client: number;
  readonly server: number | undefined;
}

function ClientAndServer({ client, server }: ClientAndServerProps): JSX.Element {
  return (
    <>
      {formatDuration(client)}
      {server !== undefined && <span class="below">server {formatDuration(server)}</span>}
    </>
  );
}

function ServerShare({ p50, serverP50 }: DatabaseRow): JSX.Element {
  if (serverP50 === undefined || p50 === 0) return <span class="dim">not told</span>;
  const share = Math.min(1, serverP50 / p50);
  return (
    <span class="server-share" title={`server ${formatDuration(serverP50)} of ${formatDuration(p50)}`}>
      <span class="fill" style={{ width: `${share * 100}%` }} />
      <span class="unseen">{Math.round(share * 100)} % server</span>
    </span>
  );
}
