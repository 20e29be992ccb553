/** Where the batch processor puts encoded batches: OTLP over HTTP, over gRPC, or an exporter of the user's. */
import type { ReadableSpan } from '../otel-contract.ts';

export interface EncodedBatch<P = unknown> {
  readonly payload: P;
  /** Size that counts against `maxQueueBytes`. */
  readonly bytes: number;
}

export type SendOutcome =
  /** `rejected`: spans or data points refused in an OTLP partial success. `message`: what the backend said about it, or a warning. */
  | { readonly kind: 'delivered'; readonly rejected: number; readonly message?: string }
  /**
   * Worth another try: connection trouble, time-out, 408, 429, 502, 503, 504. `unreachable`: nobody listens there
   * (refused, unknown host), so that a process which is ending need not wait for it.
   */
  | {
      readonly kind: 'retry';
      readonly reason: string;
      readonly retryAfterMillis?: number | undefined;
      readonly unreachable?: boolean;
    }
  /** Final. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface ExitDelivery {
  /** One entry a payload: true when it got through. */
  readonly delivered: readonly boolean[];
  /** Why the others did not, where that is known. */
  readonly reason?: string | undefined;
}

export interface BatchSink<P = unknown, Items = readonly ReadableSpan[]> {
  /** For people: `http://localhost:4318/v1/traces (http/protobuf, gzip)`. */
  readonly description: string;
  /** Throws when they cannot be encoded. */
  encode(items: Items): EncodedBatch<P>;
  /** One attempt, bounded by the sink's own time-out. Never rejects. */
  send(payload: P): Promise<SendOutcome>;
  /**
   * Delivers synchronously, for a process whose event loop is gone. `undefined` where that cannot be done.
   */
  readonly sendAtExit: ((payloads: readonly P[], timeoutMillis: number) => ExitDelivery) | undefined;
  shutdown(): Promise<void>;
}
