import type { JSX } from 'preact';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { SpanRow, TraceDetail } from '../wire/api.ts';
import { CopyButton } from './copy-button.tsx';
import { formatCount, formatDateTime, formatDuration, plural } from './formats.ts';
import { Minimap } from './minimap.tsx';
import { conditions, problemOf } from './query-text.ts';
import { address, go, goWith, Link, type Place } from './router.tsx';
import { fetchJson, useLive } from './server-data.ts';
import { hueOf } from './service-colours.ts';
import { useShortcuts } from './shortcuts.tsx';
import { SpanPanel } from './span-panel.tsx';
import { useTypedText } from './typed-text.ts';
import { Waterfall } from './waterfall.tsx';

/** Nanoseconds since the trace's start. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

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
  const range = useMemo(() => rangeOf(place, trace.duration), [place, trace.duration]);
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
  const nextOf = (wanted: (row: SpanRow) => boolean, step: 1 | -1): void => {
    const at = trace.spans.findIndex(({ id }) => id === selected);
    const count = trace.spans.length;
    for (let i = 1; i <= count; i++) {
      const row = trace.spans[(((at + i * step) % count) + count) % count] as SpanRow;
      if (!wanted(row)) continue;
      reveal(row);
      return;
    }
  };
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

interface TraceHeadProps {
  readonly trace: TraceDetail;
  readonly query: string;
  readonly gone: string | undefined;
  readonly onFailure: () => void;
}

function TraceHead({ trace, query, gone, onFailure }: TraceHeadProps): JSX.Element {
  const { traceId, spans, services, duration, spanCount, failedSpans, startedAt, skew, weight } = trace;
  const head = spans.find(({ service }) => service >= 0);
  const service = services[head?.service ?? -1] ?? '';
  const operation = head?.name ?? '';
  const text = async (path: string): Promise<string> => {
    const response = await fetch(`/api/traces/${traceId}/${path}`);
    if (!response.ok) throw new Error(response.statusText);
    return response.text();
  };
  return (
    <div class="trace-head">
      <div class="trace-title">
        <Link to={address('/', query === '' ? {} : { q: query })} class="back" label="Back to the traces">
          ←
        </Link>
        <h1>
          <span class={`swatch ${hueOf(service)}`} aria-hidden="true" />
          <span class="service">{service}</span> {operation === '' ? '(no name)' : operation}
        </h1>
        {failedSpans > 0 && (
          <button type="button" class="bad" title="To the span that failed first (e)" onClick={onFailure}>
            {plural(failedSpans, 'error')}: where it began
          </button>
        )}
        <div class="trace-actions">
          <CompareWith traceId={traceId} service={service} operation={operation} />
          <CopyButton title="Copy the address of what is shown" text={() => location.href}>
            Copy link
          </CopyButton>
          <CopyButton title="Copy the trace as OTLP JSON" text={() => text('otlp.json')}>
            Copy JSON
          </CopyButton>
          <CopyButton title="Copy the trace as a waterfall in text" text={() => text('waterfall.txt')}>
            Copy text
          </CopyButton>
        </div>
      </div>
      <p class="facts">
        <b>{formatDuration(duration)}</b>
        <span>{plural(spanCount, 'span')}</span>
        <span>{plural(services.length, 'service')}</span>
        <span>{formatDateTime(startedAt)}</span>
        <span class="mono">{traceId}</span>
        {weight > 1.001 && (
          <span title="By the sampling threshold in its tracestate">
            stands for {formatCount(weight)} traces
          </span>
        )}
        <Skew skew={skew} />
        {gone !== undefined && <span class="warn">{gone}</span>}
      </p>
    </div>
  );
}

/** Which clocks were corrected: the one that was off most, the others when asked. */
function Skew({ skew }: Pick<TraceDetail, 'skew'>): JSX.Element | null {
  const notes = [...skew]
    .sort((a, b) => Math.abs(b[1]) - Math.abs(a[1]))
    .map(
      ([name, nanoseconds]) =>
        `clock of ${name} is about ${formatDuration(Math.abs(nanoseconds))} ${nanoseconds > 0 ? 'behind' : 'ahead'}`,
    );
  if (notes.length === 0) return null;
  return (
    <span class="note" title={notes.join('\n')}>
      {notes[0]}
      {notes.length > 1 && `, and ${notes.length - 1} more`}; taken out here
    </span>
  );
}

interface CompareWithProps {
  readonly traceId: string;
  readonly service: string;
  readonly operation: string;
}

