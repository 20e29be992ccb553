import { trace } from '@opentelemetry/api';
import { initTracing } from '@uat/tracing-sdk';
import { leave } from '../../apps/exit-scenario.cjs';

// Everything is kept, and the batch delay is the longest of the presets (1,000 ms; `development` waits 200).
if (process.env.BENCH_TRACING !== 'off') initTracing('bench', { preset: 'collector' });
leave(trace.getTracer('exit'));
