import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type GrafanaPage, openGrafanaPage } from './grafana-page.ts';

/** No mouse. */
let grafana: GrafanaPage;

beforeAll(async () => {
  grafana = await openGrafanaPage({ dataSources: inject('dataSources') });
});
afterAll(() => grafana?.close());

const MANY = 200;

/** Presses Tab until what has the focus is named so; what has it must be seen to have it. */
async function tabTo(name: string | RegExp): Promise<void> {
  const { page } = grafana;
  for (let presses = 0; presses < MANY; presses++) {
    await page.keyboard.press('Tab');
    const found = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement | null;
      return (
        element?.getAttribute('aria-label') ??
        element?.innerText ??
        element?.getAttribute('placeholder') ??
        ''
      );
    });
    if (typeof name === 'string' ? found.trim() === name : name.test(found.trim())) return;
  }
  throw new Error(`Tab does not come to ${name}`);
}

test('from the menu to a service, and to its dashboard', async () => {
  const { page } = grafana;
  await grafana.open('/');
  await page.getByText('Traced, the busiest first').waitFor();
  await tabTo('Services');
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /^front / }).waitFor();
  await tabTo('Search services');
  await page.keyboard.type('front');
  await page.getByRole('row', { name: /^back / }).waitFor({ state: 'detached' });
  await tabTo(/^(Sort column )?Service$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/sort=/);
  await tabTo('front');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/services\/front/);
  await page.getByText('Databases that it calls').waitFor();
  await tabTo('Dashboard');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/d\/uat-service-overview/);
  expect(grafana.complaints()).toEqual([]);
});

test('an alert rule in, and out again', async () => {
  const { page, host } = grafana;
  await grafana.open('/alerts?search=QdrantDown');
  await page.getByRole('checkbox', { name: 'Choose QdrantDown' }).waitFor();
  await tabTo('Choose QdrantDown');
  await page.keyboard.press('Space');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Shift+Tab');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo('Import 1');
  await page.keyboard.press('Enter');
  await expect.poll(() => host.rules.all().map(({ title }) => title)).toEqual(['QdrantDown']);
  await page.getByText('Installed', { exact: true }).waitFor();
  await tabTo('Choose QdrantDown');
  await page.keyboard.press('Space');
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await tabTo('Remove 1');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await tabTo('Remove');
  await page.keyboard.press('Enter');
  await expect.poll(() => host.rules.all()).toEqual([]);
});

test('the focus is seen', async () => {
  const { page } = grafana;
  await grafana.open('/services');
  await page.getByRole('row', { name: /^front / }).waitFor();
  await tabTo('front');
  const { outline, shadow } = await page.evaluate(() => {
    const style = getComputedStyle(document.activeElement as Element);
    return { outline: style.outlineStyle, shadow: style.boxShadow };
  });
  expect(outline !== 'none' || shadow !== 'none').toBe(true);
});
