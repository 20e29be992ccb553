// BENCH_CASE: noop | otlp. BENCH_RATIO: share of roots to keep; 1 is preset development, less is production.
import { initTracing } from '@uat/tracing-sdk';
import { measureSpans } from '../../apps/span-workload.mjs';

const ratio = Number(process.env.BENCH_RATIO);
const toSink = process.env.BENCH_CASE === 'otlp';
let exported = 0;
const throwAway = {
  export(spans, done) {
    exported += spans.length;
    done({ code: 0 });
  },
  shutdown: async () => {},
};
const tracing = initTracing('bench', {
  preset: ratio === 1 ? 'development' : 'production',
  ...(ratio === 1 || ratio === 0.1 ? {} : { sampleRatio: ratio }),
  exporter: toSink ? 'otlp' : throwAway,
  ...(process.env.BENCH_REDACTION === 'off' ? { redaction: false } : {}),
});
await measureSpans({
  tracer: tracing.tracer,
  flush: () => tracing.flush(),
  exported: toSink ? () => tracing.stats().spansExported : () => exported,
  flushEachChunk: toSink,
});
