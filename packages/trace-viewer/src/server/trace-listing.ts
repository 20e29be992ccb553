import { createMatcher } from '../search/matcher.ts';
import { isEmptyQuery, parseQuery } from '../search/query.ts';
import type { StoredTrace, TraceStore } from '../store/trace-store.ts';
import type { TraceListing, TracePoint, TraceRow, TraceSort } from '../wire/api.ts';

export interface ListingRequest {
  readonly query: string;
  readonly sort: TraceSort;
  readonly offset: number;
  readonly limit: number;
  /** Leaves out traces that came later: so a list can stand still. */
  readonly upTo: number | undefined;
}

/** Answers searches; the last few results are kept for a moment, since a list is asked for in pieces. */
export function createTraceLister(store: TraceStore): (request: ListingRequest) => TraceListing {
  const recent = new Map<
    string,
    { readonly at: number; readonly revision: number; readonly found: StoredTrace[] }
  >();

  let forgetting: NodeJS.Timeout | undefined;

  const find = ({ query: text, sort, upTo = Number.POSITIVE_INFINITY }: ListingRequest): StoredTrace[] => {
    const key = JSON.stringify([text, sort, upTo]);
    const known = recent.get(key);
    if (known !== undefined) {
      const isPiece = upTo !== Number.POSITIVE_INFINITY && performance.now() - known.at < KEPT_MILLIS;
      if (known.revision === store.revision || isPiece) return known.found;
    }
    const query = parseQuery(text);
    const matcher = createMatcher(query);
    const all = isEmptyQuery(query);
    const found: StoredTrace[] = [];
    for (const trace of store.traces()) {
      if (trace.serial <= upTo && (all || matcher.matchesTrace(trace))) found.push(trace);
    }
    order(found, sort);
    // What was found holds traces that may be evicted meanwhile: it must not hold them for long.
    clearTimeout(forgetting);
    forgetting = setTimeout(() => recent.clear(), KEPT_MILLIS).unref();
    for (const [old, { at }] of recent) if (performance.now() - at > KEPT_MILLIS) recent.delete(old);
    recent.delete(key);
    recent.set(key, { at: performance.now(), revision: store.revision, found });
    if (recent.size > MAX_KEPT) recent.delete(recent.keys().next().value as string);
    return found;
  };

  return (request) => {
    const found = find(request);
    return {
      rows: found.slice(request.offset, request.offset + request.limit).map(traceRow),
      offset: request.offset,
      matched: found.length,
      total: store.counts.traces,
      newestSerial: store.newestSerial,
      points: request.offset === 0 ? samplePoints(found) : [],
    };
  };
}

const KEPT_MILLIS = 2000;
const MAX_KEPT = 4;
const MAX_POINTS = 600;

/** By what is shown: the start, not the arrival. They come nearly in that order, which makes sorting quick. */
function order(traces: StoredTrace[], sort: TraceSort): void {
  const byStart = (a: StoredTrace, b: StoredTrace): number =>
    a.start < b.start ? -1 : a.start > b.start ? 1 : 0;
  traces.sort(byStart);
  if (sort === 'oldest') return;
  traces.reverse();
  if (sort === 'longest') traces.sort((a, b) => durationOf(b) - durationOf(a));
  else if (sort === 'shortest') traces.sort((a, b) => durationOf(a) - durationOf(b));
  else if (sort === 'spans') traces.sort((a, b) => b.spans.size - a.spans.size);
}

function durationOf({ start, end }: StoredTrace): number {
  return Number(end - start);
}

export function traceRow(trace: StoredTrace): TraceRow {
  const services = new Map<string, number>();
  for (const { resource } of trace.spans.values()) {
    services.set(resource.service, (services.get(resource.service) ?? 0) + 1);
  }
  return {
    traceId: trace.traceId,
    serial: trace.serial,
    service: trace.head.resource.service,
    operation: trace.head.name.value as string,
    hasRoot: trace.head.parentSpanId === undefined,
    startedAt: Number(trace.start / 1000n) / 1000,
    duration: durationOf(trace),
    spans: trace.spans.size,
    failedSpans: trace.failedSpans,
    services: [...services].sort((a, b) => b[1] - a[1]).slice(0, 8),
    imported: trace.imported,
  };
}

/** Every n-th, and of what failed and what took long everything that fits: those are looked for. */
function samplePoints(traces: readonly StoredTrace[]): TracePoint[] {
  const chosen = new Set<StoredTrace>();
  if (traces.length <= MAX_POINTS) for (const trace of traces) chosen.add(trace);
  else {
    const third = MAX_POINTS / 3;
    for (const trace of traces) {
      if (chosen.size >= third) break;
      if (trace.failedSpans > 0) chosen.add(trace);
    }
    for (const trace of traces.toSorted((a, b) => durationOf(b) - durationOf(a)).slice(0, third))
      chosen.add(trace);
    const step = traces.length / third;
    for (let at = 0; at < traces.length; at += step) chosen.add(traces[Math.floor(at)] as StoredTrace);
  }
  return Array.from(chosen, (trace) => ({
    traceId: trace.traceId,
    startedAt: Number(trace.start / 1000n) / 1000,
    duration: durationOf(trace),
    failed: trace.failedSpans > 0,
    label: `${trace.head.resource.service} ${trace.head.name.value as string}`,
  }));
}
