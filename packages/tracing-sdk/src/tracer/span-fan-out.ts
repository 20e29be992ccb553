import type { Context } from '@opentelemetry/api';
import { diag } from '@opentelemetry/api';
import type { SpanProcessor } from '../otel-contract.ts';

/**
 * One processor for the tracer out of ours and the app's. A processor of the app's that throws is reported and
 * passed over: it neither breaks the app's call nor keeps the span from the others.
 *
 * @returns `own` itself when there is no other, so that the common case costs no extra call.
 */
export function createSpanFanOut(own: SpanProcessor, others: readonly SpanProcessor[]): SpanProcessor {
  if (others.length === 0) return own;
  const guarded = (step: string, run: () => void): void => {
    try {
      run();
    } catch (error) {
      diag.error(`A span processor failed in ${step}; the other processors go on.`, error);
    }
  };
  const all = [...others, own];
  return {
    onStart(span: unknown, parentContext: Context) {
      for (const processor of all) guarded('onStart', () => processor.onStart(span, parentContext));
    },
    onEnding(span: unknown) {
      for (const processor of all)
        if (processor.onEnding) guarded('onEnding', () => processor.onEnding?.(span));
    },
    onEnd(span: unknown) {
      for (const processor of all) guarded('onEnd', () => processor.onEnd(span));
    },
    async forceFlush() {
      await settle(all.map((processor) => processor.forceFlush()));
    },
    async shutdown() {
      await settle(all.map((processor) => processor.shutdown()));
    },
  };
}

async function settle(work: readonly Promise<void>[]): Promise<void> {
  for (const result of await Promise.allSettled(work)) {
    if (result.status === 'rejected') diag.error('A span processor failed while flushing.', result.reason);
  }
}
