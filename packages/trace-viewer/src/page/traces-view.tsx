import type { JSX, RefObject } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { TraceRow as Row, TraceListing, TracePoint, TraceSort, ViewerStatus } from '../wire/api.ts';
import { formatCount, plural } from './formats.ts';
import { problemOf } from './query-text.ts';
import { address, go, goWith, type Place } from './router.tsx';
import { Scatter } from './scatter.tsx';
import { SearchBar } from './search-bar.tsx';
import { useLive } from './server-data.ts';
import { useShortcuts } from './shortcuts.tsx';
import { traceAddress } from './trace-address.ts';
import { ROW_HEIGHT, TraceRow } from './trace-row.tsx';
import { useRowInView, useVisibleRows, VirtualRows } from './virtual-rows.tsx';
import { Welcome } from './welcome.tsx';

export interface TracesViewProps {
  readonly place: Place;
  readonly status: ViewerStatus | undefined;
  readonly paused: boolean;
}

/** Rows asked for at a time; a scroll within them asks nothing. */
const WINDOW = 200;
const NO_POINTS: readonly TracePoint[] = [];

export function TracesView({ place, status, paused }: TracesViewProps): JSX.Element {
  const query = place.query.get('q') ?? '';
  const sort = (place.query.get('sort') ?? 'newest') as TraceSort;
  const list = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(-1);
  const [chosen, setChosen] = useState<string>();
  const [hovered, setHovered] = useState(false);
  const [scrolled, setScrolled] = useState(false);
  // A list that moves under the pointer or under the keys cannot be used: it stands still then.
  const still = paused || hovered || scrolled || active > 0;
  const upTo = useStandstill(still, status?.newestSerial);
  const [offset, setOffset] = useState(0);
  const url = address('/api/traces', {
    q: query,
    sort,
    offset: String(offset),
    limit: String(WINDOW),
    ...(upTo !== undefined && { upTo: String(upTo) }),
  });
  const problem = problemOf(query);
  const { data, error } = useLive<TraceListing>(problem === undefined ? url : undefined, { follow: !still });
  const matched = data?.matched ?? 0;
  const range = useVisibleRows(list, ROW_HEIGHT, matched);

  useEffect(() => {
    setActive(-1);
    setOffset(0);
    if (list.current !== null) list.current.scrollTop = 0;
  }, [query, sort]);
  const nothingCame = status !== undefined && status.traces === 0;
  useEffect(() => {
    if (!nothingCame) return;
    // All have been forgotten: nothing is left to stand still for, and no pointer leaves a list that is gone.
    setActive(-1);
    setChosen(undefined);
    setHovered(false);
    setScrolled(false);
  }, [nothingCame]);
  useEffect(() => {
    const inside = range.first >= offset && range.end <= offset + WINDOW;
    if (!inside || range.first === 0) setOffset(range.first === 0 ? 0 : Math.max(0, range.first - 80));
  }, [range.first, range.end, offset]);
  useRowInView(list, active, ROW_HEIGHT, 0);

  const rowAt = (index: number): Row | undefined => data?.rows[index - data.offset];
  const longest = useMemo(() => Math.max(1, ...(data?.rows.map(({ duration }) => duration) ?? [])), [data]);
  const open = (row: Row | undefined): void => {
    if (row !== undefined) go(traceAddress(row.traceId, query));
  };
  const choose = (row: Row | undefined): void => {
    if (row === undefined) return;
    if (chosen === undefined) setChosen(row.traceId);
    else if (chosen === row.traceId) setChosen(undefined);
    else go(`/compare/${chosen}/${row.traceId}`);
  };
  const move = (to: number): void => setActive(Math.max(0, Math.min(matched - 1, to)));
  const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 400) / ROW_HEIGHT) - 1);
  const focusList = (then: () => void) => () => {
    list.current?.focus();
    then();
  };
  const down = focusList(() => move(active + 1));
  const up = focusList(() => move(active - 1));
  useShortcuts({
    ArrowDown: down,
    j: down,
    ArrowUp: up,
    k: up,
    PageDown: focusList(() => move(active + page)),
    PageUp: focusList(() => move(active - page)),
    Home: focusList(() => move(0)),
    End: focusList(() => move(matched - 1)),
    x: () => choose(rowAt(active)),
    Enter: () => open(rowAt(active)),
    Escape: () => {
      setChosen(undefined);
      backToTop();
    },
  });
  const backToTop = (): void => {
    setActive(-1);
    setScrolled(false);
    if (list.current !== null) list.current.scrollTop = 0;
  };
  const newer = still && status !== undefined && upTo !== undefined ? status.newestSerial - upTo : 0;

  return (
    <div class="traces-view">
      <h1 class="unseen">Traces</h1>
      <SearchBar query={query} sort={sort} error={problem ?? error} onDown={down} />
      {nothingCame ? (
        <Welcome endpoint={status.endpoint} evicted={status.evictedTraces} />
      ) : (
        <>
          <Scatter points={data?.points ?? NO_POINTS} query={query} onHover={setHovered} />
          <div class="list-state" aria-live="polite">
            <span>
              {data === undefined
                ? ''
                : query === ''
                  ? plural(matched, 'trace')
                  : `${formatCount(matched)} of ${plural(data.total, 'trace')}`}
            </span>
            {chosen !== undefined && (
              <span class="note">
                Choose a second trace (its box, or x) to compare.{' '}
                <button type="button" class="link" onClick={() => setChosen(undefined)}>
                  Never mind
                </button>
              </span>
            )}
            {newer > 0 && (
              <button type="button" class="link newer" onClick={backToTop} disabled={paused}>
                {plural(newer, 'newer trace')}
                {paused ? ', paused' : ': back to the top'}
              </button>
            )}
          </div>
          <TraceList
            list={list}
            label={`${formatCount(matched)} traces`}
            count={matched}
            active={active}
            onScroll={(top) => setScrolled(top > 4)}
            onHover={setHovered}
          >
            <VirtualRows
              range={range}
              count={matched}
              rowHeight={ROW_HEIGHT}
              render={(index) => (
                <TraceRow
                  key={rowAt(index)?.traceId ?? index}
                  row={rowAt(index)}
                  index={index}
                  active={index === active}
                  chosen={chosen !== undefined && rowAt(index)?.traceId === chosen}
                  longest={longest}
                  query={query}
                  onChoose={choose}
                  onOpen={open}
                />
              )}
            />
          </TraceList>
          {data !== undefined && matched === 0 && query !== '' && (
            <p class="empty">
              No trace matches.{' '}
              <button type="button" class="link" onClick={() => goWith({ q: undefined })}>
                Show all {plural(data.total, 'trace')}
              </button>
            </p>
          )}
        </>
      )}
    </div>
  );
}

/** @returns the newest trace to show while the list stands still; undefined while it follows */
function useStandstill(still: boolean, newest: number | undefined): number | undefined {
  const held = useRef<number | undefined>(undefined);
  if (!still) held.current = undefined;
  else held.current ??= newest;
  return held.current;
}

interface TraceListProps {
  readonly list: RefObject<HTMLDivElement | null>;
  readonly label: string;
  readonly count: number;
  readonly active: number;
  readonly children: JSX.Element;
  readonly onScroll: (top: number) => void;
  readonly onHover: (hovered: boolean) => void;
}

function TraceList({ list, label, count, active, children, onScroll, onHover }: TraceListProps): JSX.Element {
  return (
    <div
      ref={list}
      class="list traces"
      role="grid"
      aria-label={label}
      aria-rowcount={count}
      aria-activedescendant={active >= 0 ? `trace-${active}` : undefined}
      tabIndex={0}
      onScroll={(event) => onScroll(event.currentTarget.scrollTop)}
      onMouseMove={() => onHover(true)}
      onMouseLeave={() => onHover(false)}
    >
      {children}
    </div>
  );
}
