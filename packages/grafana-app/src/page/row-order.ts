export interface Order<Column extends string> {
  readonly by: Column;
  readonly descending: boolean;
}

type Cell = string | number | undefined;

/** Rows in their order; those without a value come last, whichever way. */
export function ordered<Column extends string, Row extends { readonly [Name in Column]: Cell }>(
  rows: readonly Row[],
  { by, descending }: Order<Column>,
): Row[] {
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right]: [Cell, Cell] = [a[by], b[by]];
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * String(left).localeCompare(String(right), undefined, { numeric: true });
  });
}

/** `p95-desc` in the address; what is no column is the default. */
export function readOrder<Column extends string>(
  text: string | null,
  columns: readonly Column[],
  otherwise: Order<Column>,
): Order<Column> {
  const [, by, direction] = /^(.+)-(asc|desc)$/.exec(text ?? '') ?? [];
  const column = columns.find((each) => each === by);
  return column === undefined ? otherwise : { by: column, descending: direction === 'desc' };
}

export function writeOrder({ by, descending }: Order<string>): string {
  return `${by}-${descending ? 'desc' : 'asc'}`;
}
