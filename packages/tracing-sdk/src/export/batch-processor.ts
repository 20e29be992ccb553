import { TraceFlags } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '../otel-contract.ts';
import type { BatchOptions, DropReason, TracingStats } from '../types.ts';
import type { BatchSink, ExitDelivery, SendOutcome } from './batch-sink.ts';
import type { DeliveryLog } from './delivery-log.ts';
import { retryDelay } from './retry-delay.ts';
import { estimateSpanBytes } from './span-size.ts';

/** A batch is closed at this estimated size, below the 4 MiB that a gRPC receiver accepts by default. */
const BATCH_BYTES = 1024 * 1024;

/** A longer Retry-After is a mistake, or a time-out that no timer can hold. */
const MAX_RETRY_AFTER_MILLIS = 300_000;

export interface BatchProcessor extends SpanProcessor {
  /**
   * Sends everything that has ended. Resolves when it is acknowledged or dropped, at the latest after
   * `timeoutMillis`; what is left then stays queued. `giveUpUnreachable`: stop as soon as nobody listens there.
   *
   * @returns false where something that had ended before the call is left.
   */
  flush(timeoutMillis: number, options?: { giveUpUnreachable: boolean }): Promise<boolean>;
  /** For a process whose event loop is gone: delivers synchronously what is left. */
  flushAtExit(timeoutMillis: number): void;
  /** Counts what is left as dropped, and everything that still comes. */
  close(): Promise<void>;
  /** Whether anything that ended is neither acknowledged nor dropped. */
  readonly idle: boolean;
  stats(): TracingStats;
}

export interface BatchProcessorParts {
  readonly sink: BatchSink;
  /** The span itself, or a masked view of it. */
  readonly redactSpan: (span: ReadableSpan) => ReadableSpan;
  readonly log: DeliveryLog;
  readonly options: Required<BatchOptions>;
}

interface Batch {
  readonly payload: unknown;
  readonly bytes: number;
  readonly spans: number;
}

/**
 * Gathers ended spans into batches, encodes a batch as soon as it is full, and keeps several exports in flight.
 *
 * - Bounded: `maxQueueSize` spans and `maxQueueBytes` encoded bytes, counting what waits and what is under way. What
 *   comes on top is dropped, newest first, and counted by reason.
 * - While the backend fails, one export at a time probes it, with back-off; the rest waits.
 * - Timers and sockets do not keep the process alive.
 */
export function createBatchProcessor(parts: BatchProcessorParts): BatchProcessor {
  return new Batcher(parts);
}

class Batcher implements BatchProcessor {
  readonly #sink: BatchSink;
  readonly #redactSpan: (span: ReadableSpan) => ReadableSpan;
  readonly #log: DeliveryLog;
  readonly #options: Required<BatchOptions>;

  /** Ended and not encoded yet: at most two batches. */
  #pending: ReadableSpan[] = [];
  #pendingBytes = 0;
  #encodeScheduled = false;
  #delayTimer: NodeJS.Timeout | undefined;

  readonly #waiting: Batch[] = [];
  readonly #inFlight = new Set<Batch>();
  /** Spans and encoded bytes waiting or in flight. */
  #batchedSpans = 0;
  #batchedBytes = 0;

  #failures = 0;
  /** What the backend asked for by Retry-After, on the clock of performance.now(). */
  #notBefore = 0;
  #retryTimer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Woken when a batch is settled or an attempt has failed. */
  #watchers: (() => void)[] = [];
  #lastOutcome: SendOutcome | undefined;

