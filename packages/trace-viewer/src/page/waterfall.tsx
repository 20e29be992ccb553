import type { CSSProperties, JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { SPAN_KINDS } from '../search/query.ts';
import type { SpanRow, TraceDetail } from '../wire/api.ts';
import { formatCount, formatDuration } from './formats.ts';
import { hueOf } from './service-colours.ts';
import { drawnSections, type TimeRange } from './span-rows.ts';
import { rowPlace, useRowInView, useVisibleRows, VirtualRows } from './virtual-rows.tsx';

export interface WaterfallProps {
  readonly trace: TraceDetail;
  readonly rows: readonly SpanRow[];
  readonly range: TimeRange;
  /** Index into `rows`; -1 for none. */
  readonly active: number;
  readonly closed: ReadonlySet<string>;
  readonly matches: ReadonlySet<string> | undefined;
  readonly showPath: boolean;
  readonly onSelect: (row: SpanRow) => void;
  readonly onToggle: (row: SpanRow) => void;
  readonly onZoom: (row: SpanRow) => void;
}

const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 26;
const TICKS = 5;
/** Pixels a level, and levels that are shown as such: deeper ones have no room left. */
const INDENT = 14;
const MAX_INDENTS = 16;
const MIN_SHARE = 15;
const MAX_SHARE = 70;

/** Draws the rows in view only, so that a trace of ten thousand spans is as quick as one of ten. */
export function Waterfall(props: WaterfallProps): JSX.Element {
  const { trace, rows, range, active, closed, matches, showPath, onSelect, onToggle, onZoom } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const visible = useVisibleRows(scroller, ROW_HEIGHT, rows.length);
  useRowInView(scroller, active, ROW_HEIGHT, HEAD_HEIGHT);
  const [share, setShare] = useState(38);
  return (
    // A property that a script sets is no inline style of the markup.
    <div class="waterfall-frame" style={{ '--names': `${share}%` }}>
      <div
        ref={scroller}
        class={`waterfall ${showPath ? 'with-path' : ''} ${matches === undefined ? '' : 'searched'}`}
        role="treegrid"
        aria-label="Spans"
        aria-rowcount={rows.length}
        aria-activedescendant={active >= 0 ? `span-${active}` : undefined}
        tabIndex={0}
      >
        <div class="waterfall-head" role="rowgroup">
          <div role="row">
            <span role="columnheader">Service and operation</span>
            <span role="columnheader" aria-label="Time" class="ruler">
              {Array.from({ length: TICKS }, (_, i) => (
                <span key={i} class="tick" style={{ left: `${(i / (TICKS - 1)) * 100}%` }}>
                  {formatDuration(range.from + ((range.to - range.from) * i) / (TICKS - 1))}
                </span>
              ))}
            </span>
          </div>
        </div>
        <VirtualRows
          range={visible}
          count={rows.length}
          rowHeight={ROW_HEIGHT}
          render={(index) => {
            const row = rows[index] as SpanRow;
            return (
              <WaterfallRow
                key={row.id}
                row={row}
                index={index}
                parentService={serviceAbove(rows, index)}
                services={trace.services}
                range={range}
                active={index === active}
                closed={closed.has(row.id)}
                match={matches?.has(row.id)}
                onSelect={onSelect}
                onToggle={onToggle}
                onZoom={onZoom}
              />
            );
          }}
        />
      </div>
      <Separator share={share} onShare={setShare} container={scroller} />
    </div>
  );
}

/** Of the parent, which a service is named against; looked for not further than is seen. */
function serviceAbove(rows: readonly SpanRow[], index: number): number | undefined {
  const depth = (rows[index] as SpanRow).depth;
  for (let i = index - 1; i >= Math.max(0, index - 500); i--) {
    const row = rows[i] as SpanRow;
    if (row.depth < depth) return row.service;
  }
  return undefined;
}

interface WaterfallRowProps {
  readonly row: SpanRow;
  readonly index: number;
  readonly parentService: number | undefined;
  readonly services: readonly string[];
  readonly range: TimeRange;
  readonly active: boolean;
  readonly closed: boolean;
  readonly match: boolean | undefined;
  readonly onSelect: (row: SpanRow) => void;
  readonly onToggle: (row: SpanRow) => void;
  readonly onZoom: (row: SpanRow) => void;
}

function WaterfallRow(props: WaterfallRowProps): JSX.Element {
  const { row, index, parentService, services, range, active, closed, match, onSelect, onToggle, onZoom } =
    props;
  const service = services[row.service];
  const indents = Math.min(row.depth, MAX_INDENTS);
  const classes = [
    'span-row',
    active && 'active',
    row.failed && 'failed',
    match === true && 'match',
    match === false && 'no-match',
  ];
  return (
    <div
      id={`span-${index}`}
      role="row"
      class={classes.filter(Boolean).join(' ')}
      aria-level={row.depth + 1}
      aria-rowindex={index + 1}
      aria-selected={active}
      aria-expanded={row.descendants > 0 ? !closed : undefined}
      style={rowPlace(index, ROW_HEIGHT)}
      onClick={() => onSelect(row)}
      onDblClick={() => onZoom(row)}
    >
      <span role="gridcell" class="name">
        <span class="indent" style={{ width: `${indents * INDENT}px` }} />
        {row.depth > MAX_INDENTS && <span class="depth">{row.depth}</span>}
        {row.descendants > 0 ? (
          <button
            type="button"
            class="plain toggle"
            tabIndex={-1}
            aria-label={closed ? 'Open' : 'Close'}
            onClick={(event) => {
              event.stopPropagation();
              onToggle(row);
            }}
          >
            {closed ? '▸' : '▾'}
          </button>
        ) : (
          <span class="toggle" />
        )}
        {service === undefined ? (
          <span class="missing">parent {row.id} has not arrived</span>
        ) : (
          <>
            {row.failed && (
              <span class="cross" title={row.failure}>
                ✗<span class="unseen">failed </span>
              </span>
            )}
            {row.service !== parentService && <span class="service">{service}</span>}
            <span class="operation" title={`${service} ${row.name} (${SPAN_KINDS[row.kind]})`}>
              {row.name === '' ? '(no name)' : row.name}
            </span>
            {row.hint !== undefined && <span class="hint">{row.hint}</span>}
            {closed && (
              <span class="tag">
                {formatCount(row.descendants)} more
                {(row.failedBelow ?? 0) > 0 && `, ${formatCount(row.failedBelow ?? 0)} failed`}
              </span>
            )}
          </>
        )}
      </span>
      <span role="gridcell" class="time">
        {service !== undefined && <Bar row={row} range={range} hue={hueOf(service)} />}
      </span>
    </div>
  );
}

function Bar({
  row,
  range,
  hue,
}: {
  readonly row: SpanRow;
  readonly range: TimeRange;
  readonly hue: string;
}): JSX.Element {
  const width = Math.max(1, range.to - range.from);
  const at = (time: number): number => ((time - range.from) / width) * 100;
  const [left, right] = [Math.max(0, at(row.start)), Math.min(100, at(row.start + row.duration))];
  const label = formatDuration(row.duration);
  if (right < 0 || left > 100) {
    return (
      <span class={`aside ${right < 0 ? 'before' : 'after'}`}>{right < 0 ? `◂ ${label}` : `${label} ▸`}</span>
    );
  }
  const place = (from: number, to: number): CSSProperties => ({
    left: `${from}%`,
    width: `${Math.max(0, to - from)}%`,
  });
  // Where there is more room: behind the bar, before it, or in it.
  const side = right < 88 ? 'after' : left > 12 ? 'before' : 'inside';
  const labelAt =
    side === 'before' ? { right: `${100 - left}%` } : { left: `${side === 'after' ? right : left}%` };
  return (
    <>
      <span class={`bar ${hue} ${row.failed ? 'bad' : ''}`} style={place(left, right)} />
      {drawnSections(row.critical ?? [], range).map(([from, to]) => {
        const [start, end] = [Math.max(0, at(from)), Math.min(100, at(to))];
        return end > start && <span key={from} class="critical" style={place(start, end)} />;
      })}
      {row.events?.map((time, i) => {
        const x = at(time);
        return x >= 0 && x <= 100 && <span key={i} class="event" style={{ left: `${x}%` }} />;
      })}
      <span class={`label ${side}`} style={labelAt}>
        {label}
      </span>
    </>
  );
}

interface SeparatorProps {
  readonly share: number;
  readonly onShare: (share: number) => void;
  readonly container: { readonly current: HTMLElement | null };
}

/** Between names and bars: dragged, or moved with the arrow keys. */
function Separator({ share, onShare, container }: SeparatorProps): JSX.Element {
  const set = (next: number): void => onShare(Math.max(MIN_SHARE, Math.min(MAX_SHARE, next)));
  return (
    <div
      class="separator"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={Math.round(share)}
      aria-valuemin={MIN_SHARE}
      aria-valuemax={MAX_SHARE}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        event.preventDefault();
        set(share + (event.key === 'ArrowLeft' ? -2 : 2));
      }}
      onPointerDown={(event) => {
        event.preventDefault();
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (!event.currentTarget.hasPointerCapture(event.pointerId) || container.current === null) return;
        const { left, width } = container.current.getBoundingClientRect();
        set(((event.clientX - left) / width) * 100);
      }}
    />
  );
}
