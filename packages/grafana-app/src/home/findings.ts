import type { ApiProblem } from '../grafana/api-problem.ts';
import { latest, type Series, single } from '../grafana/series.ts';
import type { HomeQueryName } from './home-queries.ts';

export type Severity = 'error' | 'warning' | 'info';

/** What is wrong. Its texts are in `finding-texts.ts`. */
export type Finding =
  | { readonly is: 'no-prometheus' }
  | { readonly is: 'prometheus-gone' | 'tempo-gone' | 'jaeger-gone'; readonly uid: string }
  | {
      readonly is: 'prometheus-forbidden' | 'prometheus-unreachable' | 'prometheus-failed';
      readonly text: string;
    }
  | { readonly is: 'collector-unknown' }
  | { readonly is: 'down'; readonly job: string }
  | { readonly is: 'no-spans' }
  | { readonly is: 'no-span-metrics' }
  | { readonly is: 'no-recording-rules' }
  | { readonly is: 'spans-lost'; readonly perSecond: number }
  | { readonly is: 'alert'; readonly alert: FiringAlert }
  | { readonly is: 'no-trace-store' };

export interface FiringAlert {
  readonly name: string;
  readonly severity: string;
  readonly component: string;
  readonly service: string;
}

export interface Facts {
  readonly prometheus: { readonly chosen: boolean; readonly gone: string | undefined };
  readonly tempo: { readonly chosen: boolean; readonly gone: string | undefined };
  readonly jaeger: { readonly chosen: boolean; readonly gone: string | undefined };
  /** What Prometheus answered, or why it did not; `undefined` when there is none to ask. */
  readonly answers: Readonly<Record<HomeQueryName, readonly Series[]>> | ApiProblem | undefined;
}

/** What is wrong, the cause before its effects: the first is the one to work on. */
export function findings({ prometheus, tempo, jaeger, answers }: Facts): Finding[] {
  const gone = (['prometheus', 'tempo', 'jaeger'] as const).flatMap((kind): Finding[] => {
    const uid = { prometheus, tempo, jaeger }[kind].gone;
    return uid === undefined ? [] : [{ is: `${kind}-gone`, uid }];
  });
  const noStore: Finding[] = tempo.chosen || jaeger.chosen ? [] : [{ is: 'no-trace-store' }];
  if (!prometheus.chosen || answers === undefined) return [{ is: 'no-prometheus' }, ...gone, ...noStore];
  if (answers instanceof Error) {
    const { kind, message } = answers;
    const is =
      kind === 'forbidden'
        ? 'prometheus-forbidden'
        : kind === 'unreachable'
          ? 'prometheus-unreachable'
          : 'prometheus-failed';
    return [{ is, text: message }, ...gone, ...noStore];
  }
  return [...gone, ...pipeline(answers), ...firing(answers), ...noStore];
}

function pipeline(answers: Readonly<Record<HomeQueryName, readonly Series[]>>): Finding[] {
  const down = answers.targets
    .filter((series) => latest(series) === 0)
    .map(({ labels }): Finding => ({ is: 'down', job: labels.job ?? '' }));
  const collector = answers.targets.some(({ labels }) => labels.job === 'otel-collector');
  const measured = answers.spanMetrics.length > 0;
  const found: Finding[] = [...down];
  if (!collector && !measured) found.push({ is: 'collector-unknown' });
  else if (spansStopped(answers.received, measured)) found.push({ is: 'no-spans' });
  else if (!measured) found.push({ is: 'no-span-metrics' });
  // What is lost is recorded too, and always: where that is, nobody serves requests, and the rules are loaded.
  if (measured && answers.services.length === 0 && answers.lost.length === 0)
    found.push({ is: 'no-recording-rules' });
  const lost = single(answers.lost) ?? 0;
  if (lost > 0) found.push({ is: 'spans-lost', perSecond: lost });
  return found;
}

/**
 * The span metrics of a service stay after its last span, so they are no sign that any arrive. A Collector that is not
 * scraped as ours says nothing of it: then they are all there is to go by.
 */
function spansStopped(received: readonly Series[], measured: boolean): boolean {
  const rate = single(received);
  return rate === undefined ? !measured : rate === 0;
}

/** By job: alerts that say once more that it is down. */
const DOWN_ALERTS: Readonly<Record<string, string>> = {
  'otel-collector': 'CollectorDown',
  jaeger: 'JaegerDown',
  tempo: 'TempoDown',
  qdrant: 'QdrantDown',
  alertmanager: 'AlertmanagerDown',
};
const RANK: Readonly<Record<string, number>> = { critical: 0, warning: 1 };

function firing(answers: Readonly<Record<HomeQueryName, readonly Series[]>>): Finding[] {
  const down = new Set(
    answers.targets
      .filter((series) => latest(series) === 0)
      .map(({ labels }) => DOWN_ALERTS[labels.job ?? '']),
  );
  return firingAlerts(answers.alerts)
    .filter(({ name }) => !down.has(name))
    .map((alert) => ({ is: 'alert', alert }));
}

/** The worst first. */
export function firingAlerts(series: readonly Series[]): FiringAlert[] {
  return series
    .map(({ labels }) => ({
      name: labels.alertname ?? '',
      severity: labels.severity ?? '',
      component: labels.component ?? '',
      service: labels.service_name ?? '',
    }))
    .sort(
      (a, b) =>
        (RANK[a.severity] ?? 2) - (RANK[b.severity] ?? 2) ||
        a.name.localeCompare(b.name) ||
        a.service.localeCompare(b.service),
    );
}

export function severityOf(finding: Finding): Severity {
  switch (finding.is) {
    case 'alert':
      return finding.alert.severity === 'critical' ? 'error' : 'warning';
    case 'no-trace-store':
    case 'no-recording-rules':
    case 'no-spans':
      return 'info';
    case 'prometheus-gone':
    case 'tempo-gone':
    case 'jaeger-gone':
    case 'collector-unknown':
    case 'no-span-metrics':
      return 'warning';
    default:
      return 'error';
  }
}
