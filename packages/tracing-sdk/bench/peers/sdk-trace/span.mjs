// BENCH_CASE: noop | otlp. BENCH_RATIO: share of roots to keep; 1 is the default sampler, less a ratio sampler.
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ParentBasedSampler, TraceIdRatioBasedSampler } from '@opentelemetry/sdk-trace';
import { measureSpans } from '../../apps/span-workload.mjs';
import { startStock } from './tracing.mjs';

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
const provider = startStock({
  exporter: toSink ? new OTLPTraceExporter() : throwAway,
  sampler: ratio === 1 ? undefined : new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
});
await measureSpans({
  tracer: provider.getTracer('bench'),
  flush: () => provider.forceFlush(),
  exported: toSink ? undefined : () => exported,
  flushEachChunk: toSink,
});
