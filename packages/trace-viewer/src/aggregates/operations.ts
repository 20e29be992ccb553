import type { StoredSpan } from '../store/stored-span.ts';
import { databaseCallOf } from '../traces/database-call.ts';
import { samplingWeight } from './sampling-weight.ts';
import { type CallSummary, createWindowedCalls } from './windowed-calls.ts';

/** Requests that a service answers, by the span's name. */
export interface OperationLabels {
  readonly service: string;
  readonly operation: string;
}

/** Calls of a database, by operation and collection. */
export interface DatabaseLabels {
  /** `db.system.name`. */
  readonly system: string;
  readonly operation: string;
  /** Empty where the call has none. */
  readonly collection: string;
  /** Who called. */
  readonly service: string;
}

/** Rates, errors and durations of everything that came, whether it is still in memory or not. */
export interface Operations {
  add(span: StoredSpan): void;
  requests(windowMillis: number): CallSummary<OperationLabels>[];
  databases(windowMillis: number): CallSummary<DatabaseLabels>[];
  /** Calls not counted, because there are too many names. */
  readonly overflow: number;
  clear(): void;
}

const SERVER = 1;
const CONSUMER = 4;
const ERROR = 2;

export function createOperations(now?: () => number): Operations {
  const requests = createWindowedCalls<OperationLabels>(now);
  const databases = createWindowedCalls<DatabaseLabels>(now);
  return {
    add(span) {
      const { service } = span.resource;
      const operation = span.name.value as string;
      // A job or a command line program answers nobody: its roots are its requests.
      if (span.kind === SERVER || span.kind === CONSUMER || span.parentSpanId === undefined) {
        requests.record({ service, operation }, callOf(span));
      }
      const call = databaseCallOf(span);
      if (call === undefined) return;
      const seconds = amountOf(span, 'qdrant.server.duration');
      databases.record(
        {
          system: call.system.value as string,
          operation: call.operation.value as string,
          collection: (call.collection?.value ?? '') as string,
          service,
        },
        {
          ...callOf(span),
          serverDuration: seconds === undefined ? undefined : seconds * 1e9,
          rows: amountOf(span, 'db.response.returned_rows'),
        },
      );
    },
    requests: (windowMillis) => requests.summarize(windowMillis).sort(byLabels),
    databases: (windowMillis) => databases.summarize(windowMillis).sort(byLabels),
    get overflow() {
      return requests.overflow + databases.overflow;
    },
    clear() {
      requests.clear();
      databases.clear();
    },
  };
}

/** What a span says of the call it stands for. */
export function callOf(span: StoredSpan): { weight: number; failed: boolean; duration: number } {
  return {
    weight: samplingWeight(span.traceState),
    failed: span.status.code === ERROR,
    duration: Math.max(0, Number(span.end - span.start)),
  };
}

/** @returns an attribute that is an amount; one that is negative or no number would spoil the sum of all others */
function amountOf(span: StoredSpan, key: string): number | undefined {
  const value = span.attributes.find((term) => term.key === key)?.value;
  // int64 values come as bigint where a double cannot hold them.
  const amount = typeof value === 'number' || typeof value === 'bigint' ? Number(value) : Number.NaN;
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function byLabels<Labels extends object>(a: CallSummary<Labels>, b: CallSummary<Labels>): number {
  const [one, other] = [Object.values(a.labels).join('\0'), Object.values(b.labels).join('\0')];
  return one < other ? -1 : one > other ? 1 : 0;
}
