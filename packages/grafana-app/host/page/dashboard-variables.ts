import { getDataSourceSrv } from '@grafana/runtime';
import type { Variable } from './dashboard-model.ts';
import { templateSrv } from './template-srv.ts';

/**
 * Gives every variable a value, in their order, as Grafana does when a dashboard is opened: what the address says
 * (`var-service=shop`), else all or the first that there is.
 */
export async function resolveVariables(
  variables: readonly Variable[],
  address: URLSearchParams,
): Promise<Readonly<Record<string, string>>> {
  const shown: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  for (const variable of variables) {
    const asked = address.get(`var-${variable.name}`);
    const value = asked ?? (await defaultOf(variable));
    values[variable.name] = value;
    templateSrv.values = { ...values };
    if (variable.hide !== 2) {
      const all = asked === null && variable.includeAll;
      shown[variable.label ?? variable.name] = all ? 'All' : nameOf(variable, String(value));
    }
  }
  return shown;
}

async function defaultOf({ type, query, includeAll, allValue = '.*' }: Variable): Promise<string> {
  const text = typeof query === 'string' ? query : query.query;
  switch (type) {
    case 'datasource':
      return getDataSourceSrv().getList({ type: text })[0]?.uid ?? '';
    case 'constant':
    case 'textbox':
      return text;
    case 'custom':
      return /^[^:]+ : ([^,]+)/.exec(text)?.[1]?.trim() ?? text;
    case 'query': {
      if (includeAll) return allValue;
      const source = (await getDataSourceSrv().get({
        type: 'prometheus',
        uid: templateSrv.replace('$prometheus_datasource'),
      })) as {
        metricFindQuery?: (query: string) => Promise<readonly { readonly text: string }[]>;
      };
      const found = await source.metricFindQuery?.(text);
      return found?.[0]?.text ?? '';
    }
  }
}

function nameOf({ type }: Variable, value: string): string {
  if (type !== 'datasource') return value;
  return getDataSourceSrv().getInstanceSettings(value)?.name ?? value;
}
