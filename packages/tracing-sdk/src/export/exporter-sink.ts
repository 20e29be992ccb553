import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { suppressTracing } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '../otel-contract.ts';
import type { BatchSink, SendOutcome } from './batch-sink.ts';
import { estimateSpanBytes } from './span-size.ts';

/** Export result codes of OpenTelemetry's core. */
const SUCCESS = 0;

/**
 * Hands batches to a span exporter: the user's own, or the console's. What the exporter reports as failed is final,
 * because exporters retry by themselves.
 *
 * @param timeoutMillis how long one `export()` may take.
 */
export function createExporterSink(
  exporter: SpanExporter,
  name: string,
  timeoutMillis: number,
): BatchSink<ReadableSpan[]> {
  const untraced = suppressTracing(ROOT_CONTEXT);
  return {
    description: name,
    encode(spans) {
      let bytes = 0;
      for (const span of spans) bytes += estimateSpanBytes(span);
      return { payload: spans as ReadableSpan[], bytes };
    },
    send(spans) {
      return new Promise<SendOutcome>((resolve) => {
        const timer = setTimeout(
          () => resolve({ kind: 'refused', reason: `${name} did not call back within ${timeoutMillis} ms` }),
          timeoutMillis,
        );
        timer.unref();
        const fail = (error: unknown): void =>
          resolve({ kind: 'refused', reason: error instanceof Error ? error.message : String(error) });
        try {
          context.with(untraced, () =>
            exporter.export(spans, (result) => {
              clearTimeout(timer);
              if (result.code === SUCCESS) resolve({ kind: 'delivered', rejected: 0 });
              else fail(result.error ?? new Error(`${name} reported a failure without an error`));
            }),
          );
        } catch (error) {
          clearTimeout(timer);
          fail(error);
        }
      });
    },
    // An exporter that works synchronously (console, in memory) delivers without an event loop.
    sendAtExit(batches) {
      let reason: string | undefined;
      const delivered = batches.map((spans) => {
        let success = false;
        try {
          context.with(untraced, () =>
            exporter.export(spans, (result) => {
              success = result.code === SUCCESS;
              reason ??= result.error?.message;
            }),
          );
        } catch (error) {
          reason ??= error instanceof Error ? error.message : String(error);
        }
        return success;
      });
      return { delivered, reason: reason ?? `${name} does not work without an event loop` };
    },
    async shutdown() {
      await exporter.shutdown();
    },
  };
}
