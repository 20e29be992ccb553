// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Grafana are written so
/** The rules themselves, tried: each has to find what it is there for, in a dashboard that is otherwise well. */
import { expect, test } from 'vitest';
import { PRINTED } from '../../test/printed-dashboards.ts';
import type { DashboardJson } from './dashboard-json.ts';
import { GRAFANA_RULES, lintAsGrafana, type RuleName } from './grafana-rules.ts';
import { lintAsWe, type OUR_RULES } from './our-rules.ts';

// biome-ignore lint/suspicious/noExplicitAny: dashboards are broken here on purpose
type Loose = any;
type OurRule = keyof typeof OUR_RULES;

/** By the linter's book: a panel on Prometheus, job and instance. */
function wellMade(): Loose {
  const prometheus = { type: 'prometheus', uid: '${prometheus_datasource}' };
  const variable = (name: string, label: string): object => ({
    type: 'query',
    name,
    label,
    datasource: prometheus,
    query: { query: `label_values(up{job=~"$job"}, ${name})` },
    refresh: 2,
    multi: true,
    allValue: '.+',
  });
  return {
    uid: 'well-made',
    title: 'Well made',
    description: 'Printed by `npm run generate -w dashboards`.',
    tags: ['generated'],
    editable: false,
    templating: {
      list: [
        {
          type: 'datasource',
          name: 'prometheus_datasource',
          label: 'Prometheus data source',
          query: 'prometheus',
        },
        { type: 'datasource', name: 'tempo_datasource', label: 'Tempo data source', query: 'tempo' },
        variable('job', 'Job'),
        variable('instance', 'Instance'),
      ],
    },
    annotations: { list: [] },
    links: [],
    panels: [
      {
        id: 1,
        type: 'timeseries',
        title: 'CPU',
        description: 'What it takes.\n\n**What to do:** Give it more.',
        datasource: prometheus,
        gridPos: { x: 0, y: 0, w: 12, h: 8 },
        links: [{ title: 'Here', url: '/d/well-made?viewPanel=panel-1&var-job=x' }],
        fieldConfig: {
          defaults: { unit: 'percentunit', noValue: 'None', thresholds: { steps: [{ value: null }] } },
          overrides: [],
        },
        targets: [
          {
            refId: 'A',
            datasource: prometheus,
            expr: 'rate(otelcol_process_cpu_seconds_total{job=~"$job", instance=~"$instance"}[$__rate_interval])',
            legendFormat: '{{instance}}',
          },
        ],
      },
      {
        id: 2,
        type: 'table',
        title: 'Traces',
        description: 'Some.\n\n**What to do:** Click.',
        datasource: { type: 'tempo', uid: '${tempo_datasource}' },
        gridPos: { x: 12, y: 0, w: 12, h: 8 },
        links: [{ title: 'Alerts', url: '/alerting/list' }],
        fieldConfig: { defaults: { unit: 'short', noValue: 'None' }, overrides: [] },
        targets: [{ refId: 'A', queryType: 'traceql', query: '{ status = error }' }],
      },
    ],
  };
}

const broken = (change: (dashboard: Loose) => void): DashboardJson => {
  const dashboard = wellMade();
  change(dashboard);
  return dashboard;
};
const target = (change: object) => (dashboard: Loose) =>
  void Object.assign(dashboard.panels[0].targets[0], change);
const panel = (change: object) => (dashboard: Loose) => void Object.assign(dashboard.panels[0], change);
const variable = (name: string, change: object) => (dashboard: Loose) =>
  void Object.assign(
    dashboard.templating.list.find((each: Loose) => each.name === name),
    change,
  );
const loki = (expr: string) =>
  target({ datasource: { type: 'loki', uid: '${prometheus_datasource}' }, expr });
const LABELS = '{job=~"$job", instance=~"$instance"}';

