import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow, logsCommand, SCRUBBING } from './check-row.ts';
import { jsonAnswer, okAnswer } from './http-answer.ts';
import { poll } from './poll.ts';
import { CLIENT_SERVICE, type ProbeTrace, SERVER_SERVICE } from './probe-traces.ts';
import { NothingToCheck, Problem } from './problem.ts';
import { asObject, objects } from './stored-trace.ts';

/** Counters that the probes raise. Services are the same in every run: names of their own would be new series for ever. */
export const SPAN_METRICS_QUERY = `sum(traces_span_metrics_calls_total{service_name="${SERVER_SERVICE}"})`;
export const SERVICE_GRAPH_QUERY = `sum(traces_service_graph_request_total{client="${CLIENT_SERVICE}",server="${SERVER_SERVICE}"})`;

/** Counters before the probes, or why they cannot be known. */
export interface PrometheusBefore {
  readonly spanMetrics: number | Error;
  readonly serviceGraph: number | Error;
}

export async function readPrometheusBefore(context: CheckContext): Promise<PrometheusBefore> {
  const read = (query: string): Promise<number | Error> =>
    instantQuery(context, query).catch((error: Error) => error);
  const [spanMetrics, serviceGraph] = await Promise.all([
    read(SPAN_METRICS_QUERY),
    read(SERVICE_GRAPH_QUERY),
  ]);
  return { spanMetrics, serviceGraph };
}

export function checkPrometheus(
  context: CheckContext,
  before: PrometheusBefore,
  sent: readonly ProbeTrace[],
): Promise<CheckRow>[] {
  const ready = checkRow('prometheus', 'is ready', context.signal, async () => {
    await poll(
      () => okAnswer(`${context.addresses.prometheus}/-/ready`, { signal: context.signal }),
      context,
    );
    return context.addresses.prometheus;
  });
  const spanMetrics = checkRow('prometheus', 'span metrics arrive', context.signal, () =>
    waitForRise(context, SPAN_METRICS_QUERY, before.spanMetrics, sent),
  );
  const secrets = checkRow('prometheus', 'no secret in a label', context.signal, async () => {
    const { status } = await spanMetrics;
    if (status !== 'passed') throw new NothingToCheck('the span metrics did not arrive');
    return checkLabels(context, sent);
  });
  return [ready, spanMetrics, secrets];
}

export function checkServiceGraph(
  context: CheckContext,
  before: PrometheusBefore,
  sent: readonly ProbeTrace[],
): Promise<CheckRow> {
  const name = `${CLIENT_SERVICE} calls ${SERVER_SERVICE}`;
  return checkRow('service-graph', name, context.signal, () =>
    waitForRise(context, SERVICE_GRAPH_QUERY, before.serviceGraph, sent),
  );
}

async function waitForRise(
  context: CheckContext,
  query: string,
  before: number | Error,
  sent: readonly ProbeTrace[],
): Promise<string> {
  if (before instanceof Error) throw new Problem(before.message, { hint: logsCommand('prometheus') });
  // One request a trace, counted before sampling.
  const expected = sent.length;
  if (expected === 0) throw new NothingToCheck('no trace was taken by the collector');
  return poll(async () => {
    const now = await instantQuery(context, query);
    // Less than before is a counter that began anew: after a restart, or after its series had expired.
    const rise = now >= before ? now - before : now;
    if (rise >= expected) return `rose by ${rise}: ${query}`;
    throw new Problem(`rose by ${rise} of ${expected} after ${context.waitSeconds} s: ${query}`, {
      passing: true,
      hint: 'docker compose -f stack/compose.yaml logs --tail 50 otel-collector | grep -i prometheus',
    });
  }, context);
}

async function checkLabels(context: CheckContext, sent: readonly ProbeTrace[]): Promise<string> {
  const url = new URL(`${context.addresses.prometheus}/api/v1/series`);
  for (const label of ['service_name', 'client']) {
    url.searchParams.append('match[]', `{${label}=~"${CLIENT_SERVICE}|${SERVER_SERVICE}"}`);
  }
  const text = await okAnswer(url.href, { signal: context.signal });
  const leaked = sent.flatMap((trace) => trace.secrets).filter((secret) => text.includes(secret.value));
  if (leaked.length > 0) {
    throw new Problem(`secrets in labels: ${[...new Set(leaked.map(({ where }) => where))].join(', ')}`, {
      hint: SCRUBBING,
    });
  }
  return 'the labels of all series of the probes are clean';
}

/** @returns the value of a query that makes one number; 0 when there is none yet */
async function instantQuery(context: CheckContext, query: string): Promise<number> {
  const url = `${context.addresses.prometheus}/api/v1/query?query=${encodeURIComponent(query)}`;
  const data = asObject(asObject(await jsonAnswer(url, { signal: context.signal }))?.data);
  if (!Array.isArray(data?.result)) {
    throw new Problem(
      `${new URL(url).host} answered with something that is no query result: it is no Prometheus`,
    );
  }
  const [sample] = objects(data.result);
  if (sample === undefined) return 0;
  const value = Array.isArray(sample.value) ? Number(sample.value[1]) : Number.NaN;
  if (Number.isFinite(value)) return value;
  throw new Problem(`${new URL(url).host} answered with something that is no number to ${query}`);
}
