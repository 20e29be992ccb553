import type { ReceivedSpan, ReceivedValue } from '@uat/tracing-sdk/testing';
import { formatDuration } from './durations.ts';
import { percentile } from './percentile.ts';
import { samplingWeight } from './sampling-weight.ts';
import { hasFailed } from './span-details.ts';
import { cleanText, padEnd, truncate } from './terminal-text.ts';

export interface QdrantOperation {
  /** The span's name: `query docs`. */
  readonly name: string;
  /** Calls, those that sampling left out included. */
  readonly calls: number;
  readonly failed: number;
  /** Nanoseconds, as the client saw it. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Nanoseconds, the median of what the server says it took; undefined where it never said. */
  readonly server: number | undefined;
  /** Points that came back, a call, on average; undefined for operations that give back none. */
  readonly rows: number | undefined;
}

export interface QdrantOperations {
  add(spans: readonly ReceivedSpan[]): void;
  /** Since the start, by name. */
  current(): QdrantOperation[];
}

/** Calls kept at most, for the percentiles; the oldest go first. */
const MAX_CALLS = 20_000;

interface Call {
  readonly name: string;
  readonly weight: number;
  readonly failed: boolean;
  readonly duration: number;
  readonly server: number | undefined;
  readonly rows: number | undefined;
}

/** What the spans of `@uat/qdrant-instrumentation` say about each operation and collection. */
export function createQdrantOperations(): QdrantOperations {
  let calls: Call[] = [];
  return {
    add(spans) {
      for (const span of spans) {
        if (span.attributes['db.system.name'] !== 'qdrant') continue;
        const seconds = number(span.attributes['qdrant.server.duration']);
        calls.push({
          name: span.name,
          weight: samplingWeight(span.traceState),
          failed: hasFailed(span),
          duration: Math.max(0, Number(span.endTimeUnixNano - span.startTimeUnixNano)),
          server: seconds === undefined ? undefined : seconds * 1e9,
          rows: number(span.attributes['db.response.returned_rows']),
        });
      }
      if (calls.length > MAX_CALLS) calls = calls.slice(-MAX_CALLS);
    },
    current() {
      return Array.from(Map.groupBy(calls, ({ name }) => name).values(), summarize).sort((a, b) =>
        a.name < b.name ? -1 : 1,
      );
    },
  };
}

function summarize(calls: readonly Call[]): QdrantOperation {
  const sum = (of: readonly Call[]): number => of.reduce((total, { weight }) => total + weight, 0);
  const durations = calls.map(({ duration, weight }) => ({ value: duration, weight }));
  const told = calls.flatMap(({ server, weight }) =>
    server === undefined ? [] : [{ value: server, weight }],
  );
  const withRows = calls.filter(({ rows }) => rows !== undefined);
  return {
    name: (calls[0] as Call).name,
    calls: sum(calls),
    failed: sum(calls.filter(({ failed }) => failed)),
    p50: percentile(durations, 0.5),
    p95: percentile(durations, 0.95),
    p99: percentile(durations, 0.99),
    server: told.length === 0 ? undefined : percentile(told, 0.5),
    rows:
      withRows.length === 0
        ? undefined
        : withRows.reduce((total, { rows = 0, weight }) => total + rows * weight, 0) / sum(withRows),
  };
}

/** int64 values come as bigint where a double cannot hold them. */
function number(value: ReceivedValue | undefined): number | undefined {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
}

const COLUMNS = ['calls', 'failed', 'p50', 'p95', 'p99', 'server', 'rows'] as const;
const COLUMN_WIDTHS = [6, 7, 8, 8, 8, 8, 5];

/** @returns a heading and one line an operation, at most `width` columns; nothing where there was none */
export function renderQdrantOperations(operations: readonly QdrantOperation[], width = 80): string[] {
  if (operations.length === 0) return [];
  const nameWidth = Math.max(10, width - COLUMN_WIDTHS.reduce((sum, each) => sum + each, 0));
  const line = (name: string, cells: readonly string[]): string =>
    truncate(
      padEnd(truncate(name, nameWidth - 1), nameWidth) +
        cells.map((cell, i) => cell.padStart(COLUMN_WIDTHS[i] as number)).join(''),
      width,
    );
  return [
    line('Qdrant', COLUMNS),
    ...operations.map(({ name, calls, failed, p50, p95, p99, server, rows }) =>
      line(cleanText(name), [
        String(Math.round(calls)),
        `${Math.round((failed / calls) * 100)}%`,
        ...[p50, p95, p99].map(formatDuration),
        server === undefined ? '-' : formatDuration(server),
        rows === undefined ? '-' : rows.toFixed(1),
      ]),
    ),
  ];
}
