import * as units from '@grafana/grafana-foundation-sdk/units';
import { parsePromql } from '../promql/expression.ts';
import {
  type DashboardJson,
  type PanelJson,
  panelsIn,
  queryOf,
  type TargetJson,
  type VariableJson,
} from './dashboard-json.ts';
import { filledIn, RATE_INTERVAL } from './filled-in.ts';
import type { Problem } from './problem.ts';
import { selectorUses } from './selector-uses.ts';

/**
 * The 17 rules of Grafana's dashboard linter by their names (https://github.com/grafana/dashboard-linter, docs/index.md), as
 * that is a Go program which cannot be had as a module. Its exceptions are read from `.lint` beside the dashboards.
 */
type Rule = (dashboard: DashboardJson) => Iterable<Message>;
/** What is wrong, and in which panel. */
type Message = readonly [message: string, panel?: PanelJson];

const WITH_QUERIES = ['singlestat', 'graph', 'table', 'stat', 'state-timeline', 'timeseries'];
const WITH_UNIT = ['stat', 'singlestat', 'graph', 'table', 'timeseries', 'gauge'];
const UNITS = new Set<string>(Object.values(units as unknown as Record<string, string>));
const FUNCTIONS = ['label_names', 'label_values', 'metrics', 'query_result'];

const dataSources = ({ templating }: DashboardJson): readonly VariableJson[] =>
  templating.list.filter(({ type }) => type === 'datasource');
const isPrometheus = (dashboard: DashboardJson): boolean => dataSources(dashboard)[0]?.query === 'prometheus';

function* targets(dashboard: DashboardJson, type: string): Generator<readonly [PanelJson, TargetJson]> {
  for (const panel of panelsIn(dashboard)) {
    for (const target of panel.targets ?? []) {
      if ((target.datasource ?? panel.datasource)?.type === type) yield [panel, target];
    }
  }
}

/** Expressions that can be parsed; that the others cannot is a rule of its own. */
function* expressions(dashboard: DashboardJson): Generator<readonly [PanelJson, string]> {
  if (!isPrometheus(dashboard)) return;
  for (const [panel, { expr = '' }] of targets(dashboard, 'prometheus')) {
    if (syntaxError(expr) === undefined) yield [panel, expr];
  }
}

