import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { accessibilityProblems, type GrafanaPage, openGrafanaPage } from './grafana-page.ts';

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
  await grafana.open('/services');
  const row = page.getByRole('row', { name: /^front / });
  await row.waitFor();
  const shown = Number(/([\d.]+) req\/s/.exec(await row.innerText())?.[1]);
  const [prometheus] = host.dataSources.list;
  const query = new URLSearchParams({ query: 'sum(service:requests:rate5m{service_name="front"})' });
  const answer = await (await fetch(`${prometheus!.url}/api/v1/query?${query}`)).json();
  const asked = Number(answer.data.result[0].value[1]);
  expect(asked).toBeGreaterThan(0);
  // Recorded every few seconds, and asked a moment later.
  expect(Math.abs(shown - asked) / asked).toBeLessThan(0.25);
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
    queries: [{ query: '{ resource.service.name = "front" }', queryType: 'traceql' }],
  });
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
