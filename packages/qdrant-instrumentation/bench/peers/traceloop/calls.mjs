/** One variant, one method: what a call costs. Prints one line of JSON. */
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import * as rest from '@qdrant/js-client-rest';

const { VARIANT, METHOD, URL: url, CALLS, TRACE_FETCH } = process.env;
const calls = Number(CALLS);

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

if (TRACE_FETCH === '1') {
  const { UndiciInstrumentation } = await import('@opentelemetry/instrumentation-undici');
  new UndiciInstrumentation();
}
if (VARIANT.startsWith('ours')) {
  if (VARIANT === 'ours with metrics') {
    const exporter = {
      export: (_, done) => done({ code: 0 }),
      forceFlush: async () => {},
      shutdown: async () => {},
    };
    const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 });
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
  }
  const { QdrantInstrumentation } = await import('@uat/qdrant-instrumentation');
  new QdrantInstrumentation();
} else if (VARIANT.startsWith('traceloop')) {
  const { QdrantInstrumentation } = await import('@traceloop/instrumentation-qdrant');
  // It wraps `search` unasked whether there is one, and the base class prints that there is none.
  new QdrantInstrumentation({ traceContent: VARIANT === 'traceloop with traceContent' }).manuallyInstrument(
    rest,
  );
}

if (url === undefined) {
  // Without a network: what is left is the client, and what is around it.
  const body = JSON.stringify(
    METHOD === 'retrieve' || METHOD === 'query'
      ? { result: METHOD === 'query' ? { points: points() } : points(), status: 'ok', time: 0.001 }
      : { result: { operation_id: 1, status: 'completed' }, status: 'ok', time: 0.001 },
  );
  const headers = { 'content-type': 'application/json' };
  globalThis.fetch = async () => new Response(body, { headers });
}

const client = new rest.QdrantClient({ url: url ?? 'http://127.0.0.1:6333', checkCompatibility: false });

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
  upsert: () => client.upsert('docs', { points: written }),
  retrieve: () => client.retrieve('docs', { ids: [1, 2, 3, 4, 5] }),
  delete: () => client.delete('docs', { points: [1, 2, 3, 4, 5] }),
  query: () => client.query('docs', { query: [0.1, 0.2, 0.3, 0.4], limit: 10 }),
}[METHOD];

/** As in a service: below the span of the request that it serves. */
await context.with(
  trace.setSpan(context.active(), trace.getTracer('bench').startSpan('request')),
  async () => {
    for (let at = 0; at < calls / 3; at++) await call();
    spans = 0;
    const cpu = process.cpuUsage();
    const start = performance.now();
    for (let at = 0; at < calls; at++) await call();
    const wallMicros = ((performance.now() - start) * 1000) / calls;
    const { user, system } = process.cpuUsage(cpu);
    process.stdout.write(
      `${JSON.stringify({ wallMicros, cpuMicros: (user + system) / calls, spans: spans / calls })}\n`,
    );
  },
);
process.exit(0);
