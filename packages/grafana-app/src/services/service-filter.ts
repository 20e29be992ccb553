import { type Order, ordered } from '../page/row-order.ts';
import type { ServiceRow } from './service-rows.ts';

export const SERVICE_COLUMNS = ['service', 'environment', 'requests', 'errors', 'p50', 'p95', 'p99'] as const;
export type ServiceColumn = (typeof SERVICE_COLUMNS)[number];

export interface ServiceFilter {
  /** Words that all have to be somewhere in the names. */
  readonly text: string;
  /** Empty: all. */
  readonly environment: string;
  readonly failing: boolean;
  readonly order: Order<ServiceColumn>;
}

export function filterServices(
  rows: readonly ServiceRow[],
  { text, environment, failing, order }: ServiceFilter,
): ServiceRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = rows.filter((row) => {
    const names = `${row.namespace} ${row.service} ${row.environment}`.toLowerCase();
    return (
      words.every((word) => names.includes(word)) &&
      (environment === '' || row.environment === environment) &&
      (!failing || (row.errors ?? 0) > 0)
    );
  });
  return ordered(shown, order);
}
