/** Every query of every panel, asked of the real Prometheus, with traffic from the SDK and a Qdrant stood in for. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMITTERS, SERIES } from '../../dashboards/src/catalogue/catalogue.ts';
import { ALL_DASHBOARDS } from '../../dashboards/src/dashboards/dashboards.ts';
import { filledIn } from '../../dashboards/src/lint/filled-in.ts';
import { DASHBOARDS } from '../../dashboards/src/panels.ts';
import { parsePromql } from '../../dashboards/src/promql/expression.ts';
import { rulesBehind } from '../../dashboards/test/alert-cases.ts';
import { PAGES_FOLDER, pageOf } from '../../dashboards/test/metrics-page.ts';
import { type PanelQuery, panelQueries, valuesOf } from '../../dashboards/test/panel-queries.ts';
import { type NativeService, type NativeStack, startNativeStack } from '../src/native/index.ts';
import { figures } from './figures.ts';
import { WITHOUT_DATA } from './panels-without-data.ts';

const APP = fileURLToPath(new URL('dashboard-app.ts', import.meta.url));
const WITHIN_MILLIS = 240_000;
/** The service whose overview is looked at: it has everything, a service that it calls and a database. */
const SERVICE = 'front';
const CHOSEN = { service: SERVICE };
const QUERIES = panelQueries(CHOSEN, '30s');

const record = figures('Queries of panels, asked of the real Prometheus');

/** What is said of a query that returns nothing: of itself, or of its panel. */
const reasonOf = ({ key }: PanelQuery): string | undefined =>
  WITHOUT_DATA[key] ?? WITHOUT_DATA[key.split(' ')[0]!];

let stack: NativeStack;
let front: NativeService;
let traffic: Promise<void>;
let wanted = true;
let orders = 0;

async function startService(name: string, port: number, next?: string): Promise<NativeService> {
  return stack.startApp([process.execPath, APP], {
    environment: {
      SERVICE: name,
      PORT: String(port),
      ...(next === undefined ? {} : { NEXT: next }),
      HOST: stack.network.address('app'),
      UAT_TRACING_PRESET: 'collector',
      // One over each protocol.
      ...(next === undefined
        ? {
            OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
            OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4317),
          }
        : { OTEL_EXPORTER_OTLP_ENDPOINT: stack.collector.urlWithin(4318) }),
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.version=1.2.3',
      QDRANT_URL: stack.qdrant.urlWithin(6333),
      QDRANT_API_KEY: stack.secrets.qdrantApiKey,
    },
    healthUrl: `http://127.0.0.1:${port}/health`,
  });
}

async function qdrant(method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`${stack.qdrant.url(6333)}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'api-key': stack.secrets.qdrantApiKey },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
}

/** Some ten orders a second, until they are no longer wanted. */
async function makeOrders(): Promise<void> {
  while (wanted) {
    orders++;
    await (await fetch(`${front.url(8080)}/order?n=${orders}`)).arrayBuffer();
    await delay(50);
  }
}

beforeAll(async () => {
  stack = await startNativeStack({
    settings: { METRICS_FLUSH_INTERVAL: '1s', DECISION_WAIT: '2s', DECISION_WAIT_AFTER_ROOT: '1s' },
  });
  await qdrant('PUT', '/collections/items', { vectors: { size: 3, distance: 'Cosine' } });
  // A collection whose vectors have names.
  await qdrant('PUT', '/collections/pictures', { vectors: { image: { size: 2, distance: 'Dot' } } });
  await qdrant('PUT', '/collections/pictures/points?wait=true', {
    points: [{ id: 1, vector: { image: [1, 0] } }],
  });
  await startService('back', 8081);
  front = await startService(SERVICE, 8080, `http://${stack.network.host('app')}:8081`);
  traffic = makeOrders();
  traffic.catch(() => {});
});
afterAll(async () => {
  wanted = false;
  await traffic?.catch(() => {});
  await stack?.stop();
});

/** Series with a value: of a NaN, as a ratio of nothing to nothing is, Grafana draws nothing. */
async function seriesOf(query: PanelQuery): Promise<readonly Readonly<Record<string, string>>[]> {
  const samples = await stack.prometheus.query(query.filled);
  return samples.filter(({ value }) => !Number.isNaN(value)).map(({ labels }) => labels);
}

