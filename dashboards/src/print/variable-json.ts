import type * as cog from '@grafana/grafana-foundation-sdk/cog';
import * as grafana from '@grafana/grafana-foundation-sdk/dashboard';
import type { Variable } from '../dashboards/variables.ts';
import { dataSource } from './query-json.ts';

/** `label_values(selector, label)`: what the Prometheus data source asks for. */
export function variableQuery({ selector, of }: Extract<Variable, { kind: 'query' }>): string {
  return `label_values(${selector}, ${of})`;
}

export function toVariable(variable: Variable): cog.Builder<grafana.VariableModel> {
  // The SDK writes into every variable what only an interval has, and Grafana's schema does not know.
  const { auto: _a, auto_min: _m, auto_count: _c, ...model } = builderOf(variable).build();
  return { build: () => model as grafana.VariableModel };
}

function builderOf(variable: Variable): cog.Builder<grafana.VariableModel> {
  switch (variable.kind) {
    case 'datasource':
      return new grafana.DatasourceVariableBuilder(variable.name).label(variable.label).type(variable.type);
    case 'query':
      return toQueryVariable(variable);
    case 'text':
      return new grafana.TextBoxVariableBuilder(variable.name).label(variable.label).defaultValue('');
    case 'constant':
      return new grafana.ConstantVariableBuilder(variable.name).label(variable.label).value(variable.value);
    case 'choice': {
      const options = Object.entries(variable.options).map(([text, value]) => ({ text, value }));
      return new grafana.CustomVariableBuilder(variable.name)
        .label(variable.label)
        .values(options.map(({ text, value }) => `${text} : ${value}`).join(', '))
        .current({ selected: true, ...options[0]! })
        .options(options.map((option, index) => ({ selected: index === 0, ...option })));
    }
  }
}

function toQueryVariable(variable: Extract<Variable, { kind: 'query' }>): grafana.QueryVariableBuilder {
  const query = variableQuery(variable);
  const builder = new grafana.QueryVariableBuilder(variable.name)
    .label(variable.label)
    .datasource(dataSource({ source: 'prometheus' }))
    .query({ qryType: 1, query, refId: 'PrometheusVariableQueryEditor-VariableQuery' })
    .refresh(grafana.VariableRefresh.OnTimeRangeChanged)
    .sort(grafana.VariableSort.AlphabeticalAsc);
  if (variable.all === undefined) return builder;
  return builder
    .multi(true)
    .includeAll(true)
    .allValue(variable.all)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}
