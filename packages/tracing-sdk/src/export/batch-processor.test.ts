import { setImmediate as nextTurn } from 'node:timers/promises';
import { context, type Tracer } from '@opentelemetry/api';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadableSpan } from '../otel-contract.ts';
import { createIdGenerator } from '../tracer/id-generator.ts';
import { createSpansStarted } from '../tracer/spans-started.ts';
import { createTracerProvider } from '../tracer/tracer-provider.ts';
import type { BatchOptions } from '../types.ts';
import { type BatchProcessor, createBatchProcessor } from './batch-processor.ts';
import type { BatchSink, SendOutcome } from './batch-sink.ts';
import type { DeliveryLog } from './delivery-log.ts';

const DELIVERED: SendOutcome = { kind: 'delivered', rejected: 0 };
const UNREACHABLE: SendOutcome = { kind: 'retry', reason: 'connect ECONNREFUSED', unreachable: true };

const LIMITS = {
  attributeCountLimit: 128,
  attributeValueLengthLimit: Number.POSITIVE_INFINITY,
  eventCountLimit: 128,
  linkCountLimit: 128,
  attributePerEventCountLimit: 128,
  attributePerLinkCountLimit: 128,
};

interface Sent {
  readonly names: string[];
  readonly answer: (outcome: SendOutcome) => void;
}

interface Bench {
  readonly processor: BatchProcessor;
  readonly tracer: Tracer;
  /** Sends the sink has been given, answered or not. */
  readonly sent: Sent[];
  readonly said: string[];
  /** Starts and ends `count` spans named n0, n1, …. */
  end(count: number, attributes?: Record<string, string>): void;
  /** The next send that nobody has answered. */
  nextSend(): Promise<Sent>;
}

/** A processor on a sink whose answers the test gives, or that always gives `answer`. */
function bench(options: Partial<BatchOptions> = {}, answer?: SendOutcome, sink?: Partial<BatchSink>): Bench {
  const sent: Sent[] = [];
  const said: string[] = [];
  let taken = 0;
  let announce: (() => void) | undefined;
  const log: DeliveryLog = {
    failed: (reason) => said.push(`failed: ${reason}`),
    delivered: () => {},
    dropped: (reason, spans) => said.push(`dropped: ${reason} ${spans}`),
    lostAtExit: (spans) => said.push(`lost at exit: ${spans}`),
    stop: () => {},
  };
  const processor = createBatchProcessor({
    sink: {
      description: 'a test',
      encode: (spans) => ({
        payload: spans.map((span) => span.name),
        bytes: spans.reduce((sum, span) => sum + JSON.stringify(span.attributes).length, 0),
      }),
      send: (payload) =>
        answer === undefined
          ? new Promise((resolve) => {
              sent.push({ names: payload as string[], answer: resolve });
              announce?.();
            })
          : new Promise((resolve) => {
              sent.push({ names: payload as string[], answer: () => {} });
              resolve(answer);
            }),
      sendAtExit: undefined,
      shutdown: async () => {},
      ...sink,
    },
    redactSpan: (span) => span,
    log,
    options: {
      maxQueueSize: 10_000,
      maxQueueBytes: 1_000_000,
      maxExportBatchSize: 10,
      scheduledDelayMillis: 60_000,
      exportTimeoutMillis: 60_000,
      maxConcurrentExports: 3,
      ...options,
    },
  });
  const tracer = createTracerProvider({
    resource: { attributes: {} },
    sampler: { shouldSample: () => ({ decision: 2 }) },
    idGenerator: createIdGenerator(),
    spanLimits: LIMITS,
    spanProcessor: processor,
    started: createSpansStarted(),
  }).getTracer('test');
  let named = 0;
  return {
    processor,
    tracer,
    sent,
    said,
    end(count, attributes = {}) {
      for (let i = 0; i < count; i++) tracer.startSpan(`n${named++}`, { attributes }, context.active()).end();
    },
    async nextSend() {
      while (sent.length <= taken) await new Promise<void>((resolve) => (announce = resolve));
      return sent[taken++] as Sent;
    },
  };
}