const GRAFANA_CASES: Readonly<Record<RuleName, readonly ((dashboard: Loose) => void)[]>> = {
  'template-datasource-rule': [
    variable('prometheus_datasource', { name: 'ds' }),
    variable('prometheus_datasource', { label: 'DS' }),
    (dashboard) => {
      dashboard.templating.list = [];
    },
  ],
  'template-job-rule': [
    variable('job', { name: 'jobs' }),
    variable('job', { datasource: { uid: 'prom' } }),
    variable('job', { type: 'custom' }),
    variable('job', { label: 'job' }),
    variable('job', { multi: false }),
    variable('job', { allValue: '.*' }),
  ],
  'template-instance-rule': [
    variable('instance', { name: 'pod' }),
    variable('instance', { allValue: undefined }),
  ],
  'template-label-promql-rule': [
    variable('job', { query: 'up' }),
    variable('job', { query: 'values(up, job)' }),
    variable('job', { query: { query: 'label_values(up{job=}, job)' } }),
  ],
  'template-on-time-change-reload-rule': [variable('job', { refresh: 1 })],
  'panel-datasource-rule': [panel({ datasource: { type: 'prometheus', uid: 'prometheus' } })],
  'panel-title-description-rule': [panel({ title: '' }), panel({ description: undefined })],
  'panel-units-rule': [
    panel({ fieldConfig: { defaults: {}, overrides: [] } }),
    panel({ fieldConfig: { defaults: { unit: 'seconds' }, overrides: [] } }),
  ],
  'panel-no-targets-rule': [panel({ targets: [] }), panel({ targets: undefined })],
  'target-logql-rule': [loki('count')],
  'target-logql-auto-rule': [loki('rate({job="x"}[5m])')],
  'target-promql-rule': [
    target({ expr: 'rate(' }),
    target({ expr: '' }),
    target({ expr: `up${LABELS} sum` }),
  ],
  'target-rate-interval-rule': [
    target({ expr: `rate(otelcol_process_cpu_seconds_total${LABELS}[5m])` }),
    target({ expr: `sum(irate(otelcol_process_cpu_seconds_total${LABELS}[1m])) / 2` }),
  ],
  'target-job-rule': [
    target({ expr: 'up{instance=~"$instance"}' }),
    target({ expr: `up${LABELS} / on () scrape_duration_seconds{job="$job", instance=~"$instance"}` }),
  ],
  'target-instance-rule': [target({ expr: 'up{job=~"$job"}' })],
  'target-counter-agg-rule': [
    target({ expr: `otelcol_process_cpu_seconds_total${LABELS}` }),
    target({ expr: `sum(deriv(otelcol_process_cpu_seconds_total${LABELS}[$__rate_interval]))` }),
  ],
  'uneditable-dashboard-rule': [
    (dashboard) => {
      dashboard.editable = true;
    },
  ],
};

const table =
  (...expressions: readonly string[]) =>
  (dashboard: Loose) =>
    void Object.assign(dashboard.panels[0], {
      type: 'table',
      targets: expressions.map((expr, index) => ({ refId: `${index}`, expr })),
    });
const second = (change: object) => (dashboard: Loose) => void Object.assign(dashboard.panels[1], change);
const link = (url: string) => panel({ links: [{ title: 'Away', url }] });
const explore = (query: string, uid = '${tempo_datasource}'): string =>
  `/explore?panes=${encodeURIComponent(JSON.stringify({ a: { queries: [{ query, datasource: { uid } }] } }))}`;

