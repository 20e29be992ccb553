import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow, SCRUBBING } from './check-row.ts';
import { httpAnswer, parseJson, refusal } from './http-answer.ts';
import { poll } from './poll.ts';
import {
  KIND_ATTRIBUTE,
  KINDS_WITH_ERROR,
  PROBE_KINDS,
  type ProbeKind,
  type ProbeTrace,
  SLOW_MILLIS,
  SPANS_A_TRACE,
  TOKEN_COUNT,
  TOKEN_COUNT_ATTRIBUTE,
} from './probe-traces.ts';
import { NothingToCheck, Problem } from './problem.ts';
import { readStoredTrace, type StoredSpan } from './stored-trace.ts';

interface TraceStore {
  readonly part: 'jaeger' | 'tempo';
  readonly title: string;
  tracePath(traceId: string): string;
}

/** `/api/traces` of Jaeger is going, and Tempo's search does not see the last 30 s: both are asked by id. */
export const TRACE_STORES: readonly TraceStore[] = [
  { part: 'jaeger', title: 'Jaeger', tracePath: (id) => `/api/v3/traces/${id}` },
  { part: 'tempo', title: 'Tempo', tracePath: (id) => `/api/v2/traces/${id}` },
];

const CHECKS: Readonly<Record<ProbeKind, string>> = {
  ordinary: 'ordinary trace arrives',
  error: 'trace with an error arrives',
  slow: 'slow trace arrives',
  secrets: 'no secret arrives',
};

/**
 * Looks for every trace that the collector took.
 *
 * @param sampledAway whether the collector has decided against traces since the probes were sent.
 */
export function checkTraceStore(
  store: TraceStore,
  context: CheckContext,
  sent: readonly ProbeTrace[],
  sampledAway: () => Promise<boolean>,
): Promise<CheckRow>[] {
  return PROBE_KINDS.map((kind) =>
    checkRow(store.part, CHECKS[kind], context.signal, async () => {
      const traces = sent.filter((trace) => trace.kind === kind);
      if (traces.length === 0) throw new NothingToCheck('no trace was taken by the collector');
      try {
        await Promise.all(traces.map((trace) => findTrace(store, context, trace)));
      } catch (error) {
        if (kind === 'ordinary' && error instanceof Missing && (await sampledAway())) {
          throw new NothingToCheck(
            'sampled away: the collector keeps only a part of ordinary traces (BASELINE_PERCENT)',
          );
        }
        throw error;
      }
      const found = traces.map((trace) => trace.traceId).join(', ');
      if (kind !== 'secrets') return found;
      return `${traces.flatMap((trace) => trace.secrets).length} secrets sent, none there: ${found}`;
    }),
  );
}

class Missing extends Problem {}

async function findTrace(store: TraceStore, context: CheckContext, trace: ProbeTrace): Promise<void> {
  const url = `${context.addresses[store.part]}${store.tracePath(trace.traceId)}`;
  const waited = `after ${context.waitSeconds} s`;
  await poll(async () => {
    const answer = await httpAnswer(url, {
      signal: context.signal,
      headers: { accept: 'application/json' },
    });
    if (answer.status === 404) throw missing(trace, waited);
    if (answer.status !== 200) throw refusal(url, answer);
    // Before anything else: also a trace that is otherwise wrong must hold none.
    const leaked = trace.secrets.filter((secret) => answer.text.includes(secret.value));
    if (leaked.length > 0) {
      throw new Problem(
        `${trace.protocol}: secrets arrived: ${leaked.map(({ where }) => where).join(', ')}`,
        {
          hint: SCRUBBING,
        },
      );
    }
    checkSpans(trace, readStoredTrace(store.title, parseJson(url, answer.text)), waited);
  }, context);
}

function missing(trace: ProbeTrace, waited: string): Missing {
  return new Missing(`the trace sent over ${trace.protocol} is not there ${waited}: ${trace.traceId}`, {
    passing: true,
  });
}

function checkSpans(trace: ProbeTrace, spans: readonly StoredSpan[], waited: string): void {
  if (spans.length === 0) throw missing(trace, waited);
  if (spans.length < SPANS_A_TRACE) {
    // The rest may be in the next batch.
    throw new Problem(`${trace.traceId} has ${spans.length} of ${SPANS_A_TRACE} spans ${waited}`, {
      passing: true,
    });
  }
  const wrong = (what: string): Problem => new Problem(`${trace.traceId} ${what}`);
  const lost = [
    [KIND_ATTRIBUTE, trace.kind],
    [TOKEN_COUNT_ATTRIBUTE, String(TOKEN_COUNT)],
  ].find(([key, value]) => spans.some((span) => span.attributes.get(key as string) !== value));
  if (lost !== undefined) throw wrong(`has lost its attribute ${lost[0]}, which is no secret`);
  if (KINDS_WITH_ERROR.includes(trace.kind) && !spans.every((span) => span.failed))
    throw wrong('arrived without its error status');
  const longest = Math.max(...spans.map((span) => span.duration));
  if (trace.kind === 'slow' && longest < SLOW_MILLIS - 1)
    throw wrong(`took ${SLOW_MILLIS} ms and is stored with ${Math.round(longest)} ms`);
}
