import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { accessibilityProblems, type GrafanaPage, ID, openGrafanaPage } from './grafana-page.ts';

/** Every page as it is first seen on a working system: what must be there, in light and dark, with axe. */
let grafana: GrafanaPage;

beforeAll(async () => {
  grafana = await openGrafanaPage({ dataSources: inject('dataSources') });
});
afterAll(() => grafana?.close());

interface Page {
  readonly name: string;
  readonly path: string;
  readonly heading: string;
  readonly texts: readonly string[];
}

const PAGES: readonly Page[] = [
  {
    name: 'Home',
    path: '/',
    heading: 'Home',
    texts: ['tempo is down', 'Spans received', 'Services with requests', 'Choose and test them'],
  },
  { name: 'Services', path: '/services', heading: 'Services', texts: ['front', 'back', 'req/s', 'p95'] },
  {
    name: 'a service',
    path: '/services/front',
    heading: 'front',
    texts: ['Operations', 'Databases that it calls', 'qdrant / items', 'p99'],
  },
  {
    name: 'Vector DB',
    path: '/vector-db',
    heading: 'Vector DB',
    texts: ['Servers up', 'documents', 'items', 'p95 of clients'],
  },
  {
    name: 'Alerts',
    path: '/alerts',
    heading: 'Alerts',
    texts: ['ServiceErrorBudgetBurnFast', 'QdrantDown', 'Not installed'],
  },
  {
    name: 'Configuration',
    path: '/plugins/uat-tracing-app?page=configuration',
    heading: 'Configuration',
    texts: ['Label of the environment', 'Address of Jaeger'],
  },
];

