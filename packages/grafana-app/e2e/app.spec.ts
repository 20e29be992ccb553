import { expect, test } from '@grafana/plugin-e2e';

const ID = 'uat-tracing-app';

test.skip(
  process.env.GRAFANA_URL === undefined,
  'needs a running Grafana with the plugin: set GRAFANA_URL, GRAFANA_USER and GRAFANA_PASSWORD',
);

const PAGES = [
  ['', 'Home'],
  ['services', 'Services'],
  ['vector-db', 'Vector DB'],
  ['alerts', 'Alerts'],
] as const;

for (const [path, heading] of PAGES) {
  test(`${heading} comes up`, async ({ gotoAppPage, page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await gotoAppPage({ pluginId: ID, path });
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    expect(errors).toEqual([]);
  });
}

test('the menu has the pages of plugin.json', async ({ gotoAppPage, page }) => {
  await gotoAppPage({ pluginId: ID, path: '' });
  const settings = await page.request.get(`/api/plugins/${ID}/settings`);
  expect(settings.ok()).toBe(true);
  const { enabled, includes } = await settings.json();
  expect(enabled).toBe(true);
  expect(includes.filter(({ type }: { type: string }) => type === 'dashboard')).toHaveLength(4);
});

test('the configuration finds the data source and tests it', async ({ gotoAppConfigPage, page }) => {
  await gotoAppConfigPage({ pluginId: ID });
  await page.goto(`/plugins/${ID}?page=configuration`);
  await page.getByRole('button', { name: 'Test Prometheus' }).click();
  await expect(page.getByText('Prometheus answers')).toBeVisible();
});

test('Grafana has imported the dashboards', async ({ page }) => {
  for (const uid of [
    'uat-service-overview',
    'uat-distributed-tracing',
    'uat-vector-database',
    'uat-tracing-pipeline',
  ]) {
    const answer = await page.request.get(`/api/dashboards/uid/${uid}`);
    expect(answer.status(), uid).toBe(200);
  }
});

test('a rule goes into Grafana, and out again', async ({ gotoAppPage, page }) => {
  await gotoAppPage({ pluginId: ID, path: 'alerts?search=QdrantDown' });
  const choose = page.getByRole('checkbox', { name: 'Choose QdrantDown' });
  const rules = async (): Promise<readonly { title: string }[]> =>
    (await page.request.get('/api/v1/provisioning/alert-rules')).json();
  await choose.click({ force: true });
  await page.getByRole('button', { name: 'Import 1' }).click();
  await expect(page.getByText('Installed', { exact: true })).toBeVisible();
  expect((await rules()).map(({ title }) => title)).toContain('QdrantDown');
  await choose.click({ force: true });
  await page.getByRole('button', { name: 'Remove 1' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(page.getByText('Not installed')).toBeVisible();
  expect((await rules()).map(({ title }) => title)).not.toContain('QdrantDown');
});
