/**
 * `npm run pictures -w …` of this package, through `scripts/pictures.mjs`: takes the pictures of the READMEs, of the built
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
  viewport: { width: 1400, height: 1000 },
});
try {
  if (values.only !== 'pages') await takeDashboards(grafana, folderOf('dashboards/docs'));
  if (values.only !== 'dashboards') await takePages(grafana, folderOf('packages/grafana-app/docs'));
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
    await take(page, join(folder, `${uid}.png`), true);
  }
}

async function takePages(_: GrafanaPage, _folder: string): Promise<void> {}

async function take(page: GrafanaPage['page'], path: string, fullPage: boolean): Promise<void> {
  // One more frame, for what is drawn on a canvas.
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.screenshot({ path, fullPage, animations: 'disabled' });
  console.log(path);
}
