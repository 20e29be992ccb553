import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import type * as common from '@grafana/grafana-foundation-sdk/common';
import * as prometheus from '@grafana/grafana-foundation-sdk/prometheus';
import * as tempo from '@grafana/grafana-foundation-sdk/tempo';
import { PROMETHEUS, TEMPO } from '../dashboards/link.ts';
import type { Panel } from '../dashboards/panel.ts';
import { type PrometheusQuery, type Query, refId, type TempoQuery } from '../dashboards/query.ts';

/** Traces in a list. */
const LIMIT = 20;
/** Exemplars of TraceQL metrics that Tempo gives at most. */
const EXEMPLARS = 100;

export function dataSource({ source }: Pick<Query, 'source'>): common.DataSourceRef {
  return source === 'prometheus' ? { type: 'prometheus', uid: PROMETHEUS } : { type: 'tempo', uid: TEMPO };
}

export function toTarget(query: Query, index: number, kind: Panel['kind']): cog.Builder<cog.Dataquery> {
  return query.source === 'prometheus' ? toPrometheus(query, index, kind) : toTempo(query, index);
}

const FORMATS: Partial<Record<Panel['kind'], prometheus.PromQueryFormat>> = {
  table: prometheus.PromQueryFormat.Table,
  heatmap: prometheus.PromQueryFormat.Heatmap,
};

function toPrometheus(
  query: PrometheusQuery,
  index: number,
  kind: Panel['kind'],
): prometheus.DataqueryBuilder {
  const builder = new prometheus.DataqueryBuilder()
    .refId(refId(index))
    .datasource(dataSource(query))
    .editorMode(prometheus.QueryEditorMode.Code)
    .expr(query.expr)
    .legendFormat(query.legend)
    .format(FORMATS[kind] ?? prometheus.PromQueryFormat.TimeSeries)
    .exemplar(query.exemplars ?? false);
  return query.at === 'instant' ? builder.instant() : builder.range();
}

function toTempo(query: TempoQuery, index: number): tempo.DataqueryBuilder {
  const builder = new tempo.DataqueryBuilder().refId(refId(index)).datasource(dataSource(query)).filters([]);
  switch (query.type) {
    case 'serviceMap':
      return builder.queryType('serviceMap').serviceMapQuery(query.query);
    case 'trace':
      return builder.queryType('traceql').query(query.query);
    case 'search':
      return builder
        .queryType('traceql')
        .query(query.query)
        .limit(LIMIT)
        .tableType(tempo.SearchTableType.Traces);
    case 'metrics':
      return builder
        .queryType('traceql')
        .query(query.query)
        .metricsQueryType(tempo.MetricsQueryType.Range)
        .exemplars(EXEMPLARS);
  }
}