describe('batches', () => {
  test('a full batch is sent without waiting for the delay', async () => {
    const { end, nextSend } = bench();
    end(10);
    expect((await nextSend()).names).toHaveLength(10);
  });

  test('a part of a batch is sent after the delay', async () => {
    const { end, nextSend } = bench({ scheduledDelayMillis: 5 });
    end(3);
    expect((await nextSend()).names).toEqual(['n0', 'n1', 'n2']);
  });

  test('several exports are in flight, up to the limit, and the next one follows an answer', async () => {
    const { end, nextSend, processor, sent } = bench();
    end(50);
    const first = await nextSend();
    await nextTurn();
    expect(sent).toHaveLength(3);
    expect(processor.stats()).toMatchObject({ exportsInFlight: 3, spansQueued: 50 });
    first.answer(DELIVERED);
    await nextSend();
    await nextSend();
    await nextSend();
    expect(processor.stats()).toMatchObject({ exportsInFlight: 3, spansExported: 10, spansQueued: 40 });
  });

  test('large spans close a batch before it holds its number of spans', async () => {
    const { end, nextSend } = bench({ maxExportBatchSize: 1000, maxQueueBytes: 100_000_000 });
    end(8, { text: 'x'.repeat(600_000) });
    expect((await nextSend()).names).toHaveLength(4);
    expect((await nextSend()).names).toHaveLength(4);
  });

  test('unsampled spans are not exported and not counted', async () => {
    const { processor } = bench();
    processor.onEnd({ spanContext: () => ({ traceFlags: 0 }) } as ReadableSpan);
    expect(processor.stats().spansEnded).toBe(0);
    expect(processor.idle).toBe(true);
  });
});

