import type {
  AdHocVariableFilter,
  DataQuery,
  DataSourceInstanceSettings,
  MetricFindValue,
  ScopedVars,
} from '@grafana/data';
import { DataSourceWithBackend } from '@grafana/runtime';
import { templateSrv } from './template-srv.ts';

interface PrometheusQuery extends DataQuery {
  readonly expr?: string;
}

/** Any data source with a backend: Grafana's own base class, in front of what the server stands in for. */
export class HostDataSource extends DataSourceWithBackend<PrometheusQuery> {
  readonly interval: string;

  constructor(settings: DataSourceInstanceSettings) {
    super(settings);
    this.interval = (settings.jsonData as { timeInterval?: string }).timeInterval ?? '15s';
  }

  override applyTemplateVariables(
    query: PrometheusQuery,
    scopedVars: ScopedVars,
    _filters?: AdHocVariableFilter[],
  ): PrometheusQuery {
    return query.expr === undefined ? query : { ...query, expr: templateSrv.replace(query.expr, scopedVars) };
  }

  /** `label_values(…)`, as Prometheus' data source knows it. */
  override async metricFindQuery(query: string | { query: string }): Promise<MetricFindValue[]> {
    const text = templateSrv.replace(typeof query === 'string' ? query : query.query);
    const [, selector, label] = /^label_values\((?:(.+),)?\s*([\w]+)\)$/s.exec(text.trim()) ?? [];
    if (label === undefined) throw new Error(`the host page knows label_values only; got ${text}`);
    const answer = await this.getResource(
      `api/v1/label/${label}/values`,
      selector === undefined ? {} : { 'match[]': selector.trim() },
    );
    return (answer.data as string[]).map((value) => ({ text: value, value }));
  }
}
