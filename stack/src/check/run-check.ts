import { checkAlertmanager } from './alertmanager.ts';
import type { CheckContext } from './check-context.ts';
import { type CheckRow, checkRow, PARTS, type Part } from './check-row.ts';
import type { CheckSettings } from './check-settings.ts';
import {
  type CollectorBefore,
  checkCollectorMetrics,
  hasSampledAway,
  readCollectorMetrics,
} from './collector-metrics.ts';
import type { Concealment } from './concealment.ts';
import { checkGrafana } from './grafana.ts';
import { okAnswer } from './http-answer.ts';
import type { OtlpEndpoint } from './otlp-endpoint.ts';
import { poll } from './poll.ts';
import { createProbeTraces, type ProbeTrace } from './probe-traces.ts';
import { checkPrometheus, checkServiceGraph, readPrometheusBefore } from './prometheus.ts';
import { checkQdrant } from './qdrant.ts';
import { sendOtlp } from './send-otlp.ts';
import { checkTraceStore, TRACE_STORES } from './trace-store.ts';

export interface SentTrace {
  readonly kind: string;
  readonly protocol: 'grpc' | 'http';
  readonly traceId: string;
}

export interface CheckReport {
  /** No row has failed. */
  readonly passed: boolean;
  readonly rows: readonly CheckRow[];
  /** What the collector took, to look at in Jaeger or Grafana. */
  readonly traces: readonly SentTrace[];
}

/**
 * Sends the probes and looks for them everywhere; all checks that do not need another's result run side by side.
 *
 * @throws only what the signal was aborted with, after the Qdrant collection is gone.
 */
export async function runCheck(
  settings: CheckSettings,
  concealment: Concealment,
  signal: AbortSignal,
): Promise<CheckReport> {
  const context: CheckContext = {
    ...settings,
    signal,
    concealment,
    deadline: performance.now() + settings.waitSeconds * 1000,
  };
  const wanted = (part: Part): boolean => !settings.skip.has(part);
  // Started before the probes are sent: they need none of them.
  const independent = [
    ...(wanted('alertmanager') ? checkAlertmanager(context, wanted('prometheus')) : []),
    ...(wanted('grafana') ? checkGrafana(context) : []),
    ...(wanted('qdrant') ? checkQdrant(context) : []),
  ];
  const probes = runProbes(context, wanted);
  // All, also after Ctrl-C: Qdrant's check must have cleaned up before the process ends.
  const settled = await Promise.allSettled([...independent, probes.then(() => undefined)]);
  for (const result of settled) if (result.status === 'rejected') throw result.reason;
  const { rows: probeRows, traces } = await probes;
  const rows = [...probeRows, ...(await Promise.all(independent))].map((row) => conceal(row, concealment));
  const order = Object.keys(PARTS);
  rows.sort((left, right) => order.indexOf(left.part) - order.indexOf(right.part));
  return {
    passed: rows.every(({ status }) => status !== 'failed'),
    rows,
    traces: traces.map(({ kind, protocol, traceId }) => ({ kind, protocol, traceId })),
  };
}

async function runProbes(
  context: CheckContext,
  wanted: (part: Part) => boolean,
): Promise<{ rows: CheckRow[]; traces: ProbeTrace[] }> {
  // Counters are compared: what they were before must be known first.
  const [collectorBefore, prometheusBefore] = await Promise.all([
    readCollectorMetrics(context).catch((error: Error): CollectorBefore => error),
    readPrometheusBefore(context),
  ]);
  const traces: ProbeTrace[] = [];
  const sendRows = await Promise.all(
    context.endpoints.map((endpoint) => sendProbes(context, endpoint, traces)),
  );
  const rows = await Promise.all([
    ...(wanted('collector')
      ? [checkCollectorHealth(context), ...checkCollectorMetrics(context, collectorBefore, traces)]
      : []),
    ...TRACE_STORES.filter(({ part }) => wanted(part)).flatMap((store) =>
      checkTraceStore(store, context, traces, () => hasSampledAway(context, collectorBefore)),
    ),
    ...(wanted('prometheus') ? checkPrometheus(context, prometheusBefore, traces) : []),
    ...(wanted('service-graph') ? [checkServiceGraph(context, prometheusBefore, traces)] : []),
  ]);
  return { rows: [...sendRows, ...rows], traces };
}

/** @param taken gets the traces once the collector has them */
async function sendProbes(
  context: CheckContext,
  endpoint: OtlpEndpoint,
  taken: ProbeTrace[],
): Promise<CheckRow> {
  const traces = createProbeTraces(endpoint.protocol);
  for (const { secrets } of traces) for (const { value } of secrets) context.concealment.add(value);
  const name = `takes OTLP over ${endpoint.protocol === 'grpc' ? 'gRPC' : 'HTTP'}`;
  return checkRow(
    'collector',
    name,
    context.signal,
    async () => {
      await sendOtlp(endpoint, traces, context.signal);
      taken.push(...traces);
      return `${traces.length} traces at ${endpoint.place}`;
    },
    'docker compose -f stack/compose.yaml ps otel-collector',
  );
}

function checkCollectorHealth(context: CheckContext): Promise<CheckRow> {
  const url = context.addresses['collector-health'];
  return checkRow('collector', 'is healthy', context.signal, async () => {
    await poll(() => okAnswer(url, { signal: context.signal }), context);
    return url;
  });
}

function conceal(row: CheckRow, concealment: Concealment): CheckRow {
  return {
    ...row,
    reason: concealment.conceal(row.reason),
    // Our own words and addresses; it may be as long as it has to be.
    ...(row.hint === undefined ? {} : { hint: row.hint }),
  };
}
