// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
import { parser as traceql } from '@grafana/lezer-traceql';
import { parsePromql } from '../promql/expression.ts';
import { KNOWN_SERIES, unknownIn } from '../promql/known-series.ts';
import {
  type DashboardJson,
  type LinkJson,
  linksOf,
  type PanelJson,
  panelsIn,
  queryOf,
} from './dashboard-json.ts';
import { filledIn, variablesIn } from './filled-in.ts';
import type { Problem } from './problem.ts';
import { groupingsAround, selectorUses } from './selector-uses.ts';

/** What we ask of a dashboard beyond Grafana's linter. `all`: the others that its links may lead to. */
type Rule = (dashboard: DashboardJson, all: readonly DashboardJson[]) => Iterable<Message>;
type Message = readonly [message: string, panel?: PanelJson];

/** Written by every service for each of its operations: too many series to sum over all services at every look. */
const BY_OPERATION = /^(traces_span_metrics_|http_server_request_|http_client_request_)/;
/** A single service: the variable is not one that takes several. */
const ONE_SERVICE = /^service_name="\$\{?service\}?"$/;
/** Single series of a metric that come to be only when something is wrong. */
const RARE = /^otel_metric_overflow="true"$/;
const DATA_SOURCES = ['${prometheus_datasource}', '${tempo_datasource}'];
const TEMPO_PANELS = ['nodeGraph', 'traces'];

function* promql(dashboard: DashboardJson): Generator<readonly [string, PanelJson?]> {
  for (const panel of panelsIn(dashboard)) {
    for (const { expr } of panel.targets ?? []) if (expr !== undefined) yield [expr, panel];
  }
  for (const { expr } of dashboard.annotations.list) if (expr !== undefined) yield [expr];
  for (const variable of dashboard.templating.list) {
    const [, selector] = /^label_values\((.+),\s*\w+\)$/.exec(queryOf(variable)) ?? [];
    if (variable.type === 'query' && selector !== undefined) yield [selector];
  }
}

/** Each with every choice of the variables that it takes. */
function* traceqlQueries(dashboard: DashboardJson): Generator<readonly [string, PanelJson?]> {
  for (const panel of panelsIn(dashboard)) {
    for (const { queryType, query } of panel.targets ?? []) {
      if (queryType === 'traceql' && query !== undefined) yield [query, panel];
    }
    for (const { url } of linksOf(panel)) yield* fromLink(url, panel);
  }
  for (const { url } of dashboard.links) yield* fromLink(url);
}

function* fromLink(url: string, panel?: PanelJson): Generator<readonly [string, PanelJson?]> {
  if (!url.startsWith('/explore?')) return;
  const panes = JSON.parse(new URL(url, 'http://grafana').searchParams.get('panes') ?? '{}') as Record<
    string,
    { queries: { query?: string }[] }
  >;
  for (const { queries } of Object.values(panes)) {
    for (const { query } of queries) if (query !== undefined) yield [query, panel];
  }
}

/** @returns the texts that a text becomes with each choice of the dashboard's variables */
export function choices(text: string, { templating }: DashboardJson): string[] {
  const chosen = templating.list.find(
    ({ type, name }) => type === 'custom' && variablesIn(text).includes(name),
  );
  const values = chosen?.options?.map(({ value }) => value) ?? [''];
  return values.map((value) => filledIn(text, chosen ? { [chosen.name]: value } : {}));
}

export function traceqlError(query: string): string | undefined {
  let error: string | undefined;
  traceql.parse(query).iterate({
    enter({ type, from }) {
      if (type.isError) error ??= `not TraceQL at character ${from}: ${query}`;
    },
  });
  return error;
}

function* links(dashboard: DashboardJson): Generator<readonly [LinkJson, PanelJson?]> {
  for (const link of dashboard.links) yield [link];
  for (const panel of panelsIn(dashboard)) for (const link of linksOf(panel)) yield [link, panel];
}

