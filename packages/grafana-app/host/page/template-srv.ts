import type { ScopedVars, TimeRange, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

const REFERENCE = /\$(\w+)|\$\{(\w+)(?:\.[^:}]+)?(?::([^}]+))?\}|\[\[(\w+)\]\]/g;

/** @returns a value as Grafana writes it in a query: a regular expression where there are several. */
function formatted(value: unknown, format: string | undefined): string {
  const values = (Array.isArray(value) ? value : [value]).map(String);
  if (format === 'percentencode') return encodeURIComponent(values.join(','));
  return values.length === 1 ? values[0]! : `(${values.join('|')})`;
}

/** Variables of the dashboard that is shown; on a plugin's own pages there are none. */
export class HostTemplateSrv implements TemplateSrv {
  values: Readonly<Record<string, unknown>> = {};

  getVariables(): TypedVariableModel[] {
    return [];
  }

  replace(target = '', scopedVars: ScopedVars = {}, _format?: unknown): string {
    return target.replace(REFERENCE, (match, plain, braced, format, brackets) => {
      const name = plain ?? braced ?? brackets;
      const value = scopedVars[name]?.value ?? this.values[name];
      return value === undefined ? match : formatted(value, format);
    });
  }

  containsTemplate(target = ''): boolean {
    return target.search(REFERENCE) >= 0;
  }

  updateTimeRange(_range: TimeRange): void {}
}

export const templateSrv = new HostTemplateSrv();