describe.each([
  ['light', 'rgb(255, 255, 255)'],
  ['dark', 'rgb(24, 27, 31)'],
] as const)('%s', (theme, ground) => {
  test.each(PAGES)('$name', async ({ path, heading, texts }) => {
    const { host, page } = grafana;
    host.theme = theme;
    await grafana.open(path);
    await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor();
    for (const text of texts) await page.getByText(text).first().waitFor();
    const main = page.locator('main');
    expect(await main.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe(ground);
    expect(await accessibilityProblems(page)).toEqual([]);
    expect(grafana.complaints()).toEqual([]);
  });
});

test('the numbers are those of Prometheus', async () => {
  const { host, page } = grafana;
  const [prometheus] = host.dataSources.list;
  const of = 'service:requests:rate5m{service_name="front"}';
  const ask = async (query: string, time?: number): Promise<number> => {
    const form = new URLSearchParams({ query, ...(time === undefined ? {} : { time: String(time) }) });
    const answer = await (await fetch(`${prometheus!.url}/api/v1/query?${form}`)).json();
    return Number(answer.data.result[0]?.value[1]);
  };
  // An instant of which Prometheus has recorded all there will be, and the next round after it: it stays as it is.
  const instant = Math.floor(Date.now() / 1000);
  await expect.poll(() => ask(`timestamp(${of})`), { timeout: 120_000 }).toBeGreaterThan(instant);
  const asked = await ask(of, instant);
  expect(asked).toBeGreaterThan(0);
  const then = await page.context().newPage();
  try {
    await then.clock.setFixedTime(instant * 1000);
    await then.goto(`${host.url}/a/${ID}/services`);
    const row = then.getByRole('row', { name: /^front / });
    await row.waitFor();
    const [, shown = ''] = /([\d.]+) req\/s/.exec(await row.innerText()) ?? [];
    // Equal, as far as it is shown.
    expect(shown).toBe(asked.toFixed(shown.split('.')[1]?.length ?? 0));
  } finally {
    await then.close();
  }
});

test('sorting and searching stand in the address, and come back with it', async () => {
  const { page } = grafana;
  await grafana.open('/services');
  await page.getByRole('textbox', { name: 'Search services' }).fill('fro');
  await page.getByRole('row', { name: /^back / }).waitFor({ state: 'detached' });
  expect(new URL(page.url()).searchParams.get('search')).toBe('fro');
  await page.reload();
  await page.getByRole('row', { name: /^front / }).waitFor();
  expect(await page.getByRole('row', { name: /^back / }).count()).toBe(0);
  await page.getByRole('textbox', { name: 'Search services' }).fill('nowhere');
  await page.getByRole('button', { name: 'Show all services' }).click();
  await page.getByRole('row', { name: /^back / }).waitFor();
  await page.getByRole('button', { name: 'Sort column Service' }).click();
  await page.waitForURL(/sort=/);
  expect(grafana.complaints()).toEqual([]);
});

const IN_TEST = 'resource.deployment.environment.name = "test"';

/** TraceQL of a link to Explore. */
async function queryBehind(link: string): Promise<string> {
  const href = await grafana.page.getByRole('link', { name: link }).getAttribute('href');
  const panes = JSON.parse(new URL(href!, grafana.host.url).searchParams.get('panes') ?? '{}');
  return (Object.values(panes) as { queries: { query: string }[] }[])[0]!.queries[0]!.query;
}

test('links lead to the dashboard of the service, and to its traces in Explore', async () => {
  const { page } = grafana;
  await grafana.open('/services');
  await page.getByRole('link', { name: 'Dashboard of front' }).click();
  await page.waitForURL(/\/d\/uat-service-overview\?.*var-service=front/);
  await grafana.open('/services');
  await page.getByRole('link', { name: 'Traces of front' }).click();
  const elsewhere = await page.getByTestId('elsewhere').innerText();
  const panes = JSON.parse(new URLSearchParams(elsewhere.slice(elsewhere.indexOf('?'))).get('panes') ?? '{}');
  const [pane] = Object.values(panes) as { datasource: string; queries: { query: string }[] }[];
  expect(pane).toMatchObject({
    datasource: 'tempo',
    queries: [{ query: `{ resource.service.name = "front" && ${IN_TEST} }`, queryType: 'traceql' }],
  });
  await grafana.open('/services');
  await page.getByRole('link', { name: 'front', exact: true }).click();
  await page.getByRole('link', { name: 'Failed traces' }).waitFor();
  expect(await queryBehind('Failed traces')).toBe(
    `{ resource.service.name = "front" && ${IN_TEST} && status = error }`,
  );
});

test('Vector DB: by environment, and so are its links', async () => {
  const { host, page } = grafana;
  await grafana.open('/vector-db');
  await page.getByRole('row', { name: /^documents .*200/ }).waitFor();
  const calls = page.getByRole('row', { name: /^items / }).getByText(/req\/s/);
  await calls.first().waitFor();
  expect(await queryBehind('Traces of items')).toBe('{ span.db.collection.name = "items" }');
  await page.getByRole('combobox', { name: 'Environment' }).click();
  expect(await page.getByRole('option').allInnerTexts()).toEqual(['staging', 'test']);
  await page.getByRole('option', { name: 'test' }).click();
  await page.waitForURL(/environment=test/);
  await calls.first().waitFor();
  const asked = host.requests.filter(({ path }) => path === '/api/ds/query').at(-1)?.body as {
    queries: { refId: string; expr: string }[];
  };
  expect(asked.queries.find(({ refId }) => refId === 'calls')?.expr).toContain(
    '{deployment_environment_name="test", db_system_name="qdrant"}',
  );
  expect(await queryBehind('Traces of items')).toBe(`{ ${IN_TEST} && span.db.collection.name = "items" }`);
  const dashboard = await page.getByRole('link', { name: 'Dashboard of items' }).getAttribute('href');
  expect(new URL(dashboard!, host.url).searchParams.get('var-environment')).toBe('test');
  expect(await accessibilityProblems(page)).toEqual([]);
  expect(grafana.complaints()).toEqual([]);
});

describe('the bundled dashboards', () => {
  const uids = [
    'uat-service-overview',
    'uat-distributed-tracing',
    'uat-vector-database',
    'uat-tracing-pipeline',
  ];
  test.each(uids)('%s: every panel that can be drawn here has its answer', async (uid) => {
    const { page } = grafana;
    await grafana.open(`/d/${uid}?from=now-5m&to=now&var-service=front`);
    const panels = page.getByTestId('panel');
    await panels.first().waitFor();
    await page.locator('[data-state=loading]').first().waitFor({ state: 'detached' });
    expect(await page.locator('[data-state=failed]').allInnerTexts()).toEqual([]);
    expect(await page.getByRole('alert').allInnerTexts()).toEqual([]);
    expect(await panels.count()).toBeGreaterThan(10);
    expect(grafana.complaints()).toEqual([]);
  });
});
