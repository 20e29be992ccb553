import { NothingToCheck, Problem } from './problem.ts';

export const PARTS = {
  collector: { title: 'Collector', service: 'otel-collector' },
  jaeger: { title: 'Jaeger', service: 'jaeger' },
  tempo: { title: 'Tempo', service: 'tempo' },
  prometheus: { title: 'Prometheus', service: 'prometheus' },
  'service-graph': { title: 'Service graph', service: 'otel-collector' },
  alertmanager: { title: 'Alertmanager', service: 'alertmanager' },
  grafana: { title: 'Grafana', service: 'grafana' },
  qdrant: { title: 'Qdrant', service: 'qdrant' },
} as const;

export type Part = keyof typeof PARTS;

export interface CheckRow {
  readonly part: Part;
  /** What was checked, in a few words. */
  readonly check: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** What was found; for a failure, why it is one. */
  readonly reason: string;
  /** The one command to run next. Only for failures. */
  readonly hint?: string;
}

/** @returns the command that shows a part's last log lines */
export function logsCommand(part: Part): string {
  return `docker compose -f stack/compose.yaml logs --tail 50 ${PARTS[part].service}`;
}

/** Where secrets are removed. A collector that runs with an older file has to be started again. */
export const SCRUBBING =
  "grep -n -A 30 '^processors:' stack/otel-collector/config.yaml # then: docker compose -f stack/compose.yaml restart otel-collector";

/**
 * Runs one check.
 *
 * @param check returns what it found; throws a Problem when that is not as it should be.
 * @param hint for problems that name none. Default: the logs of the part.
 * @throws nothing but what the signal was aborted with.
 */
export async function checkRow(
  part: Part,
  name: string,
  signal: AbortSignal,
  check: () => Promise<string>,
  hint: string = logsCommand(part),
): Promise<CheckRow> {
  try {
    return { part, check: name, status: 'passed', reason: await check() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NothingToCheck)
      return { part, check: name, status: 'skipped', reason: error.message };
    const reason = error instanceof Problem ? error.message : `unexpected: ${String(error)}`;
    return {
      part,
      check: name,
      status: 'failed',
      reason,
      hint: (error instanceof Problem ? error.hint : undefined) ?? hint,
    };
  }
}
