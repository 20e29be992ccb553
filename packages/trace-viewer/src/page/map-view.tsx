import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { quote } from '../search/query.ts';
import type { MapEdge, ServiceMapView } from '../wire/api.ts';
import { percentileColumn, rateColumns } from './call-columns.tsx';
import { type Column, FiguresTable, WindowChoice, windowOf } from './figures.tsx';
import { formatDuration, formatRate, formatShare } from './formats.ts';
import { layOutMap, type MapLayout, NODE, type PlacedEdge, type PlacedNode } from './map-layout.ts';
import { conditions, words } from './query-text.ts';
import { address, Link } from './router.tsx';
import { useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';
import type { FiguresViewProps } from './services-view.tsx';

export function MapView({ place, paused }: FiguresViewProps): JSX.Element {
  const { data, error } = useLive<ServiceMapView>(`/api/map?window=${windowOf(place)}`, {
    intervalMillis: 2000,
    follow: !paused,
  });
  const layout = useMemo(() => (data === undefined ? undefined : layOutMap(data)), [data]);
  return (
    <div class="figures-view">
      <div class="view-head">
        <h1>Service map</h1>
        <WindowChoice place={place} />
        <p class="dim">Who calls whom. A trace counts when it has been quiet for a moment.</p>
      </div>
      {error !== undefined && <p class="problem">{error}</p>}
      {data?.nodes.length === 0 && <p class="empty">No services in this time.</p>}
      {layout !== undefined && layout.nodes.length > 0 && <Drawing layout={layout} />}
      {data !== undefined && data.edges.length > 0 && (
        <FiguresTable
          label="Calls between services"
          columns={COLUMNS}
          rows={data.edges}
          keyOf={({ labels }) => Object.values(labels).join('\0')}
        />
      )}
    </div>
  );
}

function Drawing({ layout }: { readonly layout: MapLayout }): JSX.Element {
  const { nodes, edges, width, height } = layout;
  const busiest = Math.max(1e-9, ...edges.map(({ edge }) => edge.perSecond));
  const outgoing = Map.groupBy(edges, ({ from }) => from);
  const incoming = Map.groupBy(edges, ({ to }) => to);
  return (
    <div class="map" role="region" aria-label="Drawing of the services" tabIndex={0}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="group"
        aria-label="Services and their calls"
      >
        <defs>
          {['plain', 'bad'].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0L8 4L0 8z" class={`arrow ${kind}`} />
            </marker>
          ))}
        </defs>
        {edges.map((placed) => (
          <Edge
            key={`${placed.from.key}\0${placed.to.key}`}
            placed={placed}
            busiest={busiest}
            // Where fewer lines meet there is more room for it.
            labelAt={
              (incoming.get(placed.to)?.length ?? 0) > (outgoing.get(placed.from)?.length ?? 0)
                ? 'caller'
                : 'callee'
            }
          />
        ))}
        {nodes.map((placed) => (
          <Node key={placed.key} placed={placed} />
        ))}
      </svg>
    </div>
  );
}

interface EdgeProps {
  readonly placed: PlacedEdge;
  readonly busiest: number;
  readonly labelAt: 'caller' | 'callee';
}

