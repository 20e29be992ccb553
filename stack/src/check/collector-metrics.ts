import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow, logsCommand } from './check-row.ts';
import { parseExposition, type Sample, sum } from './exposition.ts';
import { okAnswer } from './http-answer.ts';
import { poll } from './poll.ts';
import { type ProbeTrace, SPANS_A_TRACE } from './probe-traces.ts';
import { NothingToCheck, Problem } from './problem.ts';

const ACCEPTED = 'otelcol_receiver_accepted_spans_total';
/** Counters of what a receiver turned away; absent until it first happens. */
const TURNED_AWAY = ['otelcol_receiver_refused_spans_total', 'otelcol_receiver_failed_spans_total'];
const SENT = 'otelcol_exporter_sent_spans_total';
const LOST = ['otelcol_exporter_send_failed_spans_total', 'otelcol_exporter_enqueue_failed_spans_total'];
const DECIDED = 'otelcol_processor_tail_sampling_global_count_traces_sampled_total';

/** What the collector had counted before the probes, or why it cannot be known. */
export type CollectorBefore = readonly Sample[] | Error;

export async function readCollectorMetrics(context: CheckContext): Promise<Sample[]> {
  const url = context.addresses['collector-metrics'];
  const samples = parseExposition(await okAnswer(url, { signal: context.signal }));
  if (!samples.some(({ name }) => name.startsWith('otelcol_'))) {
    throw new Problem(
      `${new URL(url).host} answers, but not with a collector's metrics: there is no otelcol_*`,
    );
  }
  return samples;
}

/** How much a counter has grown. A collector that restarted counts from 0: then all of it is growth. */
function growth(
  before: readonly Sample[],
  now: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const [then, after] = [sum(before, name, labels), sum(now, name, labels)];
  return after >= then ? after - then : after;
}

/** @returns whether the tail sampler has decided against any trace since `before` */
export async function hasSampledAway(context: CheckContext, before: CollectorBefore): Promise<boolean> {
  if (before instanceof Error) return false;
  try {
    return growth(before, await readCollectorMetrics(context), DECIDED, { sampled: 'false' }) > 0;
  } catch {
    context.signal.throwIfAborted();
    return false;
  }
}

export function checkCollectorMetrics(
  context: CheckContext,
  before: CollectorBefore,
  sent: readonly ProbeTrace[],
): Promise<CheckRow>[] {
  const start = (): readonly Sample[] => {
    if (before instanceof Error) throw before;
    if (sent.length === 0) throw new NothingToCheck('no trace was taken by the collector');
    return before;
  };
  return [
    checkRow('collector', 'counts what it receives', context.signal, () =>
      poll(async () => checkReceived(start(), await readCollectorMetrics(context), sent), context),
    ),
    checkRow('collector', 'exports to the trace stores', context.signal, () =>
      poll(async () => checkExported(start(), await readCollectorMetrics(context), sent), context),
    ),
  ];
}

function checkReceived(
  before: readonly Sample[],
  now: readonly Sample[],
  sent: readonly ProbeTrace[],
): string {
  const found: string[] = [];
  for (const protocol of ['grpc', 'http'] as const) {
    const expected = sent.filter((trace) => trace.protocol === protocol).length * SPANS_A_TRACE;
    if (expected === 0) continue;
    const accepted = growth(before, now, ACCEPTED, { transport: protocol });
    if (accepted < expected) {
      throw new Problem(
        `${ACCEPTED}{transport="${protocol}"} rose by ${accepted}, and ${expected} spans were sent: are these the metrics of the collector that was sent to?`,
        { passing: true },
      );
    }
    found.push(`${accepted} spans over ${protocol}`);
  }
  for (const name of TURNED_AWAY) {
    const turnedAway = growth(before, now, name);
    if (turnedAway > 0)
      throw new Problem(`${name} rose by ${turnedAway}: it takes no more than its memory allows`);
  }
  return `${found.join(', ')}; none refused`;
}

function checkExported(
  before: readonly Sample[],
  now: readonly Sample[],
  sent: readonly ProbeTrace[],
): string {
  // What sampling never drops; the ordinary trace may be one of those that the baseline does not keep.
  const least = sent.filter((trace) => trace.kind !== 'ordinary').length * SPANS_A_TRACE;
  const exporters = traceExporters(now);
  if (exporters.length === 0) {
    throw new Problem(`no exporter has sent a span: there is no ${SENT}`, { passing: true });
  }
  const found: string[] = [];
  for (const exporter of exporters) {
    for (const name of LOST) {
      const lost = growth(before, now, name, { exporter });
      if (lost > 0) throw new Problem(`${name}{exporter="${exporter}"} rose by ${lost}`);
    }
    const exported = growth(before, now, SENT, { exporter });
    if (exported < least) {
      const waiting = sum(now, 'otelcol_exporter_queue_size', { exporter });
      throw new Problem(
        `${exporter} has sent ${exported} of at least ${least} spans${waiting > 0 ? `; ${waiting} wait in its queue: its store does not take them` : ''}`,
        waiting > 0 ? { passing: true, hint: logsCommand(storeOf(exporter)) } : { passing: true },
      );
    }
    found.push(`${exporter} ${exported}`);
  }
  return `spans sent: ${found.join(', ')}`;
}

function traceExporters(samples: readonly Sample[]): string[] {
  const names = samples
    .filter(
      ({ name, labels }) =>
        name === SENT || (name === 'otelcol_exporter_queue_capacity' && labels.get('data_type') === 'traces'),
    )
    .map(({ labels }) => labels.get('exporter') ?? '');
  return [...new Set(names)].sort();
}

function storeOf(exporter: string): 'jaeger' | 'tempo' | 'collector' {
  if (exporter.includes('jaeger')) return 'jaeger';
  return exporter.includes('tempo') ? 'tempo' : 'collector';
}