/** Other traces of the operation to lay beside this one. */
function CompareWith({ traceId, service, operation }: CompareWithProps): JSX.Element {
  const choose = async (which: string): Promise<void> => {
    if (which === '') return;
    const sort = which === 'failed' ? 'newest' : which;
    const q = `${conditions({ service, operation })}${which === 'failed' ? ' status:error' : ''} -trace:${traceId}`;
    const { rows } = await fetchJson<{ rows: { traceId: string }[] }>(
      address('/api/traces', { q, sort, limit: '1' }),
    );
    const other = rows[0]?.traceId;
    if (other !== undefined) go(`/compare/${traceId}/${other}`);
    else go(address('/', { q: conditions({ service, operation }) }));
  };
  return (
    <select
      aria-label="Compare with another trace of this operation"
      value=""
      onChange={({ currentTarget }) => void choose(currentTarget.value)}
    >
      <option value="">Compare with …</option>
      <option value="newest">the newest other</option>
      <option value="shortest">the fastest</option>
      <option value="longest">the slowest</option>
      <option value="failed">one that failed</option>
    </select>
  );
}

interface FindFieldProps {
  readonly find: string;
  readonly problem: string | undefined;
  readonly count: number | undefined;
  readonly onNext: (step: 1 | -1) => void;
}

function FindField({ find, problem, count, onNext }: FindFieldProps): JSX.Element {
  const [text, change] = useTypedText(find, (next) => goWith({ find: next }));
  return (
    <search class="find">
      <input
        data-search
        type="text"
        aria-label="Find spans in this trace"
        aria-invalid={problem !== undefined}
        placeholder="Find spans: text, status:error, db.collection.name=docs   ( / )"
        spellcheck={false}
        autocomplete="off"
        value={text}
        onInput={({ currentTarget }) => change(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') {
            event.preventDefault();
            onNext(event.shiftKey ? -1 : 1);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            if (text === '') event.currentTarget.blur();
            else change('');
          }
        }}
      />
      <span class={problem === undefined ? 'found' : 'found problem'} role="status">
        {problem ??
          (count === undefined
            ? ''
            : count === 0
              ? 'no match'
              : plural(count, 'match').replace('matchs', 'matches'))}
      </span>
    </search>
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

/** Spans that the search within the trace finds; undefined without a search. */
function useMatches(
  trace: TraceDetail,
  find: string,
): { matches: ReadonlySet<string> | undefined; problem: string | undefined } {
  const wrong = problemOf(find);
  const { data, error, of } = useLive<string[]>(
    find.trim() === '' || wrong !== undefined
      ? undefined
      : `${address(`/api/traces/${trace.traceId}/matches`, { q: find })}&spans=${trace.spanCount}`,
    { follow: false },
  );
  const latest = useRef<ReadonlySet<string> | undefined>(undefined);
  return useMemo(() => {
    if (find.trim() === '') latest.current = undefined;
    else if (data !== undefined && of !== undefined) latest.current = new Set(data);
    return { matches: latest.current, problem: find.trim() === '' ? undefined : (wrong ?? error) };
  }, [data, of, error, find, wrong]);
}

/** Rows that no closed one hides. */
function visibleRows(spans: readonly SpanRow[], closed: ReadonlySet<string>): SpanRow[] {
  const rows: SpanRow[] = [];
  for (let i = 0; i < spans.length; i++) {
    const row = spans[i] as SpanRow;
    rows.push(row);
    if (closed.has(row.id)) i += row.descendants;
  }
  return rows;
}

function parentOf(rows: readonly SpanRow[], index: number): SpanRow | undefined {
  const depth = rows[index]?.depth ?? 0;
  for (let i = index - 1; i >= 0; i--) if ((rows[i] as SpanRow).depth < depth) return rows[i];
  return rows[index];
}

function withoutAncestors(
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

/** A span and a little around it. */
function around({ start, duration }: SpanRow, total: number): TimeRange {
  const margin = Math.max(duration * 0.1, total * 1e-6, 100);
  return { from: Math.max(0, start - margin), to: Math.min(total, start + duration + margin) };
}

function rangeOf({ query }: Place, duration: number): TimeRange | undefined {
  const [from, to] = [Number(query.get('from') ?? Number.NaN), Number(query.get('to') ?? Number.NaN)];
  return from >= 0 && to > from && from < duration ? { from, to: Math.min(to, duration) } : undefined;
}
