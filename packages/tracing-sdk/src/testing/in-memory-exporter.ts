import type { ReadableSpan, SpanExporter } from '../otel-contract.ts';

export interface InMemoryExporter extends SpanExporter {
  /** Finished spans in the order they were exported; a live array. */
  readonly spans: readonly ReadableSpan[];
  /** Forgets them. */
  clear(): void;
}

/**
 * A span exporter that keeps what it gets.
 *
 * Unlike OpenTelemetry's `InMemorySpanExporter`, it still has its spans after `shutdown()`: a test looks at them then.
 * Spans that come after are refused.
 *
 * @example
 * const exporter = createInMemoryExporter();
 * const tracing = initTracing('checkout', { exporter });
 * await placeOrder();
 * await tracing.flush();
 * expect(exporter.spans.map((span) => span.name)).toContain('place order');
 */
export function createInMemoryExporter(): InMemoryExporter {
  const spans: ReadableSpan[] = [];
  let stopped = false;
  return {
    spans,
    clear() {
      spans.length = 0;
    },
    export(batch: ReadableSpan[], resultCallback) {
      if (stopped) {
        resultCallback({ code: 1, error: new Error('the in-memory exporter has been shut down') });
        return;
      }
      for (const span of batch) spans.push(span);
      resultCallback({ code: 0 });
    },
    async forceFlush() {},
    async shutdown() {
      stopped = true;
    },
  };
}
