import type { Paint, Style } from './colours.ts';

export interface ResultLine {
  readonly verdict: string;
  readonly style: Style;
  readonly subject: string;
  readonly check: string;
  readonly reason: string;
  /** On a line of its own below. */
  readonly next?: string;
}

/** Aligned columns; the last one runs on. */
export function resultTable(lines: readonly ResultLine[], paint: Paint): string {
  const width = (text: (line: ResultLine) => string): number =>
    Math.max(0, ...lines.map((line) => text(line).length));
  const [verdicts, subjects, checks] = [
    width(({ verdict }) => verdict),
    width(({ subject }) => subject),
    width(({ check }) => check),
  ];
  return lines
    .map(({ verdict, style, subject, check, reason, next }) => {
      const middle = checks === 0 ? '' : `${check.padEnd(checks)}  `;
      const line = `${paint(style, verdict.padEnd(verdicts))}  ${subject.padEnd(subjects)}  ${middle}${reason}\n`;
      return next === undefined ? line : `${line}${' '.repeat(verdicts + 2)}next: ${paint('bold', next)}\n`;
    })
    .join('');
}
