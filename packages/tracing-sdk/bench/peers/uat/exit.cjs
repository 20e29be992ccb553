const { trace } = require('@opentelemetry/api');
const { initTracing } = require('@uat/tracing-sdk');
const { leave } = require('../../apps/exit-scenario.cjs');

// Everything is kept, and the batch delay is the longest of the presets (1,000 ms; `development` waits 200).
if (process.env.BENCH_TRACING !== 'off') initTracing('bench', { preset: 'collector' });
leave(trace.getTracer('exit'));
