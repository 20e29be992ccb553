import { initTracing } from '@uat/tracing-sdk';
import { produceSpans } from '../../apps/produce-workload.mjs';

const tracing = initTracing('bench', { preset: 'development' });
await produceSpans({
  tracer: tracing.tracer,
  flush: () => tracing.flush(),
  stats: () => tracing.stats(),
});
