/**
 * How the conventions name a batch: two or more operations in one call, "not the operands of one". One operation is
 * named as if it were called alone; none is a batch of size 0.
 * https://opentelemetry.io/docs/specs/semconv/database/database-spans/ (`db.operation.batch.size`)
 */
import { element, field, isArray } from './app-values.ts';
import { BATCHED_OPERATIONS } from './operations.ts';
import { OPERATION_KEYS } from './request-attributes.ts';

export interface Batch {
  /** `db.operation.name`. */
  readonly name: string;
  /** `db.operation.batch.size`; undefined for one operation. */
  readonly size: number | undefined;
}

/** `single`: what each of them is alone; undefined when they may differ and say it themselves. */
export function describeBatch(operations: unknown, single: string | undefined): Batch | undefined {
  if (!isArray(operations)) return undefined;
  const size = operations.length;
  const same = single ?? sameOperation(operations);
  if (size === 1) return same === undefined ? undefined : { name: same, size: undefined };
  return { name: same === undefined ? 'BATCH' : `BATCH ${same}`, size };
}

function sameOperation(operations: readonly unknown[]): string | undefined {
  let same: string | undefined;
  for (let at = 0; at < operations.length; at++) {
    const one = operationName(element(operations, at));
    if (one === undefined || (same !== undefined && one !== same)) return undefined;
    same = one;
  }
  return same;
}

function operationName(operation: unknown): string | undefined {
  const kind = field(field(operation, 'operation'), 'case');
  if (typeof kind === 'string') return BATCHED_OPERATIONS[kind];
  for (const key of OPERATION_KEYS) {
    if (field(operation, key) !== undefined) return BATCHED_OPERATIONS[key];
  }
  return undefined;
}