const OUR_CASES: Readonly<Record<OurRule, readonly ((dashboard: Loose) => void)[]>> = {
  'says-what-it-shows-and-what-to-do': [panel({ description: 'CPU.' })],
  'has-a-unit': [second({ fieldConfig: { defaults: { noValue: 'x' }, overrides: [] } })],
  'says-what-no-value-means': [second({ fieldConfig: { defaults: { unit: 's' }, overrides: [] } })],
  'has-a-link': [panel({ links: [] })],
  'ratios-have-bounds-and-thresholds': [
    panel({ fieldConfig: { defaults: { unit: 'percentunit', noValue: 'x' }, overrides: [] } }),
  ],
  'links-lead-somewhere': [
    link('/d/nowhere'),
    link('/d/well-made?viewPanel=panel-9'),
    link('/d/well-made?x=1&var-nothing=1'),
    link('https://example.com'),
    (dashboard) => dashboard.links.push({ title: 'Away', url: '/d/nowhere' }),
  ],
  'variables-exist': [
    target({ expr: 'up{job=~"$jobs", instance=~"$instance"}' }),
    (dashboard) => dashboard.templating.list.push({ type: 'textbox', name: 'unused' }),
  ],
  'asks-for-what-is-in-the-catalogue': [
    target({ expr: `qdrant_points${LABELS}` }),
    target({ expr: 'up{job=~"$job", pod="x"}' }),
    target({ expr: 'sum by (pod) (up)' }),
    variable('job', { query: 'label_values(nothing, job)' }),
    (dashboard) => dashboard.annotations.list.push({ name: 'x', expr: 'nothing' }),
  ],
  'tables-join-on-the-same-labels': [
    table('sum by (job) (up)', 'up'),
    table('sum by (job) (up)', 'sum by (job, instance) (up)'),
    table('sum by (job) (up)', 'sum by (instance) (max by (job, instance) (up))'),
    table('topk(5, up)', 'topk(5, up)'),
  ],
  'legends-name-labels': [target({ legendFormat: '{{pod}}' })],
  'traceql-parses': [
    second({ targets: [{ queryType: 'traceql', query: '{ status = }' }] }),
    link(explore('{ duration > }')),
    (dashboard) => {
      dashboard.templating.list.push({
        type: 'custom',
        name: 'c',
        options: [{ value: 'true' }, { value: '||' }],
      });
      dashboard.panels[1].targets[0].query = '{ true && $c }';
    },
  ],
  'no-fixed-data-source': [
    second({ datasource: { type: 'tempo', uid: 'tempo' } }),
    target({ datasource: { type: 'prometheus', uid: 'PBFA97CFB590B2093' } }),
    link(explore('{ true }', 'tempo')),
  ],
  'cheap-with-a-thousand-services': [
    target({ expr: 'sum(rate(traces_span_metrics_calls_total[$__rate_interval]))' }),
    target({ expr: 'rate(traces_span_metrics_calls_total{service_name=~"$service"}[$__rate_interval])' }),
    target({ expr: 'http_server_request_duration_seconds_count' }),
  ],
  'in-the-grid-without-overlap': [
    second({ gridPos: { x: 11, y: 7, w: 12, h: 8 } }),
    second({ gridPos: { x: 13, y: 0, w: 12, h: 8 } }),
  ],
  'panels-have-ids-and-titles-of-their-own': [second({ id: 1 }), second({ title: 'CPU' })],
  'says-where-it-is-from': [
    (dashboard) => {
      dashboard.description = 'By hand.';
    },
  ],
};

test('the dashboard that is well made has no problem', () => {
  expect([...lintAsGrafana(wellMade()), ...lintAsWe(wellMade(), [wellMade()])]).toEqual([]);
});

const cases = (all: Readonly<Record<string, readonly ((dashboard: Loose) => void)[]>>) =>
  Object.entries(all).flatMap(([rule, changes]) =>
    changes.map((change, index) => [rule, index + 1, change] as const),
  );

test.each(cases(GRAFANA_CASES))('%s finds it (%i)', (rule, _number, change) => {
  expect(lintAsGrafana(broken(change)).map((problem) => problem.rule)).toContain(rule);
});

test.each(cases(OUR_CASES))('%s finds it (%i)', (rule, _number, change) => {
  const dashboard = broken(change);
  expect(lintAsWe(dashboard, [dashboard]).map((problem) => problem.rule)).toContain(rule);
});

test("there are Grafana's 17, and every rule looks at every panel", () => {
  expect(Object.keys(GRAFANA_RULES)).toHaveLength(17);
  expect(PRINTED).toHaveLength(4);
});
