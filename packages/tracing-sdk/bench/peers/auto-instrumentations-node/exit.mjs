import { trace } from '@opentelemetry/api';
import { leave } from '../../apps/exit-scenario.cjs';

if (process.env.BENCH_TRACING !== 'off') await import('@opentelemetry/auto-instrumentations-node/register');
leave(trace.getTracer('exit'));
