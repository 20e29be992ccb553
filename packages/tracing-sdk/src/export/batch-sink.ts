/** Where the batch processor puts encoded batches: OTLP over HTTP, over gRPC, the console, or an exporter of the user's. */
import type { ReadableSpan } from '../otel-contract.ts';

export interface EncodedBatch<P = unknown> {
  readonly payload: P;
  /** Size that counts against `maxQueueBytes`. */
  readonly bytes: number;
}

export type SendOutcome =
  /** `rejectedSpans`: refused in an OTLP partial success. `message`: what the backend said about it, or a warning. */
  | { readonly kind: 'delivered'; readonly rejectedSpans: number; readonly message?: string }
  /** Worth another try: connection trouble, time-out, 408, 429, 502, 503, 504. */
  | { readonly kind: 'retry'; readonly reason: string; readonly retryAfterMillis?: number }
  /** Final. */
  | { readonly kind: 'refused'; readonly reason: string };

export interface BatchSink<P = unknown> {
  /** Throws when the spans cannot be encoded. */
  encode(spans: readonly ReadableSpan[]): EncodedBatch<P>;
  /** One attempt. Never rejects. */
  send(payload: P, signal: AbortSignal): Promise<SendOutcome>;
  /** Delivers synchronously when the event loop is gone; undefined where that cannot be done. Returns how many of the batches got through. */
  sendAtExit?(payloads: readonly P[], timeoutMillis: number): number;
  /** For people: `http://localhost:4318/v1/traces (http/protobuf, gzip)`. */
  readonly description: string;
  shutdown(): Promise<void>;
}
