import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import type { ComparedRow, ComparedSpan, ComparedTrace, Comparison } from '../wire/api.ts';
import { formatDateTime, formatDuration, plural } from './formats.ts';
import { back, go, Link } from './router.tsx';
import { useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';
import { useShortcuts } from './shortcuts.tsx';
import { traceAddress } from './trace-address.ts';
import { rowPlace, useRowInView, useVisibleRows, VirtualRows } from './virtual-rows.tsx';

const ROW_HEIGHT = 34;
const INDENT = 14;
const MAX_INDENTS = 14;
/** Nanoseconds; below, a difference is noise. */
const SAME = 50_000;

export function CompareView({ a, b }: { readonly a: string; readonly b: string }): JSX.Element {
  const { data, error } = useLive<Comparison>(`/api/compare/${a}/${b}`, { follow: false });
  if (data === undefined) {
    return (
      <div class="empty">
        <h1>{error === undefined ? 'Comparing …' : 'These cannot be compared'}</h1>
        <p>{error}</p>
        <Link to="/">All traces</Link>
      </div>
    );
  }
  return <Compared comparison={data} />;
}

function Compared({ comparison }: { readonly comparison: Comparison }): JSX.Element {
  const { a, b, rows, services } = comparison;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const range = useVisibleRows(list, ROW_HEIGHT, rows.length);
  useRowInView(list, active, ROW_HEIGHT, 0);
  const move = (to: number) => () => setActive(Math.max(0, Math.min(rows.length - 1, to)));
  const open = (row: ComparedRow | undefined): void => {
    if (row?.b !== undefined) go(traceAddress(b.traceId, '', row.b.id));
    else if (row?.a !== undefined) go(traceAddress(a.traceId, '', row.a.id));
  };
  useShortcuts({
    ArrowDown: move(active + 1),
    j: move(active + 1),
    ArrowUp: move(active - 1),
    k: move(active - 1),
    PageDown: move(active + 20),
    PageUp: move(active - 20),
    Home: move(0),
    End: move(rows.length - 1),
    Enter: () => open(rows[active]),
    Escape: () => back('/'),
  });
  const total = Math.max(1, a.duration, b.duration);
  const onlyA = rows.filter((row) => row.b === undefined).length;
  const onlyB = rows.filter((row) => row.a === undefined).length;
  return (
    <div class="compare-view">
      <div class="trace-head">
        <h1>
          {a.operation === b.operation && a.service === b.service
            ? `Two traces of ${a.service} ${a.operation}`
            : 'Two traces of different operations'}
        </h1>
        <div class="compared">
          <TraceCard name="A" trace={a} other={b} />
          <button type="button" onClick={() => go(`/compare/${b.traceId}/${a.traceId}`)}>
            Swap
          </button>
          <TraceCard name="B" trace={b} other={a} />
        </div>
        <p class="facts">
          <span>
            B took <b>{signed(b.duration - a.duration)}</b>
          </span>
          <span>{plural(onlyA, 'span')} only in A</span>
          <span>{plural(onlyB, 'span')} only in B</span>
        </p>
      </div>
      <div
        ref={list}
        class="list compare"
        role="grid"
        aria-label="Spans of both traces"
        aria-rowcount={rows.length}
        aria-activedescendant={active >= 0 ? `pair-${active}` : undefined}
        tabIndex={0}
      >
        <VirtualRows
          range={range}
          count={rows.length}
          rowHeight={ROW_HEIGHT}
          render={(index) => {
            const row = rows[index] as ComparedRow;
            return (
              <div
                key={index}
                id={`pair-${index}`}
                role="row"
                aria-rowindex={index + 1}
                aria-selected={index === active}
                class={`row pair ${index === active ? 'active' : ''}`}
                style={rowPlace(index, ROW_HEIGHT)}
                onClick={() => open(row)}
              >
                <PairCells row={row} service={services[row.service] ?? ''} total={total} />
              </div>
            );
          }}
        />
      </div>
    </div>
  );
}

interface PairCellsProps {
  readonly row: ComparedRow;
  readonly service: string;
  readonly total: number;
}

function PairCells({ row, service, total }: PairCellsProps): JSX.Element {
  const { a, b } = row;
  const change = a !== undefined && b !== undefined ? b.duration - a.duration : undefined;
  const size = change === undefined || Math.abs(change) < SAME ? '' : change > 0 ? 'slower' : 'faster';
  const failed = (span: ComparedSpan | undefined): JSX.Element | null =>
    span?.failed ? <span class="cross">✗</span> : null;
  return (
    <>
      <span role="gridcell" class="name">
        <span class="indent" style={{ width: `${Math.min(row.depth, MAX_INDENTS) * INDENT}px` }} />
        <span class={`swatch ${hueOf(service)}`} aria-hidden="true" />
        <span class="service">{service}</span>
        <span class="operation">{row.name || '(no name)'}</span>
        {a === undefined && <span class="tag slower">only in B</span>}
        {b === undefined && <span class="tag faster">only in A</span>}
      </span>
      <span role="gridcell" class="both" aria-hidden="true">
        <PairBar span={a} total={total} which="a" />
        <PairBar span={b} total={total} which="b" />
      </span>
      <span role="gridcell" class="number">
        {failed(a)} {a === undefined ? '–' : formatDuration(a.duration)}
      </span>
      <span role="gridcell" class="number">
        {failed(b)} {b === undefined ? '–' : formatDuration(b.duration)}
      </span>
      <span role="gridcell" class={`number change ${size}`}>
        {change === undefined ? '' : signed(change)}
      </span>
    </>
  );
}

interface PairBarProps {
  readonly span: ComparedSpan | undefined;
  readonly total: number;
  readonly which: 'a' | 'b';
}

function PairBar({ span, total, which }: PairBarProps): JSX.Element {
  const place =
    span === undefined
      ? { width: '0' }
      : { left: `${(span.start / total) * 100}%`, width: `max(2px, ${(span.duration / total) * 100}%)` };
  return (
    <span class="pair-track">
      <span class={`pair-bar ${which} ${span?.failed ? 'bad' : ''}`} style={place} />
    </span>
  );
}

interface TraceCardProps {
  readonly name: string;
  readonly trace: ComparedTrace;
  readonly other: ComparedTrace;
}

function TraceCard({ name, trace, other }: TraceCardProps): JSX.Element {
  const { traceId, service, operation, duration, spans, failedSpans, startedAt } = trace;
  const different = service !== other.service || operation !== other.operation;
  return (
    <div class={`card ${name.toLowerCase()}`}>
      <b class="letter">{name}</b>
      <div>
        <Link to={`/trace/${traceId}`}>
          <span class="mono">{traceId.slice(0, 16)}…</span>
        </Link>
        <p>
          {different && `${service} ${operation}, `}
          <b>{formatDuration(duration)}</b>, {plural(spans, 'span')}
          {failedSpans > 0 && <span class="tag bad">{plural(failedSpans, 'error')}</span>}
        </p>
        <p class="dim">{formatDateTime(startedAt)}</p>
      </div>
    </div>
  );
}

function signed(nanoseconds: number): string {
  if (Math.abs(nanoseconds) < SAME) return 'the same';
  return `${nanoseconds > 0 ? '+' : '−'}${formatDuration(Math.abs(nanoseconds))}`;
}