it('return data, but those that are listed with a reason', { timeout: WITHIN_MILLIS + 60_000 }, async () => {
  const found = new Map<PanelQuery, readonly Readonly<Record<string, string>>[]>();
  const missing = (): PanelQuery[] => QUERIES.filter((query) => !found.has(query));
  const deadline = performance.now() + WITHIN_MILLIS;
  while (missing().some((query) => reasonOf(query) === undefined) && performance.now() < deadline) {
    for (const query of missing()) {
      const series = await seriesOf(query);
      if (series.length > 0) found.set(query, series);
    }
    await delay(2000);
  }
  for (const query of QUERIES) {
    const series = found.get(query)?.length ?? 0;
    record(
      `${query.key} ${query.title}`,
      series > 0 ? `${series} series` : `none: ${reasonOf(query) ?? '?'}`,
    );
  }
  record('orders made', orders);
  record('queries', QUERIES.length);
  record('queries that return data', found.size);
  expect(
    missing()
      .filter((query) => reasonOf(query) === undefined)
      .map(({ key, filled }) => `${key}: ${filled}`),
    'return nothing, and are not listed',
  ).toEqual([]);
  expect(
    [...found.keys()]
      .filter((query) => reasonOf(query) !== undefined)
      .map(({ key, filled }) => `${key}: ${filled}`),
    'are listed, and return data',
  ).toEqual([]);
  const unnamed = [...found].flatMap(([{ key, legend }, series]) =>
    [...legend.matchAll(/\{\{(\w+)\}\}/g)]
      .filter(([, label]) => !series.some((labels) => labels[label!]))
      .map(([, label]) => `${key}: ${label}`),
  );
  expect(unnamed, 'labels of legends that no series has').toEqual([]);
});

it('the list names queries that there are', () => {
  const keys = new Set(QUERIES.flatMap(({ key }) => [key, key.split(' ')[0]!]));
  expect(Object.keys(WITHOUT_DATA).filter((key) => !keys.has(key))).toEqual([]);
});

it('exemplars lead to traces that were kept', async () => {
  const asked = QUERIES.filter(({ exemplars }) => exemplars);
  expect(asked.length).toBeGreaterThan(4);
  for (const { key, filled } of asked) {
    const end = Date.now() / 1000;
    const search = new URLSearchParams({ query: filled, start: String(end - 600), end: String(end) });
    const answer = (await stack.prometheus.api(`query_exemplars?${search}`)) as {
      exemplars: { labels: { trace_id?: string } }[];
    }[];
    const ids = answer.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id ?? ''));
    const kept = ids.filter((id) => stack.jaeger.traces().has(id));
    record(`${key} exemplars`, `${ids.length}, ${kept.length} of traces in the store`);
    expect(kept.length, key).toBeGreaterThan(0);
  }
});

const variables = ALL_DASHBOARDS.flatMap((dashboard) =>
  dashboard.variables.flatMap((variable) =>
    variable.kind === 'query'
      ? [[DASHBOARDS[dashboard.name], variable.name, dashboard, variable] as const]
      : [],
  ),
);
it.each(variables)('%s: the variable %s has values', async (uid, name, dashboard, { selector, of }) => {
  const filled = filledIn(selector, valuesOf(dashboard.variables, CHOSEN));
  const search = new URLSearchParams({ 'match[]': filled });
  const values = (await stack.prometheus.api(`label/${of}/values?${search}`)) as string[];
  record(`${uid} $${name}`, values.join(', '));
  expect(values).not.toEqual([]);
  if (name === 'service') expect(values).toContain(SERVICE);
});

it.each(
  ALL_DASHBOARDS.flatMap(({ annotations }) => annotations).filter(({ name }) => name === 'Deployments'),
)('an annotation for the version that was deployed: $query.expr', async ({ query }) => {
  const filled = filledIn(query.expr, { service: SERVICE, environment: '.*' });
  const samples = await stack.prometheus.query(filled);
  expect(samples.map(({ labels }) => labels.service_version)).toContain('1.2.3');
});

/** What cannot run here is held against pages that the programs have really printed. */
describe.skipIf(PAGES_FOLDER === undefined)(
  `queries without data, against recorded pages${PAGES_FOLDER === undefined ? ' (skipped: UAT_METRICS_PAGES names no folder of them)' : ''}`,
  () => {
    const withPage = EMITTERS.filter(({ page }) => page !== undefined);
    it.each(
      QUERIES.filter((query) => reasonOf(query) !== undefined).map((query) => [query.key, query] as const),
    )('%s', (_key, { filled }) => {
      const expressions = [filled, ...rulesBehind([filled]).map(({ expr }) => expr)];
      const wrong: string[] = [];
      for (const { name, labels } of expressions.flatMap((expr) => parsePromql(expr).selectors)) {
        const emitted = SERIES.get(name) ?? []; // none: a recorded one, whose rule is looked at as well
        const onPages = withPage.filter(({ id }) => emitted.some(({ emitter }) => emitter.id === id));
        for (const emitter of onPages) {
          const { metric } = emitted.find((each) => each.emitter.id === emitter.id)!;
          const page = pageOf(emitter);
          const printed = page.labels.get(name);
          if (printed === undefined) {
            if (metric.appears === undefined) wrong.push(`${page.file} has no ${name}`);
            continue;
          }
          const scraped = [...emitter.labels, ...(metric.sometimes ?? [])];
          const absent = labels.filter((label) => !printed.has(label) && !scraped.includes(label));
          if (absent.length > 0) wrong.push(`${name} in ${page.file} has no labels ${absent}`);
        }
      }
      expect(wrong).toEqual([]);
    });
  },
);
