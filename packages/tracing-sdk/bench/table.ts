/** Tables for a terminal and for Markdown; figures stand to the right, words to the left. */
import type { Table } from './section.ts';

export function plainTable(table: Table): string {
  const { title, columns, rows } = table;
  const widths = columns.map((column, at) =>
    Math.max(column.length, ...rows.map((row) => (row[at] ?? '').length)),
  );
  const right = figureColumns(table);
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (right[at] ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!)))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [title, line(columns), rule, ...rows.map(line)].join('\n');
}

export function markdownTable(table: Table): string {
  const { title, columns, rows } = table;
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = figureColumns(table).map((right) => (right ? '---:' : '---'));
  return [`**${title}**`, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

function figureColumns({ columns, rows }: Table): boolean[] {
  return columns.map((_, at) => rows.every((row) => /^(-|[+-]?\d.*)$/.test(row[at] ?? '-')));
}
