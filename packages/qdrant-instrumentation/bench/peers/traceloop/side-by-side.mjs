/**
 * One method, every variant in one process: short blocks of calls take turns, so that a machine that is slow for a while
 * is slow for all. Each variant has a copy of the client's package of its own. Prints one line of JSON: microseconds a
 * call, per variant and round.
 */
import { cpSync, rmSync } from 'node:fs';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { QdrantInstrumentation as Traceloop } from '@traceloop/instrumentation-qdrant';
import { instrumentQdrant } from '@uat/qdrant-instrumentation';

const { VARIANTS, METHOD, ROUNDS, METRICS, SERVER_URL } = process.env;
const variants = VARIANTS.split(',');
const CALLS_A_BLOCK = 50;
const WARM_UP_ROUNDS = 60;

let spans = 0;
trace.setGlobalTracerProvider(
  new TracerProvider({
    spanProcessors: [
      {
        onStart() {},
        onEnd() {
          spans++;
        },
        async forceFlush() {},
        async shutdown() {},
      },
    ],
  }),
);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());
if (METRICS === '1') {
  const exporter = {
    export: (_, done) => done({ code: 0 }),
    forceFlush: async () => {},
    shutdown: async () => {},
  };
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
}

const instrument = {
  bare() {},
  ours: ({ QdrantClient }) => instrumentQdrant(QdrantClient),
  // It wraps `search` unasked whether there is one, and the base class prints that there is none.
  traceloop: (module) => new Traceloop({ traceContent: false }).manuallyInstrument(module),
  'traceloop with traceContent': (module) => new Traceloop({ traceContent: true }).manuallyInstrument(module),
};

const body = JSON.stringify(
  METHOD === 'retrieve' || METHOD === 'query'
    ? { result: METHOD === 'query' ? { points: points() } : points(), status: 'ok', time: 0.001 }
    : { result: { operation_id: 1, status: 'completed' }, status: 'ok', time: 0.001 },
);
const headers = { 'content-type': 'application/json' };
let fetchInstrumentation;
if (SERVER_URL === undefined) {
  // Without a network: what is left is the client, and what is around it.
  globalThis.fetch = async () => new Response(body, { headers });
} else {
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  fetchInstrumentation = new UndiciInstrumentation();
}

function points() {
  return Array.from({ length: 10 }, (_, id) => ({
    id,
    score: 1 / (id + 1),
    vector: [0.1, 0.2, 0.3, 0.4],
    payload: { n: id },
  }));
}

const written = points().map(({ score, ...point }) => point);
const call = {
  upsert: (client) => client.upsert('docs', { points: written }),
  retrieve: (client) => client.retrieve('docs', { ids: [1, 2, 3, 4, 5] }),
  delete: (client) => client.delete('docs', { points: [1, 2, 3, 4, 5] }),
  query: (client) => client.query('docs', { query: [0.1, 0.2, 0.3, 0.4], limit: 10 }),
}[METHOD];

const clients = {};
for (const variant of variants) {
  const copy = new URL(`./node_modules/.side-by-side/${encodeURIComponent(variant)}/`, import.meta.url);
  rmSync(copy, { recursive: true, force: true });
  cpSync(new URL('./node_modules/@qdrant/js-client-rest/', import.meta.url), copy, { recursive: true });
  const module = await import(new URL('dist/esm/index.js', copy).href);
  instrument[variant](module);
  clients[variant] = new module.QdrantClient({
    url: SERVER_URL ?? 'http://127.0.0.1:6333',
    checkCompatibility: false,
  });
}

async function block(variant) {
  const client = clients[variant];
  if (variant === 'bare') fetchInstrumentation?.disable();
  else fetchInstrumentation?.enable();
  spans = 0;
  const start = performance.now();
  for (let at = 0; at < CALLS_A_BLOCK; at++) await call(client);
  return ((performance.now() - start) * 1000) / CALLS_A_BLOCK;
}

const micros = Object.fromEntries(variants.map((variant) => [variant, []]));
const traced = {};
/** As in a service: below the span of the request that it serves. */
await context.with(
  trace.setSpan(context.active(), trace.getTracer('bench').startSpan('request')),
  async () => {
    for (let round = -WARM_UP_ROUNDS; round < Number(ROUNDS); round++) {
      for (let at = 0; at < variants.length; at++) {
        const variant = variants[(at + Math.abs(round)) % variants.length];
        const taken = await block(variant);
        traced[variant] = spans / CALLS_A_BLOCK;
        if (round >= 0) micros[variant].push(taken);
      }
    }
  },
);
process.stdout.write(`${JSON.stringify({ micros, spans: traced })}\n`);
process.exit(0);
