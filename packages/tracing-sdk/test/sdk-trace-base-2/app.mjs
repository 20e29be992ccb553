// Run by sdk-trace-base-2.test.ts with the packed package installed beside sdk-trace-base 2.x and api 1.9.
import { trace } from '@opentelemetry/api';
import { BasicTracerProvider } from '@opentelemetry/sdk-trace-base';
import { createTraceProcessor, createTraceSampler } from '@uat/tracing-sdk';

const provider = new BasicTracerProvider({
  sampler: createTraceSampler({ sampleRatio: 0.25 }),
  spanProcessors: [createTraceProcessor()],
});
trace.setGlobalTracerProvider(provider);

const tracer = trace.getTracer('app');
for (let i = 0; i < 4000; i++) {
  tracer.startSpan(`work ${i}`, { attributes: { password: 'hunter2', i } }).end();
}
// Ends without a flush: delivering what is left is the processor's business.