function syntaxError(expr: string): string | undefined {
  try {
    parsePromql(filledIn(expr));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function* templated({ templating }: DashboardJson, name: string): Generator<Message> {
  const variable = templating.list.find((each) => each.name === name);
  if (!variable) return yield [`is missing the ${name} template`];
  const { datasource, type, label, multi, allValue } = variable;
  if (!/^\$\{?(prometheus_)?datasource\}?$/.test(datasource?.uid ?? '')) {
    yield [`${name} template should use datasource '$datasource', is currently '${datasource?.uid}'`];
  }
  if (type !== 'query') yield [`${name} template should be a Prometheus query, is currently '${type}'`];
  const title = `${name[0]!.toUpperCase()}${name.slice(1)}`;
  if (label !== title) yield [`${name} template should be labeled '${title}', is currently '${label}'`];
  if (!multi) yield [`${name} template should be a multi select`];
  if (allValue !== '.+') yield [`${name} template allValue should be '.+', is currently '${allValue}'`];
}

const requires = (label: string): Rule =>
  function* (dashboard) {
    for (const [panel, expr] of expressions(dashboard)) {
      for (const { metric, matchers } of selectorUses(expr.replaceAll('$__rate_interval', RATE_INTERVAL))) {
        if (
          !matchers.some((matcher) => [`${label}=~"$${label}"`, `${label}=~"\${${label}}"`].includes(matcher))
        ) {
          yield [`invalid PromQL query '${expr}': ${metric} has no matcher ${label}=~"$${label}"`, panel];
        }
      }
    }
  };

export const GRAFANA_RULES = {
  *'template-datasource-rule'(dashboard) {
    const all = dataSources(dashboard);
    if (all.length === 0) yield ['does not have a templated data source'];
    for (const { name, label, query } of all) {
      const type = String(query);
      const names = [`${type}_datasource`, ...(all.length === 1 ? ['datasource'] : [])];
      const title = `${type[0]?.toUpperCase()}${type.slice(1)} data source`;
      const labels = [title, ...(all.length === 1 ? ['Data source'] : [])];
      if (!names.includes(name)) yield [`data source variable '${name}' should be named '${names[0]}'`];
      if (!labels.includes(label ?? ''))
        yield [`data source variable '${name}' should be labeled '${title}'`];
    }
  },
  *'template-job-rule'(dashboard) {
    if (isPrometheus(dashboard)) yield* templated(dashboard, 'job');
  },
  *'template-instance-rule'(dashboard) {
    if (isPrometheus(dashboard)) yield* templated(dashboard, 'instance');
  },
  *'template-label-promql-rule'(dashboard) {
    if (!isPrometheus(dashboard)) return;
    for (const variable of dashboard.templating.list) {
      if (variable.type !== 'query') continue;
      const query = queryOf(variable);
      const [, name, argument] = /^([a-z_]+)\((.+)\)$/.exec(query) ?? [];
      if (name === undefined) yield [`variable '${variable.name}': invalid query '${query}'`];
      else if (!FUNCTIONS.includes(name)) yield [`variable '${variable.name}': invalid function '${name}'`];
      else {
        const wrong = syntaxError(argument!.replace(/,\s*\w+$/, ''));
        if (wrong !== undefined) yield [`variable '${variable.name}': ${wrong}`];
      }
    }
  },
  *'template-on-time-change-reload-rule'({ templating }) {
    for (const { type, name, refresh } of templating.list) {
      if (type === 'query' && refresh !== 2) {
        yield [`variable '${name}' should be refreshed on time range change (2), is currently ${refresh}`];
      }
    }
  },
  *'panel-datasource-rule'(dashboard) {
    const uids = dataSources(dashboard).flatMap(({ name }) => [`$${name}`, `\${${name}}`]);
    for (const panel of panelsIn(dashboard)) {
      const uid = panel.datasource?.uid;
      if (!uids.includes(uid ?? '')) yield [`does not use a templated data source, uses '${uid}'`, panel];
    }
  },
  *'panel-title-description-rule'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      if (!panel.title || !panel.description) {
        yield [`panel with id ${panel.id} has no title or no description`, panel];
      }
    }
  },
  *'panel-units-rule'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      const unit = panel.fieldConfig?.defaults.unit;
      if (WITH_UNIT.includes(panel.type) && !UNITS.has(unit ?? '')) {
        yield [`has no or invalid units defined: '${unit}'`, panel];
      }
    }
  },
  *'panel-no-targets-rule'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      if (!panel.targets?.length) yield ['has no targets', panel];
    }
  },
  *'target-logql-rule'(dashboard) {
    for (const [panel, { expr = '' }] of targets(dashboard, 'loki')) {
      if (!/^[^{]*\{.+\}/.test(expr)) yield [`invalid LogQL query '${expr}'`, panel];
    }
  },
  *'target-logql-auto-rule'(dashboard) {
    for (const [panel, { expr = '' }] of targets(dashboard, 'loki')) {
      if (/\[\d+\w\]/.test(expr)) yield ['LogQL query uses fixed duration: should use $__auto', panel];
    }
  },
  *'target-promql-rule'(dashboard) {
    for (const [panel, { expr = '' }] of targets(dashboard, 'prometheus')) {
      const wrong = syntaxError(expr);
      if (wrong !== undefined) yield [`invalid PromQL query: ${wrong}`, panel];
    }
  },
  *'target-rate-interval-rule'(dashboard) {
    for (const [panel, expr] of expressions(dashboard)) {
      if (!WITH_QUERIES.includes(panel.type)) continue;
      for (const { function: called, range } of selectorUses(filledIn(expr))) {
        if ((called === 'rate' || called === 'irate') && range !== RATE_INTERVAL) {
          yield [`invalid PromQL query '${expr}': should use $__rate_interval`, panel];
        }
      }
    }
  },
  'target-job-rule': requires('job'),
  'target-instance-rule': requires('instance'),
  *'target-counter-agg-rule'(dashboard) {
    for (const [panel, expr] of expressions(dashboard)) {
      for (const { metric, function: called } of selectorUses(filledIn(expr))) {
        if (metric.endsWith('_total') && !['rate', 'irate', 'increase'].includes(called ?? '')) {
          yield [`counter metric '${metric}' is not aggregated with rate, irate, or increase`, panel];
        }
      }
    }
  },
  *'uneditable-dashboard-rule'({ editable }) {
    if (editable !== false) yield ["is editable, it should be set to 'editable: false'"];
  },
} satisfies Readonly<Record<string, Rule>>;

export type RuleName = keyof typeof GRAFANA_RULES;

export function lintAsGrafana(dashboard: DashboardJson): Problem[] {
  return Object.entries<Rule>(GRAFANA_RULES).flatMap(([rule, check]) =>
    [...check(dashboard)].map(([message, panel]) => ({
      rule,
      dashboard: dashboard.title,
      ...(panel === undefined ? {} : { panel: panel.title ?? '' }),
      message,
    })),
  );
}