  #spansEnded = 0;
  #spansExported = 0;
  #exportAttemptsFailed = 0;
  #lastError: string | undefined;
  readonly #dropped: Record<DropReason, number> = {
    queue_full: 0,
    rejected: 0,
    unencodable: 0,
    exit_timeout: 0,
    after_shutdown: 0,
  };

  constructor(parts: BatchProcessorParts) {
    this.#sink = parts.sink;
    this.#redactSpan = parts.redactSpan;
    this.#log = parts.log;
    this.#options = parts.options;
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & TraceFlags.SAMPLED) === 0) return;
    this.#spansEnded++;
    if (this.#closed) {
      this.#drop('after_shutdown', 1);
      return;
    }
    if (
      this.#batchedSpans + this.#pending.length >= this.#options.maxQueueSize ||
      this.#batchedBytes + this.#pendingBytes >= this.#options.maxQueueBytes
    ) {
      this.#drop('queue_full', 1);
      return;
    }
    this.#pending.push(span);
    this.#pendingBytes += estimateSpanBytes(span);
    const { maxExportBatchSize } = this.#options;
    if (this.#pending.length >= maxExportBatchSize || this.#pendingBytes >= BATCH_BYTES) {
      // Encoding takes about a millisecond: after the response that is being finished, unless spans come without end.
      if (this.#pending.length >= 2 * maxExportBatchSize || this.#pendingBytes >= 2 * BATCH_BYTES) {
        this.#sendFullBatches();
      } else if (!this.#encodeScheduled) {
        this.#encodeScheduled = true;
        setImmediate(this.#sendFullBatches);
      }
    } else {
      this.#startDelay();
    }
  }

  async flush(timeoutMillis: number, options = { giveUpUnreachable: false }): Promise<boolean> {
    this.#encodePending();
    const awaited = new Set([...this.#inFlight, ...this.#waiting]);
    const deadline = performance.now() + timeoutMillis;
    this.#failures = 0;
    this.#lastOutcome = undefined;
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    // A process that is ending has no later.
    if (options.giveUpUnreachable) this.#notBefore = 0;
    this.#pump();
    for (;;) {
      for (const batch of awaited) {
        if (!this.#inFlight.has(batch) && !this.#waiting.includes(batch)) awaited.delete(batch);
      }
      if (awaited.size === 0) return true;
      const last = this.#lastOutcome as SendOutcome | undefined;
      if (options.giveUpUnreachable && last?.kind === 'retry' && last.unreachable) return false;
      const remaining = deadline - performance.now();
      if (remaining <= 0) return false;
      await this.#nextChange(remaining);
    }
  }

  async forceFlush(): Promise<void> {
    await this.flush(this.#options.exportTimeoutMillis);
  }

  flushAtExit(timeoutMillis: number): void {
    this.#encodePending();
    // In flight as well: whether they arrived will never be known. A span sent twice has the same ids.
    const batches = [...this.#inFlight, ...this.#waiting];
    if (batches.length === 0) return;
    this.#inFlight.clear();
    this.#waiting.length = 0;
    const { delivered, reason }: ExitDelivery =
      timeoutMillis > 0 && this.#sink.sendAtExit !== undefined
        ? this.#sink.sendAtExit(
            batches.map((batch) => batch.payload),
            timeoutMillis,
          )
        : { delivered: [] };
    let lost = 0;
    batches.forEach((batch, index) => {
      this.#release(batch);
      if (delivered[index]) this.#spansExported += batch.spans;
      else lost += batch.spans;
    });
    if (lost > 0) {
      this.#drop('exit_timeout', lost);
      this.#log.lostAtExit(lost, reason ?? this.#lastError);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#delayTimer);
    clearTimeout(this.#retryTimer);
    const lost = this.#batchedSpans + this.#pending.length;
    this.#pending = [];
    this.#pendingBytes = 0;
    for (const batch of [...this.#waiting, ...this.#inFlight]) this.#release(batch);
    this.#waiting.length = 0;
    this.#inFlight.clear();
    if (lost > 0) {
      this.#drop('exit_timeout', lost);
      this.#log.lostAtExit(lost, this.#lastError);
    }
    this.#log.stop();
    this.#wake();
    await this.#sink.shutdown();
  }

  async shutdown(): Promise<void> {
    await this.flush(this.#options.exportTimeoutMillis);
    await this.close();
  }

  get idle(): boolean {
    return this.#pending.length === 0 && this.#batchedSpans === 0;
  }

  stats(): TracingStats {
    return {
      spansEnded: this.#spansEnded,
      spansExported: this.#spansExported,
      spansDropped: { ...this.#dropped },
      spansQueued: this.#batchedSpans + this.#pending.length,
      bytesQueued: this.#batchedBytes + this.#pendingBytes,
      exportsInFlight: this.#inFlight.size,
      exportAttemptsFailed: this.#exportAttemptsFailed,
      lastError: this.#lastError,
    };
  }

  readonly #sendFullBatches = (): void => {
    this.#encodeScheduled = false;
    const full = this.#pending;
    const { maxExportBatchSize } = this.#options;
    // By size, the batch ends where it stands; by count, what is over waits for company: small batches take as many
    // exports as large ones.
    const rest =
      this.#pendingBytes >= BATCH_BYTES ? [] : full.splice(full.length - (full.length % maxExportBatchSize));
    this.#encodePending();
    this.#pending = rest;
    this.#pendingBytes = 0;
    for (const span of rest) this.#pendingBytes += estimateSpanBytes(span);
    if (rest.length > 0) this.#startDelay();
    this.#pump();
  };

  readonly #sendAll = (): void => {
    this.#encodePending();
    this.#pump();
  };

  #startDelay(): void {
    if (this.#delayTimer !== undefined) return;
    this.#delayTimer = setTimeout(this.#sendAll, this.#options.scheduledDelayMillis);
    this.#delayTimer.unref();
  }

  /** Everything that has ended becomes batches. */
  #encodePending(): void {
    clearTimeout(this.#delayTimer);
    this.#delayTimer = undefined;
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    this.#pendingBytes = 0;
    const { maxExportBatchSize } = this.#options;
    for (let start = 0; start < pending.length; start += maxExportBatchSize) {
      this.#encode(
        pending.length <= maxExportBatchSize ? pending : pending.slice(start, start + maxExportBatchSize),
      );
    }
  }

  #encode(spans: ReadableSpan[]): void {
    let encoded: { payload: unknown; bytes: number };
    try {
      for (let i = 0; i < spans.length; i++) spans[i] = this.#redactSpan(spans[i] as ReadableSpan);
      encoded = this.#sink.encode(spans);
    } catch (error) {
      // One bad span must not take its batch along.
      if (spans.length > 1) {
        for (const span of spans) this.#encode([span]);
        return;
      }
      this.#drop('unencodable', 1);
      this.#log.failed(`a span could not be encoded: ${messageOf(error)}`, true);
      return;
    }
    const room = this.#options.maxQueueBytes - this.#batchedBytes;
    if (encoded.bytes > room) {
      this.#drop(encoded.bytes > this.#options.maxQueueBytes ? 'unencodable' : 'queue_full', spans.length);
      return;
    }
    this.#waiting.push({ payload: encoded.payload, bytes: encoded.bytes, spans: spans.length });
    this.#batchedSpans += spans.length;
    this.#batchedBytes += encoded.bytes;
  }

  #pump(): void {
    if (this.#closed) return;
    const wait = this.#notBefore - performance.now();
    if (wait > 0) {
      this.#scheduleRetry(wait);
      return;
    }
    const allowed = this.#failures > 0 ? 1 : this.#options.maxConcurrentExports;
    while (this.#waiting.length > 0 && this.#inFlight.size < allowed && this.#retryTimer === undefined) {
      const batch = this.#waiting.shift() as Batch;
      this.#inFlight.add(batch);
      this.#sink.send(batch.payload).then(
        (outcome) => this.#settle(batch, outcome),
        (error) => this.#settle(batch, { kind: 'retry', reason: messageOf(error) }),
      );
    }
  }

  #settle(batch: Batch, outcome: SendOutcome): void {
    // Taken away by close() or at exit.
    if (!this.#inFlight.delete(batch)) return;
    this.#lastOutcome = outcome;
    if (outcome.kind === 'retry') {
      this.#exportAttemptsFailed++;
      // Several exports that fail together are one failure of the backend.
      if (this.#retryTimer === undefined) this.#failures++;
      this.#lastError = outcome.reason;
      this.#waiting.unshift(batch);
      this.#log.failed(outcome.reason, false);
      if (outcome.retryAfterMillis !== undefined) {
        const asked = performance.now() + Math.min(outcome.retryAfterMillis, MAX_RETRY_AFTER_MILLIS);
        this.#notBefore = Math.max(this.#notBefore, asked);
      }
      this.#scheduleRetry(retryDelay(this.#failures, undefined));
    } else {
      this.#failures = 0;
      clearTimeout(this.#retryTimer);
      this.#retryTimer = undefined;
      this.#release(batch);
      if (outcome.kind === 'refused') {
        this.#exportAttemptsFailed++;
        this.#lastError = outcome.reason;
        this.#drop('rejected', batch.spans);
        this.#log.failed(outcome.reason, true);
      } else {
        const rejected = Math.min(batch.spans, outcome.rejected);
        this.#spansExported += batch.spans - rejected;
        if (rejected > 0) {
          this.#drop('rejected', rejected);
          this.#lastError = outcome.message ?? 'the backend rejected some spans without saying why';
          this.#log.failed(`the backend rejected ${rejected} spans: ${this.#lastError}`, true);
        } else {
          this.#lastError = undefined;
          this.#log.delivered();
        }
      }
    }
    this.#wake();
    this.#pump();
  }

  #scheduleRetry(delayMillis: number): void {
    if (this.#retryTimer !== undefined || this.#closed) return;
    this.#retryTimer = setTimeout(() => {
      this.#retryTimer = undefined;
      this.#pump();
    }, delayMillis);
    this.#retryTimer.unref();
  }

  #release(batch: Batch): void {
    this.#batchedSpans -= batch.spans;
    this.#batchedBytes -= batch.bytes;
  }

  #drop(reason: DropReason, spans: number): void {
    this.#dropped[reason] += spans;
    if (reason !== 'exit_timeout') this.#log.dropped(reason, spans);
  }

  /** Resolves at the next settled or failed attempt, or after `timeoutMillis`. The timer keeps the process alive. */
  #nextChange(timeoutMillis: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMillis);
      this.#watchers.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
