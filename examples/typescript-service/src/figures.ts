/** The viewer's figures as lines for the terminal. */
import type { CallSummary, DatabaseLabels, OperationLabels } from '@uat/trace-viewer';
import { cleanText, formatDuration, padEnd, truncate } from '@uat/trace-viewer/terminal';

export type RequestFigures = Pick<
  CallSummary<OperationLabels>,
  'labels' | 'perSecond' | 'failed' | 'p50' | 'p95' | 'p99'
>;
export type DatabaseFigures = Pick<
  CallSummary<DatabaseLabels>,
  'labels' | 'calls' | 'failed' | 'p50' | 'p95' | 'p99' | 'serverP50' | 'rows'
>;

/** @returns one line an operation, at most `width` columns: `checkout GET /checkout  4.0/s  13% failed  p50 45.0 ms …` */
export function renderRates(rows: readonly RequestFigures[], width = 80): string[] {
  const figures = rows.map(({ perSecond, failed, p50, p95, p99 }) =>
    [
      `${perSecond.toFixed(1)}/s`.padStart(8),
      `${Math.round(failed * 100)}% failed`.padStart(12),
      ` p50 ${formatDuration(p50)}`,
      `p95 ${formatDuration(p95)}`,
      `p99 ${formatDuration(p99)}`,
    ].join(' '),
  );
  const widest = Math.max(0, ...figures.map((text) => text.length));
  const nameWidth = Math.max(10, width - widest);
  return rows.map(({ labels }, i) => {
    const name = truncate(`${cleanText(labels.service)} ${cleanText(labels.operation)}`, nameWidth);
    return truncate(padEnd(name, nameWidth) + figures[i], width);
  });
}

const COLUMNS = ['calls', 'failed', 'p50', 'p95', 'p99', 'server', 'rows'] as const;
const COLUMN_WIDTHS = [6, 7, 8, 8, 8, 8, 5];

/** @returns a heading and one line for each of Qdrant's operations, at most `width` columns; nothing where there was none */
export function renderQdrantOperations(rows: readonly DatabaseFigures[], width = 80): string[] {
  const ofQdrant = rows.filter(({ labels }) => labels.system === 'qdrant');
  if (ofQdrant.length === 0) return [];
  const nameWidth = Math.max(10, width - COLUMN_WIDTHS.reduce((sum, each) => sum + each, 0));
  const line = (name: string, cells: readonly string[]): string =>
    truncate(
      padEnd(truncate(name, nameWidth - 1), nameWidth) +
        cells.map((cell, i) => cell.padStart(COLUMN_WIDTHS[i] as number)).join(''),
      width,
    );
  return [
    line('Qdrant', COLUMNS),
    ...ofQdrant.map(({ labels, calls, failed, p50, p95, p99, serverP50, rows: returned }) =>
      line(cleanText(`${labels.operation} ${labels.collection}`), [
        String(Math.round(calls)),
        `${Math.round(failed * 100)}%`,
        ...[p50, p95, p99].map(formatDuration),
        serverP50 === undefined ? '-' : formatDuration(serverP50),
        returned === undefined ? '-' : returned.toFixed(1),
      ]),
    ),
  ];
}
