import { trace } from '@opentelemetry/api';
import { leave } from '../../apps/exit-scenario.cjs';

if (process.env.BENCH_TRACING !== 'off') await import('./init.mjs');
leave(trace.getTracer('exit'));
