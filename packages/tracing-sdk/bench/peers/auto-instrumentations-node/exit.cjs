const { trace } = require('@opentelemetry/api');
const { leave } = require('../../apps/exit-scenario.cjs');

if (process.env.BENCH_TRACING !== 'off') require('@opentelemetry/auto-instrumentations-node/register');
leave(trace.getTracer('exit'));
