/**
 * Ends spans at a steady rate. Environment: BENCH_RATE (spans a second), BENCH_SECONDS,
 * BENCH_SAMPLE_MILLIS (memory samples, 0 for none).
 */
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HTTP_SERVER_SPANS } from './span-attributes.mjs';

export async function produceSpans({ tracer, flush, stats }) {
  const rate = Number(process.env.BENCH_RATE);
  const seconds = Number(process.env.BENCH_SECONDS);
  const sampleMillis = Number(process.env.BENCH_SAMPLE_MILLIS ?? 0);
  const memory = [];
  let peakRss = 0;
  let nextSample = 0;
  let made = 0;
  const cpu = process.cpuUsage();
  const start = performance.now();
  for (;;) {
    const elapsed = performance.now() - start;
    if (elapsed >= seconds * 1000) break;
    if (sampleMillis > 0 && elapsed >= nextSample) {
      const { rss, heapUsed, external } = process.memoryUsage();
      memory.push([elapsed, rss, heapUsed, external]);
      peakRss = Math.max(peakRss, rss);
      nextSample += sampleMillis;
    }
    // At most 1,000 in one go: a pause of the machine must not become a burst that no service would make.
    const due = Math.min(Math.floor((elapsed * rate) / 1000) - made, 1000);
    for (let i = 0; i < due; i++)
      tracer.startSpan('GET /api/orders/:id', HTTP_SERVER_SPANS[(made + i) & 4095]).end();
    made += Math.max(due, 0);
    await sleep(2);
  }
  const produceMillis = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  if (process.env.BENCH_FLUSH !== 'no') await flush().catch(() => {});
  const report = {
    bench: 'produced',
    made,
    produceMillis,
    flushMillis: performance.now() - start - produceMillis,
    cpuMillis: (user + system) / 1000,
    peakRss: Math.max(peakRss, process.memoryUsage.rss()),
    memory,
    stats: stats?.(),
  };
  writeSync(1, `${JSON.stringify(report)}\n`);
  process.kill(process.pid, 'SIGKILL');
}
