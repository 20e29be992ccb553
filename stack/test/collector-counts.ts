import { setTimeout as delay } from 'node:timers/promises';
import { parseExposition, sum } from '../src/check/exposition.ts';
import type { NativeService } from '../src/native/index.ts';

export const DECIDED = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';
export const SENT = 'otelcol_exporter_sent_spans_total';
export const ACCEPTED = 'otelcol_receiver_accepted_spans_total';
export const TRACE_EXPORTERS = ['otlp_grpc/jaeger', 'otlp_grpc/tempo'] as const;

/**
 * A page of metrics waits for the lock of each queue, and a queue holds that while its disk does not take what it writes:
 * ten seconds were not enough on a busy machine.
 */
const PAGE_WITHIN_MILLIS = 60_000;

/** @returns the sum of a metric that the collector prints about itself */
export async function count(
  collector: NativeService,
  metric: string,
  labels?: Readonly<Record<string, string>>,
): Promise<number> {
  const response = await fetch(`${collector.url(8888)}/metrics`, {
    signal: AbortSignal.timeout(PAGE_WITHIN_MILLIS),
  });
  return sum(parseExposition(await response.text()), metric, labels);
}

/** Waits until a number of the collector's is as wanted. */
export async function waitForCount(
  collector: NativeService,
  metric: string,
  wanted: (value: number) => boolean,
  { labels = {}, withinMillis = 60_000 }: { labels?: Record<string, string>; withinMillis?: number } = {},
): Promise<number> {
  const deadline = performance.now() + withinMillis;
  for (;;) {
    const value = await count(collector, metric, labels);
    if (wanted(value)) return value;
    if (performance.now() > deadline) throw new Error(`${metric} is ${value} after ${withinMillis} ms`);
    await delay(100);
  }
}

/** Waits until `traces` have been decided about since the collector's start, and what was kept has left for both stores. */
export async function decidedAndSent(
  collector: NativeService,
  traces: number,
  spansATrace: number,
): Promise<void> {
  await waitForCount(collector, DECIDED, (value) => value >= traces);
  const kept = await count(collector, DECIDED, { sampled: 'true' });
  for (const exporter of TRACE_EXPORTERS) {
    await waitForCount(collector, SENT, (value) => value >= kept * spansATrace, { labels: { exporter } });
  }
}