function Edge({ placed, busiest, labelAt }: EdgeProps): JSX.Element {
  const { edge, from, to } = placed;
  const isBad = edge.failed > 0;
  // By the logarithm: rates differ by powers of ten.
  const width = 1.2 + 3 * (Math.log1p(edge.perSecond) / Math.log1p(busiest));
  const start = { x: from.x + NODE.width, y: from.y + NODE.height / 2 };
  const end = { x: to.x - 3, y: to.y + NODE.height / 2 };
  const backwards = end.x <= start.x;
  const bend = backwards ? 90 : Math.max(40, (end.x - start.x) / 2);
  const path = backwards
    ? `M${start.x} ${start.y}C${start.x + bend} ${start.y - 70} ${end.x - bend} ${end.y - 70} ${end.x} ${end.y}`
    : `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
  const middle = backwards
    ? { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 - 52 }
    : pointAt(start, end, bend, labelAt === 'caller' ? start.x + LABEL_DISTANCE : end.x - LABEL_DISTANCE);
  return (
    <g class={`edge ${isBad ? 'bad' : ''}`}>
      <path
        d={path}
        style={{ strokeWidth: `${width}px` }}
        marker-end={`url(#arrow-${isBad ? 'bad' : 'plain'})`}
      />
      <text x={middle.x} y={middle.y - 6}>
        {formatRate(edge.perSecond)}, {formatDuration(edge.p95)}
      </text>
      {isBad && (
        <text x={middle.x} y={middle.y + 9} class="bad-text">
          {formatShare(edge.failed)} errors
        </text>
      )}
    </g>
  );
}

/** Pixels from the middle of a label to the node: half of the gap between columns. */
const LABEL_DISTANCE = 84;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of an edge's curve, whose ends are level: the point above `x`. */
function pointAt(start: Point, end: Point, bend: number, x: number): Point {
  const bezier = (a: number, b: number, c: number, d: number, t: number): number =>
    a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t ** 2 * (1 - t) + d * t ** 3;
  let [low, high] = [0, 1];
  for (let i = 0; i < 20; i++) {
    const t = (low + high) / 2;
    if (bezier(start.x, start.x + bend, end.x - bend, end.x, t) < x) low = t;
    else high = t;
  }
  return { x, y: bezier(start.y, start.y, end.y, end.y, low) };
}

const KINDS: Readonly<Record<string, string>> = {
  service: 'service',
  database: 'database',
  messaging: 'messaging',
  external: 'outside',
};

function Node({ placed }: { readonly placed: PlacedNode }): JSX.Element {
  const { node, x, y } = placed;
  const name = node.name.length > 22 ? `${node.name.slice(0, 21)}…` : node.name;
  const figures = `${formatRate(node.perSecond)}, p95 ${formatDuration(node.p95)}`;
  const errors = node.failed > 0 ? `${formatShare(node.failed)} errors` : '';
  return (
    <Link
      to={address('/', { q: queryOf(node) })}
      class={`node ${node.kind} ${node.failed > 0 ? 'bad' : ''}`}
      title={`Traces of ${node.name}`}
    >
      <rect x={x} y={y} width={NODE.width} height={NODE.height} rx={node.kind === 'database' ? 16 : 8} />
      <rect class={`stripe ${hueOf(node.name)}`} x={x} y={y + 8} width={5} height={NODE.height - 16} />
      <text x={x + 16} y={y + 23} class="node-name">
        {`${name} `}
      </text>
      <text x={x + 16} y={y + 42} class="node-figures">
        {errors === '' ? `${figures} ` : `${formatRate(node.perSecond)}, `}
        {errors !== '' && <tspan class="bad-text">{errors}</tspan>}
      </text>
      {node.kind !== 'service' && (
        <text x={x + NODE.width - 10} y={y + NODE.height - 10} class="node-kind">
          {KINDS[node.kind]}
        </text>
      )}
    </Link>
  );
}

function queryOf({ name, kind }: ServiceMapView['nodes'][number]): string {
  if (kind === 'service') return conditions({ service: name });
  if (kind === 'database') return `db.system.name=${quote(name)}`;
  return kind === 'messaging' ? `messaging.system=${quote(name)}` : words(name);
}

const COLUMNS: readonly Column<MapEdge>[] = [
  { name: 'Caller', sortBy: ({ labels }) => labels.from, cell: ({ labels }) => labels.from },
  { name: 'Called', sortBy: ({ labels }) => labels.to, cell: ({ labels }) => labels.to },
  ...rateColumns<MapEdge>({ what: 'calls' }),
  percentileColumn('p50'),
  percentileColumn('p95'),
  percentileColumn('p99'),
];
