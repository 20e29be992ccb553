import type { StoredSpan } from '../store/stored-span.ts';
import type { Term } from '../store/term-dictionary.ts';

/** What a span says of a database call, by the conventions' present names and by those before 1.28. */
export interface DatabaseCall {
  readonly system: Term;
  /** The span's name where it names no operation. */
  readonly operation: Term;
  readonly collection: Term | undefined;
}

/** @returns undefined for a span that is no call of a database */
export function databaseCallOf(span: StoredSpan): DatabaseCall | undefined {
  const system = textTermOf(span, 'db.system.name') ?? textTermOf(span, 'db.system');
  if (system === undefined) return undefined;
  return {
    system,
    operation: textTermOf(span, 'db.operation.name') ?? textTermOf(span, 'db.operation') ?? span.name,
    collection: textTermOf(span, 'db.collection.name'),
  };
}

/** @returns an attribute that is text and not empty */
function textTermOf(span: StoredSpan, key: string): Term | undefined {
  const term = span.attributes.find((each) => each.key === key);
  return typeof term?.value === 'string' && term.value !== '' ? term : undefined;
}

/** @returns an attribute that is text and not empty */
export function textOf(span: StoredSpan, key: string): string | undefined {
  return textTermOf(span, key)?.value as string | undefined;
}
