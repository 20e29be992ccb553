import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { type GrafanaPage, ID, openGrafanaPage } from './grafana-page.ts';

/** The unchanged build as Grafana would load it: what it registers, what it links to, how much it is. */
let grafana: GrafanaPage;
const KIB = 1024;
const MAX_MODULE = 30 * KIB;
const MAX_FIRST_PAGE = 150 * KIB;

beforeAll(async () => {
  grafana = await openGrafanaPage({ dataSources: inject('dataSources') });
});
afterAll(() => grafana?.close());

interface Link {
  readonly title: string;
  readonly description: string;
  readonly targets: string | readonly string[];
}

/** As both plugin.json and Grafana's registry know a link. */
const declared = ({ title, description, targets }: Link) => ({
  title,
  description,
  targets: [targets].flat(),
});

test('extension links are those that plugin.json declares, or Grafana would refuse them', async () => {
  await grafana.open('/');
  await grafana.page.waitForFunction(() => window.loadedPlugin !== undefined);
  const registered = await grafana.page.evaluate(() => {
    const app = window.loadedPlugin as unknown as Record<string, readonly object[]>;
    const links = (app.addedLinkConfigs ?? []) as unknown as Link[];
    return {
      links: links.map(({ title, description, targets }) => ({ title, description, targets })),
      others: [app.addedComponentConfigs, app.addedFunctionConfigs, app.exposedComponentConfigs].flat()
        .length,
    };
  });
  const { addedLinks = [], ...others } = grafana.host.plugin.json.extensions ?? {};
  expect(registered.links.map(declared)).toEqual((addedLinks as Link[]).map(declared));
  expect(registered.links.length).toBeGreaterThan(0);
  expect(registered.others).toBe(Object.values(others).flat().length);
});

test('from a trace, and from a panel, to the page of the service', async () => {
  await grafana.open('/');
  await grafana.page.waitForFunction(() => window.loadedPlugin !== undefined);
  const paths = await grafana.page.evaluate(() => {
    type Configure = (context: object) => { path?: string } | undefined;
    const { addedLinkConfigs } = window.loadedPlugin as unknown as {
      addedLinkConfigs: readonly { configure: Configure }[];
    };
    const trace = {
      traceID: '1',
      processes: {},
      spans: [{ depth: 0, references: [], process: { serviceName: 'front', tags: [] } }],
    };
    const panel = { data: { series: [{ fields: [{ labels: { service_name: 'back' } }] }] } };
    const [ofTrace, ofPanel] = addedLinkConfigs.map(({ configure }) => configure);
    return {
      trace: ofTrace?.(trace)?.path,
      panel: ofPanel?.(panel)?.path,
      neither: [ofTrace?.({}), ofPanel?.({})],
    };
  });
  expect(paths.trace).toBe(`/a/${ID}/services/front`);
  expect(paths.panel).toBe(`/a/${ID}/services/back`);
  expect(paths.neither).toEqual([undefined, undefined]);
});

test('no more of it is loaded for the first page than was promised', async () => {
  const reading: Promise<readonly [name: string, bytes: number]>[] = [];
  const listen = (response: { url(): string; body(): Promise<Buffer> }): void => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith(`/public/plugins/${ID}/`) && pathname.endsWith('.js')) {
      reading.push(response.body().then(({ length }) => [pathname.split('/').at(-1)!, length]));
    }
  };
  grafana.page.on('response', listen);
  await grafana.open('/');
  await grafana.page.getByText('Traced, the busiest first').waitFor();
  grafana.page.off('response', listen);
  const sizes = new Map(await Promise.all(reading));
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  console.log(
    `first page: ${(total / KIB).toFixed(1)} KiB in ${sizes.size} files, module.js ${((sizes.get('module.js') ?? 0) / KIB).toFixed(1)} KiB`,
  );
  expect(sizes.get('module.js')).toBeLessThanOrEqual(MAX_MODULE);
  expect(total).toBeLessThanOrEqual(MAX_FIRST_PAGE);
  expect(grafana.complaints()).toEqual([]);
});