describe('bounds', () => {
  test('spans past maxQueueSize are dropped, newest first, and counted', async () => {
    const { end, processor, nextSend } = bench({ maxQueueSize: 35, maxConcurrentExports: 1 });
    end(100);
    expect((await nextSend()).names[0]).toBe('n0');
    expect(processor.stats()).toMatchObject({
      spansEnded: 100,
      spansQueued: 35,
      spansDropped: { queue_full: 65 },
    });
  });

  test('spans past maxQueueBytes are dropped and counted', async () => {
    const { end, processor, nextSend } = bench({ maxQueueBytes: 5_000 });
    end(200, { text: 'x'.repeat(100) });
    await nextSend();
    const { bytesQueued, spansDropped, spansQueued } = processor.stats();
    expect(bytesQueued).toBeLessThanOrEqual(5_000 + 200);
    expect(spansDropped.queue_full + spansQueued).toBe(200);
    expect(spansDropped.queue_full).toBeGreaterThan(100);
  });

  test('one span larger than the whole queue is dropped as unencodable', async () => {
    const { end, processor } = bench({ maxQueueBytes: 500 }, DELIVERED);
    end(1, { text: 'x'.repeat(1000) });
    await processor.flush(1000);
    expect(processor.stats().spansDropped.unencodable).toBe(1);
  });

  test('a span that cannot be encoded does not take its batch along', async () => {
    const { end, processor } = bench({}, DELIVERED, {
      encode: (spans) => {
        if (spans.some((span) => span.name === 'n4')) throw new Error('no such shape');
        return { payload: spans, bytes: 1 };
      },
    });
    end(10);
    await processor.flush(1000);
    expect(processor.stats()).toMatchObject({ spansExported: 9, spansDropped: { unencodable: 1 } });
  });

  test('every span that ended is exported, dropped or queued, whatever the backend answers', async () => {
    const outcome = fc.constantFrom<SendOutcome>(
      DELIVERED,
      UNREACHABLE,
      { kind: 'delivered', rejected: 2, message: 'too old' },
      { kind: 'refused', reason: 'HTTP 400' },
      { kind: 'retry', reason: 'HTTP 429', retryAfterMillis: 5 },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 12 }),
        fc.integer({ min: 1, max: 90 }),
        async (answers, spans) => {
          let next = 0;
          const { end, processor } = bench({ maxQueueSize: 60 }, undefined, {
            send: async () => answers[next++] ?? DELIVERED,
          });
          end(spans);
          await processor.flush(20);
          const { spansEnded, spansExported, spansQueued, spansDropped } = processor.stats();
          const dropped = Object.values(spansDropped).reduce((sum, count) => sum + count, 0);
          expect(spansEnded).toBe(spans);
          expect(spansExported + spansQueued + dropped).toBe(spans);
          await processor.close();
          expect(processor.stats().spansQueued).toBe(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('failures', () => {
  test('a failed batch is sent again, and one export at a time probes the backend', async () => {
    const { end, processor, nextSend, sent } = bench();
    end(40);
    const first = [await nextSend(), await nextSend(), await nextSend()];
    for (const send of first) send.answer(UNREACHABLE);
    await nextTurn();
    expect(processor.stats()).toMatchObject({
      exportsInFlight: 0,
      spansQueued: 40,
      lastError: 'connect ECONNREFUSED',
    });
    const flushed = processor.flush(60_000);
    (await nextSend()).answer(DELIVERED);
    for (let i = 0; i < 3; i++) (await nextSend()).answer(DELIVERED);
    await flushed;
    expect(processor.stats()).toMatchObject({ spansExported: 40, spansQueued: 0, lastError: undefined });
    expect(new Set(sent.flatMap((send) => send.names)).size).toBe(40);
  });

  test('Retry-After holds for every export, whatever the others under way are answered', async () => {
    const { end, nextSend, sent } = bench();
    end(60);
    const [first, second, third] = [await nextSend(), await nextSend(), await nextSend()];
    first.answer({ kind: 'retry', reason: 'HTTP 429', retryAfterMillis: 1e15 });
    second.answer({ kind: 'retry', reason: 'HTTP 503' });
    third.answer(DELIVERED);
    // Longer than the back-off of a failure without Retry-After.
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(sent).toHaveLength(3);
  });

  test('a refused batch is dropped as rejected and not sent again', async () => {
    const { end, processor, sent } = bench({}, { kind: 'refused', reason: 'HTTP 400' });
    end(10);
    await processor.flush(1000);
    expect(sent).toHaveLength(1);
    expect(processor.stats()).toMatchObject({
      spansDropped: { rejected: 10 },
      spansQueued: 0,
      lastError: 'HTTP 400',
    });
  });

  test('a partial success counts what was rejected', async () => {
    const { end, processor } = bench({}, { kind: 'delivered', rejected: 4, message: 'span too old' });
    end(10);
    await processor.flush(1000);
    expect(processor.stats()).toMatchObject({ spansExported: 6, spansDropped: { rejected: 4 } });
  });

  test('flush gives up an unreachable backend at once when asked to', async () => {
    const { end, processor } = bench({}, UNREACHABLE);
    end(10);
    await processor.flush(600_000, { giveUpUnreachable: true });
    expect(processor.stats().spansQueued).toBe(10);
  });

  test('flush resolves at its deadline and keeps what is left', async () => {
    const { end, processor } = bench();
    end(10);
    await processor.flush(5);
    expect(processor.stats().spansQueued).toBe(10);
  });

  test('a sink whose send rejects is treated as a failed attempt', async () => {
    let calls = 0;
    const { end, processor } = bench({}, undefined, {
      send: async () => {
        if (calls++ === 0) throw new Error('unforeseen');
        return DELIVERED;
      },
    });
    end(10);
    await processor.flush(30_000);
    expect(processor.stats()).toMatchObject({ spansExported: 10, exportAttemptsFailed: 1 });
  });
});

describe('the end', () => {
  test('at exit, waiting and in-flight batches are handed over synchronously', async () => {
    let handed: unknown[] = [];
    const { end, processor, nextSend } = bench({ maxConcurrentExports: 1 }, undefined, {
      sendAtExit: (payloads) => {
        handed = payloads.flat();
        return { delivered: payloads.map((_, index) => index !== 1), reason: 'HTTP 500' };
      },
    });
    end(25);
    await nextSend();
    processor.flushAtExit(2000);
    expect(handed).toHaveLength(25);
    expect(processor.stats()).toMatchObject({
      spansExported: 15,
      spansQueued: 0,
      spansDropped: { exit_timeout: 10 },
    });
    expect(processor.idle).toBe(true);
  });

  test('after close, what is left and what still comes is counted as dropped', async () => {
    const { end, processor, said } = bench();
    end(5);
    await processor.close();
    end(2);
    expect(processor.stats().spansDropped).toMatchObject({ exit_timeout: 5, after_shutdown: 2 });
    expect(said).toContain('lost at exit: 5');
  });
});
