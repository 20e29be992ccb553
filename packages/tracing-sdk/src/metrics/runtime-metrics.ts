import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import v8 from 'node:v8';
import type { Histogram, Meter } from '@opentelemetry/api';

/** Milliseconds between two looks at the clock: what `@opentelemetry/instrumentation-runtime-node` takes. */
const DELAY_RESOLUTION_MILLIS = 10;
const GC_BOUNDARIES = [0.01, 0.1, 1, 10];
const NANOS = 1e9;

/** `v8js.gc.type` by the kinds of `perf_hooks.constants`. */
const GC_TYPES: Readonly<Record<number, string>> = {
  1: 'minor',
  2: 'minor',
  4: 'major',
  8: 'incremental',
  16: 'weakcb',
};

/**
 * Event loop, garbage collection and heap by the conventions of Node.js and V8
 * (https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/, …/v8js-metrics/).
 *
 * @returns stops the watching.
 */
export function watchRuntime(meter: Meter): () => void {
  const stops = [watchEventLoop(meter), watchGarbageCollection(meter)];
  observeHeap(meter);
  return () => {
    for (const stop of stops) stop();
  };
}

function watchEventLoop(meter: Meter): () => void {
  const delay = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MILLIS });
  delay.enable();
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(`nodejs.eventloop.${name}`, { description, unit: 's' });
  const gauges = {
    min: gauge('delay.min', 'Event loop minimum delay.'),
    max: gauge('delay.max', 'Event loop maximum delay.'),
    mean: gauge('delay.mean', 'Event loop mean delay.'),
    stddev: gauge('delay.stddev', 'Event loop standard deviation delay.'),
    p50: gauge('delay.p50', 'Event loop 50 percentile delay.'),
    p90: gauge('delay.p90', 'Event loop 90 percentile delay.'),
    p99: gauge('delay.p99', 'Event loop 99 percentile delay.'),
  };
  meter.addBatchObservableCallback((result) => {
    // Each export tells of the time since the one before.
    if (delay.count > 0) {
      result.observe(gauges.min, delay.min / NANOS);
      result.observe(gauges.max, delay.max / NANOS);
      result.observe(gauges.mean, delay.mean / NANOS);
      result.observe(gauges.stddev, delay.stddev / NANOS);
      result.observe(gauges.p50, delay.percentile(50) / NANOS);
      result.observe(gauges.p90, delay.percentile(90) / NANOS);
      result.observe(gauges.p99, delay.percentile(99) / NANOS);
    }
    delay.reset();
  }, Object.values(gauges));

  const utilization = meter.createObservableGauge('nodejs.eventloop.utilization', {
    description: 'Event loop utilization.',
    unit: '1',
  });
  let last = performance.eventLoopUtilization();
  utilization.addCallback((result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  });

  const time = meter.createObservableCounter('nodejs.eventloop.time', {
    description: 'Cumulative duration of time the event loop has been in each state.',
    unit: 's',
  });
  time.addCallback((result) => {
    const { active, idle } = performance.eventLoopUtilization();
    result.observe(active / 1000, { 'nodejs.eventloop.state': 'active' });
    result.observe(idle / 1000, { 'nodejs.eventloop.state': 'idle' });
  });
  return () => delay.disable();
}

function watchGarbageCollection(meter: Meter): () => void {
  const duration: Histogram = meter.createHistogram('v8js.gc.duration', {
    description: 'Garbage collection duration.',
    unit: 's',
    advice: { explicitBucketBoundaries: GC_BOUNDARIES },
  });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = (entry as { readonly detail?: { readonly kind?: number } }).detail?.kind ?? 0;
      const type = GC_TYPES[kind];
      if (type !== undefined) duration.record(entry.duration / 1000, { 'v8js.gc.type': type });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function observeHeap(meter: Meter): void {
  const sum = (name: string, description: string) =>
    meter.createObservableUpDownCounter(`v8js.memory.heap.${name}`, { description, unit: 'By' });
  const used = sum('used', 'Heap memory size allocated.');
  const size = sum('space.size', 'Total heap memory size pre-allocated for a heap space.');
  const available = sum('space.available_size', 'Heap space available size.');
  const physical = sum('space.physical_size', 'Committed size of a heap space.');
  meter.addBatchObservableCallback(
    (result) => {
      for (const space of v8.getHeapSpaceStatistics()) {
        const attributes = { 'v8js.heap.space.name': space.space_name };
        result.observe(used, space.space_used_size, attributes);
        result.observe(size, space.space_size, attributes);
        result.observe(available, space.space_available_size, attributes);
        result.observe(physical, space.physical_space_size, attributes);
      }
    },
    [used, size, available, physical],
  );
}
