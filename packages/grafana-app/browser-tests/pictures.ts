/**
 * `node scripts/plugin-pictures.mjs`, in the repository's root: takes the pictures of the READMEs, of the built
 * plugin and of the four dashboards, in front of the stack's real Prometheus with traffic. Arguments: `--minutes 12` of
 * traffic before, `--only dashboards` or `--only pages`, `--into <folder>` for somewhere else.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type GrafanaPage, openGrafanaPage } from './grafana-page.ts';
import { startTracedStack } from './traced-stack.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '12' },
    only: { type: 'string' },
    into: { type: 'string' },
  },
});
const WIDTH = 1400;
const HEIGHT = 900;
const minutes = Number(values.minutes);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const folderOf = (place: string): string => {
  const folder = values.into ?? join(root, place);
  mkdirSync(folder, { recursive: true });
  return folder;
};

const traced = await startTracedStack();
console.log(`${minutes} minutes of traffic`);
await delay(minutes * 60_000);
const grafana = await openGrafanaPage({
  dataSources: traced.dataSources,
  viewport: { width: WIDTH, height: HEIGHT },
});
try {
  if (values.only !== 'pages') await takeDashboards(grafana, folderOf('dashboards/docs'));
  if (values.only !== 'dashboards') await takePages(grafana, folderOf('packages/grafana-app/src/img'));
  console.log(grafana.complaints().join('\n'));
} finally {
  await grafana.close();
  await traced.stop();
}

async function takeDashboards({ host, page, open }: GrafanaPage, folder: string): Promise<void> {
  for (const { uid } of host.plugin.dashboards()) {
    await open(`/d/${uid}?from=now-${Math.max(5, minutes)}m&to=now&var-service=front`);
    await page.locator('[data-testid=panel]').first().waitFor();
    await page
      .locator('[data-testid=panel][data-state=loading]')
      .first()
      .waitFor({ state: 'detached', timeout: 60_000 });
    for (const problem of await page.locator('[data-testid=panel] [role=alert]').allTextContents()) {
      console.log(`${uid}: ${problem}`);
    }
    // As high as it is, and not by rolling: tables draw what is in sight.
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    await page.setViewportSize({ width: WIDTH, height });
    await page.waitForTimeout(2000);
    await take(page, join(folder, `${uid}.png`));
    await page.setViewportSize({ width: WIDTH, height: HEIGHT });
  }
}

/** Each page once; plugin.json lists them for the catalog. */
async function takePages({ host, page, open }: GrafanaPage, folder: string): Promise<void> {
  const show = async (name: string, path: string, theme: 'light' | 'dark', ready: string): Promise<void> => {
    host.theme = theme;
    await open(path);
    await page.getByText(ready).first().waitFor();
    if (name === 'alerts') await importRules(page);
    if (name === 'configuration') {
      await page.getByRole('button', { name: 'Test Prometheus' }).click();
      await page.getByText('Prometheus answers').waitFor();
    }
    await take(page, join(folder, `${name}.png`));
  };
  await show('home', '/', 'dark', 'Traced, the busiest first');
  await show('services', '/services', 'dark', 'req/s');
  await show('service', '/services/front', 'light', 'Databases that it calls');
  await show('vector-db', '/vector-db', 'dark', 'documents');
  await show('alerts', '/alerts?component=qdrant', 'light', 'QdrantDown');
  await show(
    'configuration',
    `/plugins/${host.plugin.json.id}?page=configuration`,
    'dark',
    'Address of Jaeger',
  );
}

/** Two rules; a third one is opened. */
async function importRules(page: GrafanaPage['page']): Promise<void> {
  for (const title of ['QdrantDown', 'QdrantRecoveryMode']) {
    await page.getByRole('checkbox', { name: `Choose ${title}`, exact: true }).click({ force: true });
  }
  await page.getByRole('button', { name: 'Import 2' }).click();
  await page.getByText('Installed', { exact: true }).first().waitFor();
  await page
    .getByRole('row', { name: /Choose QdrantRestSearchSlow / })
    .getByRole('button', { name: 'Toggle row expanded' })
    .click();
}

async function take(page: GrafanaPage['page'], path: string): Promise<void> {
  // Icons come by requests of their own, and one that is shown twice a moment after the first.
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(1000);
  // One more frame, for what is drawn on a canvas.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.screenshot({ path, animations: 'disabled' });
  console.log(path);
}
