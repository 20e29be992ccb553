import { parser } from '@prometheus-io/lezer-promql';

export interface WrittenNumber {
  readonly value: number;
  /** Where it begins in the expression, and where it ends. */
  readonly from: number;
  readonly to: number;
}

/** The numbers in an expression, in their order; durations, offsets and texts are none. */
export function numbersIn(expr: string): WrittenNumber[] {
  const numbers: WrittenNumber[] = [];
  parser.parse(expr).iterate({
    enter({ name, from, to }) {
      if (name !== 'NumberDurationLiteral' && name !== 'NumberLiteral') return;
      const value = Number(expr.slice(from, to));
      if (!Number.isNaN(value)) numbers.push({ value, from, to });
    },
  });
  return numbers;
}
