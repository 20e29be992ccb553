const { trace } = require('@opentelemetry/api');
const { leave } = require('../../apps/exit-scenario.cjs');

if (process.env.BENCH_TRACING !== 'off') require('./init.cjs');
leave(trace.getTracer('exit'));
