import type { Column } from '@grafana/ui';
import type { ReactNode } from 'react';

/** A column of numbers: the first click on its head puts the largest on top. */
export function numberColumn<Row extends object>(
  id: string,
  header: string,
  show: (row: Row) => ReactNode,
): Column<Row> {
  return {
    id,
    header,
    sortType: 'number',
    sortDescFirst: true,
    cell: ({ row: { original } }) => show(original),
  };
}
