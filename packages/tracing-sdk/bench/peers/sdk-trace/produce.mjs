import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { produceSpans } from '../../apps/produce-workload.mjs';
import { startStock } from './tracing.mjs';

const provider = startStock({ exporter: new OTLPTraceExporter() });
await produceSpans({ tracer: provider.getTracer('bench'), flush: () => provider.forceFlush() });
