/**
 * Starts and ends spans and reports what one costs, in three figures: `loopNanos` is start + end alone,
 * `wallNanos` includes the turns of the event loop in which the processor hands its batches on, `cpuNanos` is the
 * CPU time of the whole process, garbage collection and compression in other threads included.
 *
 * @param {object} subject
 * @param {import('@opentelemetry/api').Tracer} subject.tracer
 * @param {() => Promise<void>} subject.flush
 * @param {() => number} [subject.exported] spans that reached the exporter
 * @param {boolean} [subject.flushEachChunk] for exporters that need time: the queue never holds more than a chunk
 */
import { writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { HTTP_SERVER_SPANS } from './span-attributes.mjs';

export async function measureSpans({ tracer, flush, exported, flushEachChunk = false }) {
  const count = Number(process.env.BENCH_SPANS);
  // Well under the smallest queue (2,048) and, when each chunk is flushed, two full batches.
  const chunk = flushEachChunk ? 1024 : 256;
  await produce(tracer, Math.ceil(count / 4), chunk, flush, flushEachChunk);
  await flush();

  const before = exported?.() ?? 0;
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const { made, recording, loopNanos } = await produce(tracer, count, chunk, flush, flushEachChunk);
  await flush();
  const wallNanos = Number(process.hrtime.bigint() - start);
  const { user, system } = process.cpuUsage(cpu);

  const report = {
    bench: 'spans',
    made,
    recording,
    exported: exported ? exported() - before : undefined,
    loopNanos: loopNanos / made,
    wallNanos: wallNanos / made,
    cpuNanos: ((user + system) * 1000) / made,
  };
  writeSync(1, `${JSON.stringify(report)}\n`);
  process.exit(0);
}

async function produce(tracer, count, chunk, flush, flushEachChunk) {
  let recording = 0;
  let made = 0;
  let loopNanos = 0;
  while (made < count) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < chunk; i++) {
      const span = tracer.startSpan('GET /api/orders/:id', HTTP_SERVER_SPANS[(made + i) & 4095]);
      if (span.isRecording()) recording++;
      span.end();
    }
    loopNanos += Number(process.hrtime.bigint() - start);
    made += chunk;
    if (flushEachChunk) await flush();
    else await nextTurn();
  }
  return { made, recording, loopNanos };
}
