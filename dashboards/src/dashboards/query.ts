/** PromQL over the variables of the dashboard. */
export interface PrometheusQuery {
  readonly source: 'prometheus';
  readonly expr: string;
  /** Grafana's template of the legend, such as `{{instance}}`; of a table's query the title of its column. */
  readonly legend: string;
  /** `range` over the time of the dashboard, `instant` at its end. */
  readonly at: 'range' | 'instant';
  /** Also ask for exemplars, whose trace ids lead to traces. Only series as they were written carry any, no recorded ones. */
  readonly exemplars?: boolean;
}

export interface TempoQuery {
  readonly source: 'tempo';
  /** `search` finds traces, `trace` shows one, `metrics` draws TraceQL metrics, `serviceMap` draws services and their calls. */
  readonly type: 'search' | 'trace' | 'metrics' | 'serviceMap';
  /** TraceQL; of `trace` an id; of `serviceMap` a PromQL selector of edges. */
  readonly query: string;
}

export type Query = PrometheusQuery | TempoQuery;

export function over(expr: string, legend: string): PrometheusQuery {
  return { source: 'prometheus', expr, legend, at: 'range' };
}

export function now(expr: string, legend: string): PrometheusQuery {
  return { source: 'prometheus', expr, legend, at: 'instant' };
}

export function withExemplars(query: PrometheusQuery): PrometheusQuery {
  return { ...query, exemplars: true };
}

export function tempo(type: TempoQuery['type'], query: string): TempoQuery {
  return { source: 'tempo', type, query };
}

/** A, B, C: how Grafana names the queries of a panel. */
export function refId(index: number): string {
  return String.fromCharCode(65 + index);
}
