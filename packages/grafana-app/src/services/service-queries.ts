import type { PromQuery } from '../grafana/prometheus.ts';
import { selector } from '../grafana/promql.ts';
import { DEFAULT_ENVIRONMENT_LABEL } from '../settings/settings.ts';

/** Recording rules of this project, or the span metrics that they are made from, which cost Prometheus more. */
export type RedSource = 'recorded' | 'spans';

export interface RedScope {
  readonly source: RedSource;
  readonly environmentLabel: string;
  readonly environment?: string | undefined;
  readonly service?: string | undefined;
}

export const QUANTILES = ['0.5', '0.95', '0.99'] as const;

const SERVED = 'span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';
const CALLED = 'span_kind="SPAN_KIND_CLIENT", db_system_name!=""';
const FAILED = 'status_code="STATUS_CODE_ERROR"';
const CALLS = 'traces_span_metrics_calls_total';
const BUCKETS = 'traces_span_metrics_duration_milliseconds_bucket';

/** The labels that tell services apart. */
export function serviceLabels(environmentLabel: string): string[] {
  return [environmentLabel, 'service_namespace', 'service_name'];
}

/** Recorded series have no other environment label than the one of the rules. */
export function canBeRecorded(environmentLabel: string): boolean {
  return environmentLabel === DEFAULT_ENVIRONMENT_LABEL;
}

export type ServiceQueryName =
  | 'requests'
  | 'errors'
  | 'p50'
  | 'p95'
  | 'p99'
  | 'requestsHistory'
  | 'errorsHistory'
  | 'p95History';

export function serviceQueries(scope: RedScope): Record<ServiceQueryName, PromQuery> {
  const { requests, errors, quantile } = scope.source === 'recorded' ? recorded(scope) : fromSpans(scope);
  return {
    requests: { expr: requests },
    errors: { expr: errors },
    p50: { expr: quantile('0.5') },
    p95: { expr: quantile('0.95') },
    p99: { expr: quantile('0.99') },
    requestsHistory: { expr: requests, history: true },
    errorsHistory: { expr: errors, history: true },
    p95History: { expr: quantile('0.95'), history: true },
  };
}

export type OperationQueryName = 'requests' | 'errors' | 'p95';

export const OPERATION_LABELS = ['span_name', 'span_kind'];

/** What a service is asked for, by operation. */
export function operationQueries(scope: RedScope): Record<OperationQueryName, PromQuery> {
  const labels = [...serviceLabels(scope.environmentLabel), ...OPERATION_LABELS];
  return byPart(scope, 'operation:requests', 'operation', labels, SERVED);
}

export const DATABASE_LABELS = ['db_system_name', 'db_collection_name'];

/** What a service asks of databases, by collection. */
export function databaseQueries(scope: RedScope): Record<OperationQueryName, PromQuery> {
  const labels = [...serviceLabels(scope.environmentLabel), ...DATABASE_LABELS];
  return byPart(scope, 'database:calls', 'database', labels, CALLED);
}

function byPart(
  scope: RedScope,
  rate: string,
  prefix: string,
  labels: readonly string[],
  which: string,
): Record<OperationQueryName, PromQuery> {
  if (scope.source === 'recorded') {
    const of = selector(matchers(scope));
    return {
      requests: { expr: `${rate}:rate5m${of}` },
      errors: { expr: `${prefix}:errors:rate5m${of}` },
      p95: { expr: `${prefix}:duration_seconds:p95_rate5m${of}` },
    };
  }
  const by = labels.join(', ');
  return {
    requests: { expr: `sum by (${by}) (rate(${CALLS}${selector(matchers(scope), which)}[5m]))` },
    errors: { expr: `sum by (${by}) (rate(${CALLS}${selector(matchers(scope), which, FAILED)}[5m]))` },
    p95: {
      expr: `histogram_quantile(0.95, sum by (${by}, le) (rate(${BUCKETS}${selector(matchers(scope), which)}[5m]))) / 1000 >= 0`,
    },
  };
}

interface Red {
  readonly requests: string;
  readonly errors: string;
  readonly quantile: (quantile: (typeof QUANTILES)[number]) => string;
}

function recorded(scope: RedScope): Red {
  const of = selector(matchers(scope));
  return {
    requests: `service:requests:rate5m${of}`,
    errors: `service:errors:rate5m${of}`,
    quantile: (quantile) =>
      `service:duration_seconds:quantile_rate5m${selector({ ...matchers(scope), quantile })}`,
  };
}

function fromSpans(scope: RedScope): Red {
  const by = serviceLabels(scope.environmentLabel).join(', ');
  const rate = (name: string, labels: string, ...more: string[]): string =>
    `sum by (${labels}) (rate(${name}${selector(matchers(scope), SERVED, ...more)}[5m]))`;
  return {
    requests: rate(CALLS, by),
    errors: rate(CALLS, by, FAILED),
    quantile: (quantile) => `histogram_quantile(${quantile}, ${rate(BUCKETS, `${by}, le`)}) / 1000 >= 0`,
  };
}

function matchers({ environmentLabel, environment, service }: RedScope): Record<string, string | undefined> {
  return { [environmentLabel]: environment, service_name: service };
}
