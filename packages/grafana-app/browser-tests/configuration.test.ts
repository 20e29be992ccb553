import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest';
import { accessibilityProblems, type GrafanaPage, ID, openGrafanaPage } from './grafana-page.ts';

let grafana: GrafanaPage;
const dataSources = inject('dataSources');
const PATH = `/plugins/${ID}?page=configuration`;

beforeAll(async () => {
  const other = { ...dataSources[0]!, uid: 'other', name: 'Other Prometheus', isDefault: false };
  grafana = await openGrafanaPage({ dataSources: [...dataSources, other] });
});
afterAll(() => grafana?.close());
beforeEach(async () => {
  grafana.host.reset();
  await grafana.open(PATH);
});

const field = (name: string | RegExp) => grafana.page.getByRole('textbox', { name });
const picker = (kind: string) => grafana.page.getByLabel(`${kind} data source`, { exact: true });
const save = () => grafana.page.getByRole('button', { name: 'Save' }).click();

test('finds the data sources by itself, and tests them', async () => {
  const { page } = grafana;
  for (const name of ['Prometheus', 'Tempo', 'Jaeger']) {
    await picker(name).waitFor();
    expect(await picker(name).getAttribute('placeholder')).toBe(`Automatic: ${name}`);
    await page.getByRole('combobox', { name: `${name} data source`, exact: true }).waitFor();
    await page.getByText(`${name} data source`, { exact: true }).click();
    await expect.poll(() => picker(name).evaluate((input) => input === document.activeElement)).toBe(true);
    // Its menu opens, over the next one.
    await page.keyboard.press('Escape');
  }
  expect(await accessibilityProblems(page)).toEqual([]);
  await page.getByRole('button', { name: 'Test Prometheus' }).click();
  await page.getByText('Prometheus answers').waitFor();
  await page.getByText('Successfully queried the Prometheus API.').waitFor();
  await page.getByRole('button', { name: 'Test Tempo' }).click();
  await page.getByText('Tempo does not answer').waitFor();
  await page.getByText(/ECONNREFUSED/).waitFor();
  expect(grafana.complaints()).toEqual([]);
});

test('what is chosen is saved, and is what pages ask', async () => {
  const { page, host } = grafana;
  await picker('Prometheus').click();
  await page.getByRole('option', { name: /Other Prometheus/ }).click();
  await field(/^Address of Jaeger/).fill('https://jaeger.example.org');
  await Promise.all([page.waitForEvent('load'), save()]);
  expect(host.plugin.jsonData).toMatchObject({
    prometheusUid: 'other',
    jaegerUrl: 'https://jaeger.example.org',
  });
  await grafana.open('/services');
  await page.getByRole('row', { name: /^front / }).waitFor();
  const asked = host.requests.filter(({ path }) => path === '/api/ds/query').at(-1)?.body;
  expect(JSON.stringify(asked)).toContain('"uid":"other"');
});

test('what is no address and no label is said, and not saved', async () => {
  const { page, host } = grafana;
  await field(/^Address of Jaeger/).fill('jaeger');
  await page.getByText('An address begins with http:// or https://').waitFor();
  await field(/^Label of the environment/).fill('no label');
  await page.getByText('A label is letters, digits and underscores').waitFor();
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  expect(host.plugin.jsonData).toBeUndefined();
});

test('a data source that is gone is said, and another one used', async () => {
  const { page, host } = grafana;
  host.plugin.jsonData = { prometheusUid: 'long-gone' };
  await grafana.open(PATH);
  await page.getByText('long-gone is gone: choose another one').waitFor();
  await grafana.open('/');
  await page.getByText('The data source long-gone that is configured is gone').waitFor();
  await grafana.open('/services');
  await page.getByRole('row', { name: /^front / }).waitFor();
});
