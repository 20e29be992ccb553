import type { Row } from '../dashboard.ts';
import { timeSeries } from '../panel.ts';
import { over } from '../query.ts';
import { warnThenBad } from '../thresholds.ts';
import { allTraces, SERVICE, slowTraces } from './selectors.ts';

const OFF = 'No runtime metrics: switch on `metrics` in initTracing';

export const runtime: Row = {
  title: 'Saturation of the runtime',
  panels: [
    timeSeries([130, 'Event loop busy'], {
      width: 8,
      height: 8,
      shows: 'Share of the time that the event loop of each instance was at work.',
      todo: 'Above 0.9 requests wait for each other: add instances, or move work that computes into worker threads.',
      unit: 'percentunit',
      thresholds: warnThenBad(0.7, 0.9),
      min: 0,
      max: 1,
      queries: [over(`nodejs_eventloop_utilization_ratio{${SERVICE}}`, '{{instance}}')],
      links: [slowTraces],
      empty: OFF,
    }),
    timeSeries([131, 'Event loop delay'], {
      width: 8,
      height: 8,
      shows: 'How late timers fire: half of them (p50) and the worst in a hundred (p99), by instance.',
      todo: 'p99 above 100 ms: something runs too long at a time, such as JSON of megabytes, a regular expression, a synchronous file or crypto call. Take a CPU profile then.',
      unit: 's',
      thresholds: warnThenBad(0.05, 0.1),
      min: 0,
      queries: [
        over(`nodejs_eventloop_delay_p99_seconds{${SERVICE}}`, 'p99 {{instance}}'),
        over(`nodejs_eventloop_delay_p50_seconds{${SERVICE}}`, 'p50 {{instance}}'),
      ],
      links: [slowTraces],
      empty: OFF,
    }),
    timeSeries([132, 'CPU'], {
      width: 8,
      height: 8,
      shows: 'Processor cores in use, user and system, by instance.',
      todo: 'Near the limit of the container: raise it or add instances. System time above user time: very many small reads and writes.',
      unit: 'none',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(
          `sum by (instance, cpu_mode) (rate(process_cpu_time_seconds_total{${SERVICE}}[$__rate_interval]))`,
          '{{cpu_mode}} {{instance}}',
        ),
      ],
      links: [allTraces],
      empty: OFF,
    }),
    timeSeries([133, 'Memory'], {
      width: 12,
      height: 8,
      shows: 'Physical memory of the process, and of it the heap of V8 in use, by instance.',
      todo: 'Rises for days and never falls: a leak; take two heap snapshots and compare. Process rises and heap does not: buffers or native code.',
      unit: 'bytes',
      thresholds: 'neither',
      min: 0,
      queries: [
        over(`process_memory_usage_bytes{${SERVICE}}`, 'process {{instance}}'),
        over(`sum by (instance) (v8js_memory_heap_used_bytes{${SERVICE}})`, 'heap used {{instance}}'),
        over(
          `sum by (instance) (v8js_memory_heap_space_physical_size_bytes{${SERVICE}})`,
          'heap in memory {{instance}}',
        ),
      ],
      links: [allTraces],
      empty: OFF,
    }),
    timeSeries([134, 'Garbage collection'], {
      width: 12,
      height: 8,
      shows: 'Share of the time that the garbage collector stopped the program, by kind and instance.',
      todo: 'Above 5 %: the heap is nearly full (raise --max-old-space-size), or far too much is thrown away (profile allocations).',
      unit: 'percentunit',
      thresholds: warnThenBad(0.05, 0.2),
      min: 0,
      queries: [
        over(
          `sum by (instance, v8js_gc_type) (rate(v8js_gc_duration_seconds_sum{${SERVICE}}[$__rate_interval]))`,
          '{{v8js_gc_type}} {{instance}}',
        ),
      ],
      links: [slowTraces],
      empty: 'No collection in this time, or `metrics` is off in initTracing',
    }),
  ],
};
