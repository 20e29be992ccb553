import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { SpanRow, TraceDetail } from '../wire/api.ts';
import { FindField, useMatches } from './find-spans.tsx';
import { formatDuration } from './formats.ts';
import { Minimap } from './minimap.tsx';
import { address, go, goWith, Link, type Place } from './router.tsx';
import { useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';
import { useShortcuts } from './shortcuts.tsx';
import { SpanPanel } from './span-panel.tsx';
import {
  around,
  nextRow,
  parentOf,
  rangeOf,
  type TimeRange,
  visibleRows,
  withoutAncestors,
} from './span-rows.ts';
import { TraceHead } from './trace-head.tsx';
import { Waterfall } from './waterfall.tsx';

export interface TraceViewProps {
  readonly traceId: string;
  readonly place: Place;
}

export function TraceView({ traceId, place }: TraceViewProps): JSX.Element {
  // Cheap to ask again and again; the trace itself comes once more only when it has grown.
  const size = useLive<{ spans: number }>(`/api/traces/${traceId}/size`, { intervalMillis: 1000 });
  const spans = size.data?.spans;
  const { data: trace, error } = useLive<TraceDetail>(
    spans === undefined ? undefined : `/api/traces/${traceId}?spans=${spans}`,
    { follow: false },
  );
  if (trace === undefined) {
    const problem = size.error ?? error;
    if (problem === undefined) return <p class="empty">Loading trace {traceId} …</p>;
    return (
      <div class="empty">
        <h1>No such trace</h1>
        <p>{problem}</p>
        <Link to="/">All traces</Link>
      </div>
    );
  }
  return <Trace trace={trace} place={place} gone={size.error} />;
}

interface TraceProps {
  readonly trace: TraceDetail;
  readonly place: Place;
  /** Why nothing more can be asked about it. */
  readonly gone: string | undefined;
}

function Trace({ trace, place, gone }: TraceProps): JSX.Element {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const find = place.query.get('find') ?? '';
  const showPath = place.query.get('path') !== 'off';
  const query = place.query.get('q') ?? '';
  const selected = place.query.get('span') ?? undefined;
  const range = useMemo(() => rangeOf(place.query, trace.duration), [place, trace.duration]);
  const rows = useMemo(() => visibleRows(trace.spans, closed), [trace, closed]);
  const { matches, problem } = useMatches(trace, find);
  const active = rows.findIndex(({ id }) => id === selected);
  const activeRow = rows[active];

  const select = (row: SpanRow | undefined): void => goWith({ span: row?.id });
  const reveal = (row: SpanRow | undefined): void => {
    if (row === undefined) return;
    setClosed(withoutAncestors(closed, trace.spans, row));
    select(row);
  };
  const toggle = (row: SpanRow, open?: boolean): void => {
    const next = new Set(closed);
    if (open ?? next.has(row.id)) next.delete(row.id);
    else next.add(row.id);
    setClosed(next);
  };
  const zoom = (to: TimeRange | undefined): void =>
    goWith({
      from: to === undefined ? undefined : String(Math.round(to.from)),
      to: to === undefined ? undefined : String(Math.round(to.to)),
    });
  const nextOf = (wanted: (row: SpanRow) => boolean, step: 1 | -1): void =>
    reveal(nextRow(trace.spans, selected, wanted, step));
  const nextMatch = (step: 1 | -1): void => {
    if (matches !== undefined && matches.size > 0) nextOf(({ id }) => matches.has(id), step);
  };
  const firstFailure = trace.firstFailure === undefined ? undefined : trace.spans[trace.firstFailure];
  const move = (to: number): void => select(rows[Math.max(0, Math.min(rows.length - 1, to))]);
  const leave = (): void => go(address('/', query === '' ? {} : { q: query }));

  useShortcuts({
    ArrowDown: () => move(active + 1),
    j: () => move(active + 1),
    ArrowUp: () => move(active - 1),
    k: () => move(active - 1),
    PageDown: () => move(active + 20),
    PageUp: () => move(active - 20),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    ArrowLeft: () => {
      if (activeRow === undefined) return;
      if (activeRow.descendants > 0 && !closed.has(activeRow.id)) toggle(activeRow, false);
      else select(parentOf(rows, active));
    },
    ArrowRight: () => {
      if (activeRow === undefined || activeRow.descendants === 0) return;
      if (closed.has(activeRow.id)) toggle(activeRow, true);
      else move(active + 1);
    },
    '[': () =>
      setClosed(new Set(trace.spans.filter(({ descendants }) => descendants > 0).map(({ id }) => id))),
    ']': () => setClosed(new Set()),
    e: () => {
      const atFailure = activeRow?.failed === true;
      if (atFailure) nextOf((row) => row.failed === true, 1);
      else reveal(firstFailure);
    },
    n: () => nextMatch(1),
    N: () => nextMatch(-1),
    c: () => goWith({ path: showPath ? 'off' : undefined }),
    z: () => activeRow !== undefined && zoom(around(activeRow, trace.duration)),
    '0': () => zoom(undefined),
    Escape: () => (selected === undefined ? leave() : select(undefined)),
  });

  return (
    <div class="trace-view">
      <TraceHead trace={trace} query={query} gone={gone} onFailure={() => reveal(firstFailure)} />
      <div class="trace-tools">
        <FindField find={find} problem={problem} count={matches?.size} onNext={nextMatch} />
        <label class="box">
          <input
            type="checkbox"
            checked={showPath}
            onChange={() => goWith({ path: showPath ? 'off' : undefined })}
          />
          Critical path
        </label>
        <Legend trace={trace} />
        {range !== undefined && (
          <button type="button" class="link" onClick={() => zoom(undefined)}>
            Zoomed to {formatDuration(range.to - range.from)}: show all (0)
          </button>
        )}
      </div>
      <div class="trace-body">
        <div class="trace-main">
          <Minimap trace={trace} range={range} onZoom={zoom} />
          <Waterfall
            trace={trace}
            rows={rows}
            range={range ?? { from: 0, to: trace.duration }}
            active={active}
            closed={closed}
            matches={matches}
            showPath={showPath}
            onSelect={select}
            onToggle={toggle}
            onZoom={(row) => zoom(around(row, trace.duration))}
          />
        </div>
        {selected !== undefined && (
          <SpanPanel
            trace={trace}
            spanId={selected}
            listQuery={query}
            onClose={() => select(undefined)}
            onSelect={(id) => reveal(trace.spans.find((row) => row.id === id))}
          />
        )}
      </div>
    </div>
  );
}

function Legend({ trace }: { readonly trace: TraceDetail }): JSX.Element {
  return (
    <ul class="legend" aria-label="Services">
      {trace.services.map((service) => (
        <li key={service}>
          <span class={`swatch ${hueOf(service)}`} aria-hidden="true" />
          {service}
        </li>
      ))}
    </ul>
  );
}