export const OUR_RULES = {
  *'says-what-it-shows-and-what-to-do'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      const [shows = '', todo = ''] = (panel.description ?? '').split('\n\n**What to do:** ');
      if (!/\.$/.test(shows) || !/\.$/.test(todo))
        yield ['no sentence on what it shows, or on what to do', panel];
    }
  },
  *'has-a-unit'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      if (!panel.fieldConfig?.defaults.unit && !TEMPO_PANELS.includes(panel.type))
        yield ['has no unit', panel];
    }
  },
  *'says-what-no-value-means'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      if (!panel.fieldConfig?.defaults.noValue) yield ['has no text for when there are no values', panel];
    }
  },
  *'has-a-link'(dashboard) {
    for (const panel of panelsIn(dashboard)) if (!panel.links?.length) yield ['has no link', panel];
  },
  *'ratios-have-bounds-and-thresholds'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      const { unit, thresholds } = panel.fieldConfig?.defaults ?? {};
      if (unit === 'percentunit' && thresholds?.steps === undefined) yield ['has no thresholds', panel];
    }
  },
  *'links-lead-somewhere'(dashboard, all) {
    for (const [{ title, url }, panel] of links(dashboard)) {
      const [, uid] = /^\/d\/([^/?]+)/.exec(url) ?? [];
      if (uid === undefined) {
        if (!/^(\/explore\?|\/alerting\/|\$\{jaeger_url\}\/)/.test(url))
          yield [`${title} leads to ${url}`, panel];
        continue;
      }
      const target = all.find((each) => each.uid === uid);
      if (!target) {
        yield [`${title} leads to a dashboard ${uid} that there is not`, panel];
        continue;
      }
      const id = /[?&]viewPanel=panel-(\d+)/.exec(url)?.[1];
      if (id !== undefined && !panelsIn(target).some((each) => each.id === Number(id))) {
        yield [`${title} leads to a panel ${id} that ${uid} does not have`, panel];
      }
      for (const [, name] of url.matchAll(/[?&]var-(\w+)=/g)) {
        if (!target.templating.list.some((each) => each.name === name)) {
          yield [`${title} sets a variable ${name} that ${uid} does not have`, panel];
        }
      }
    }
  },
  *'variables-exist'(dashboard) {
    const names = new Set(dashboard.templating.list.map(({ name }) => name));
    const { templating, panels, annotations, links: top } = dashboard;
    const used = variablesIn(JSON.stringify([templating, panels, annotations, top]));
    for (const name of new Set(used))
      if (!names.has(name)) yield [`uses a variable ${name} that there is not`];
    for (const name of names) {
      if (!used.includes(name)) yield [`has a variable ${name} that nothing uses`];
    }
  },
  *'asks-for-what-is-in-the-catalogue'(dashboard) {
    for (const [expr, panel] of promql(dashboard)) {
      try {
        for (const message of unknownIn(filledIn(expr))) yield [`${message}: ${expr}`, panel];
      } catch (error) {
        yield [(error as Error).message, panel];
      }
    }
  },
  *'tables-join-on-the-same-labels'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      const expressions = (panel.targets ?? []).flatMap(({ expr }) => (expr === undefined ? [] : [expr]));
      if (panel.type !== 'table' || expressions.length < 2) continue;
      const rows = new Set<string>();
      for (const expr of expressions) {
        const groupings = groupingsAround(filledIn(expr));
        for (const labels of groupings)
          rows.add(labels?.filter((label) => label !== 'le').join() ?? 'its own');
      }
      if (rows.size > 1 || rows.has('its own')) yield [`joins rows of ${[...rows].join(' and ')}`, panel];
    }
  },
  *'legends-name-labels'(dashboard) {
    for (const panel of panelsIn(dashboard)) {
      for (const { expr, legendFormat = '' } of panel.targets ?? []) {
        if (expr === undefined) continue;
        const { selectors, groupingLabels, writtenLabels } = parsePromql(filledIn(expr));
        const known = new Set([...groupingLabels, ...writtenLabels]);
        for (const { name } of selectors) for (const label of KNOWN_SERIES.get(name) ?? []) known.add(label);
        for (const [, label] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          if (!known.has(label!))
            yield [`the legend names a label ${label} that ${expr} does not have`, panel];
        }
      }
    }
  },
  *'traceql-parses'(dashboard) {
    for (const [query, panel] of traceqlQueries(dashboard)) {
      // The viewer's query is the id itself.
      if (/^\$\{trace_id\}$/.test(query)) continue;
      for (const filled of choices(query, dashboard)) {
        const error = traceqlError(filled);
        if (error !== undefined) yield [error, panel];
      }
    }
  },
  *'no-fixed-data-source'(dashboard) {
    for (const [, uid] of JSON.stringify(dashboard).matchAll(
      /"datasource":\{[^}]*?"uid":"((?:[^"}]|\{|\})*?)"/g,
    )) {
      if (!DATA_SOURCES.includes(uid!)) yield [`a data source is fixed: ${uid}`];
    }
    for (const [{ title, url }, panel] of links(dashboard)) {
      if (!url.startsWith('/explore?')) continue;
      const panes = new URL(url, 'http://grafana').searchParams.get('panes') ?? '';
      for (const [, uid] of panes.matchAll(/"uid":"([^"]*)"/g)) {
        if (!DATA_SOURCES.includes(uid!)) yield [`${title} has a fixed data source: ${uid}`, panel];
      }
    }
  },
  *'cheap-with-a-thousand-services'(dashboard) {
    const single = dashboard.templating.list.some(({ name, multi }) => name === 'service' && !multi);
    for (const [expr, panel] of promql(dashboard)) {
      for (const { metric, matchers } of selectorUses(filledOnlyRanges(expr))) {
        if (!BY_OPERATION.test(metric)) continue;
        const bounded =
          (single && matchers.some((matcher) => ONE_SERVICE.test(matcher))) ||
          matchers.some((matcher) => RARE.test(matcher) || /^job="[^"]+"$/.test(matcher));
        if (!bounded) yield [`${metric} of all services at every look: record it`, panel];
      }
    }
  },
  *'in-the-grid-without-overlap'({ panels }) {
    for (const group of [panels, ...panels.map((panel) => panel.panels ?? [])]) {
      for (const [index, panel] of group.entries()) {
        const { x, y, w, h } = panel.gridPos;
        if (x < 0 || y < 0 || w < 1 || h < 1 || x + w > 24) yield ['stands outside of the 24 columns', panel];
        for (const other of group.slice(index + 1)) {
          const { x: ox, y: oy, w: ow, h: oh } = other.gridPos;
          if (x < ox + ow && ox < x + w && y < oy + oh && oy < y + h)
            yield [`overlaps ${other.title}`, panel];
        }
      }
    }
  },
  *'panels-have-ids-and-titles-of-their-own'(dashboard) {
    const ids = new Map<number, PanelJson>();
    const titles = new Set<string>();
    for (const panel of [...dashboard.panels.filter(({ type }) => type === 'row'), ...panelsIn(dashboard)]) {
      if (ids.has(panel.id)) yield [`has the id ${panel.id} of ${ids.get(panel.id)?.title}`, panel];
      ids.set(panel.id, panel);
      if (panel.type === 'row') continue;
      if (titles.has(panel.title ?? '')) yield ['has the title of another one', panel];
      titles.add(panel.title ?? '');
    }
  },
  *'says-where-it-is-from'({ description = '', tags = [] }) {
    if (!description.includes('npm run generate -w dashboards') || !tags.includes('generated')) {
      yield ['does not say from what and by which command it was printed'];
    }
  },
} satisfies Readonly<Record<string, Rule>>;

/** Leaves variables as they are, so that matchers can be told apart. */
function filledOnlyRanges(expr: string): string {
  return expr.replaceAll(/\$__(rate_)?interval/g, '5m');
}

export function lintAsWe(dashboard: DashboardJson, all: readonly DashboardJson[]): Problem[] {
  return Object.entries<Rule>(OUR_RULES).flatMap(([rule, check]) =>
    [...check(dashboard, all)].map(([message, panel]) => ({
      rule,
      dashboard: dashboard.title,
      ...(panel === undefined ? {} : { panel: panel.title ?? '' }),
      message,
    })),
  );
}
