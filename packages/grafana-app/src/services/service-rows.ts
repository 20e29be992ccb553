import { byLabels, keyOf, latest, type Series } from '../grafana/series.ts';
import { type OperationQueryName, type ServiceQueryName, serviceLabels } from './service-queries.ts';

export interface ServiceRow {
  readonly key: string;
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  /** A second. */
  readonly requests: number | undefined;
  /** Share of the requests; `undefined` where there are none. */
  readonly errors: number | undefined;
  /** Seconds. */
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly p99: number | undefined;
  readonly requestsHistory: readonly (number | undefined)[];
  readonly errorsHistory: readonly (number | undefined)[];
  readonly p95History: readonly (number | undefined)[];
}

export type ServiceAnswers = Readonly<Record<ServiceQueryName, readonly Series[]>>;

/** A row for every service that had requests within the last 5 minutes. */
export function serviceRows(answers: ServiceAnswers, environmentLabel: string): ServiceRow[] {
  const names = serviceLabels(environmentLabel);
  const found = Object.fromEntries(
    Object.entries(answers).map(([name, series]) => [name, byLabels(series, names)]),
  ) as Record<ServiceQueryName, Map<string, Series>>;
  const now = (name: ServiceQueryName, key: string): number | undefined => {
    const series = found[name].get(key);
    return series === undefined ? undefined : latest(series);
  };
  return answers.requests.map(({ labels }) => {
    const key = keyOf(labels, names);
    const requests = now('requests', key);
    return {
      key,
      service: labels.service_name ?? '',
      namespace: labels.service_namespace ?? '',
      environment: labels[environmentLabel] ?? '',
      requests,
      errors: share(now('errors', key), requests),
      p50: now('p50', key),
      p95: now('p95', key),
      p99: now('p99', key),
      requestsHistory: found.requestsHistory.get(key)?.values ?? [],
      errorsHistory: found.errorsHistory.get(key)?.values ?? [],
      p95History: found.p95History.get(key)?.values ?? [],
    };
  });
}

export interface PartRow {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly requests: number | undefined;
  readonly errors: number | undefined;
  readonly p95: number | undefined;
}

/** Rows by the given labels, the busiest first: operations of a service, or what it calls. */
export function partRows(
  answers: Readonly<Record<OperationQueryName, readonly Series[]>>,
  names: readonly string[],
): PartRow[] {
  const errors = byLabels(answers.errors, names);
  const p95 = byLabels(answers.p95, names);
  return answers.requests
    .map((series): PartRow => {
      const key = keyOf(series.labels, names);
      const requests = latest(series);
      const failed = errors.get(key);
      const slow = p95.get(key);
      return {
        key,
        labels: series.labels,
        requests,
        errors: share(failed && latest(failed), requests),
        p95: slow && latest(slow),
      };
    })
    .sort((a, b) => (b.requests ?? 0) - (a.requests ?? 0));
}

/** Where nothing has failed yet, there is no series of failures. */
function share(part: number | undefined, whole: number | undefined): number | undefined {
  return whole === undefined || whole === 0 ? undefined : (part ?? 0) / whole;
}
