import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import type { ApiRequest } from '../host/api/answer.ts';
import { accessibilityProblems, type GrafanaPage, ID, openGrafanaPage } from './grafana-page.ts';

/** Pages on a system that does not work, that is empty, or that says no. */
let grafana: GrafanaPage;
const dataSources = inject('dataSources');

beforeAll(async () => {
  grafana = await openGrafanaPage({ dataSources });
});
afterAll(() => grafana?.close());
afterEach(() => {
  grafana.host.intervene = undefined;
  grafana.host.dataSources.list = dataSources;
  grafana.host.role = 'Admin';
});

/** Those that ask Prometheus. */
const ASKING = ['/', '/services', '/services/front', '/vector-db'] as const;
const isQuery = ({ path }: ApiRequest): boolean => path === '/api/ds/query';

const queryRefused = (request: ApiRequest) =>
  isQuery(request) ? { status: 403, body: { message: 'You need datasources:query' } } : undefined;

/** Prometheus answers, and knows nothing. */
const nothing = (request: ApiRequest) => {
  if (!isQuery(request)) return undefined;
  const { queries } = request.body as { queries: readonly { refId: string }[] };
  const results = Object.fromEntries(queries.map(({ refId }) => [refId, { status: 200, frames: [] }]));
  return { status: 200, body: { results } };
};

async function says(path: string, texts: readonly string[]): Promise<void> {
  await grafana.open(path);
  for (const text of texts) await grafana.page.getByText(text).first().waitFor();
  expect(await accessibilityProblems(grafana.page)).toEqual([]);
  expect(grafana.complaints()).toEqual([]);
}

test.each(ASKING)('%s while Prometheus takes its time: says that it loads, then shows it', async (path) => {
  let answer = (): void => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  grafana.host.intervene = async (request) => {
    if (isQuery(request)) await gate;
    return undefined;
  };
  await says(path, ['Loading ...']);
  answer();
  await grafana.page.getByText('Loading ...').first().waitFor({ state: 'detached' });
  await grafana.page
    .getByText(/front|items/)
    .first()
    .waitFor();
});

describe.each([
  ['/', ['This Prometheus knows no OpenTelemetry Collector', 'Scrape it as job']],
  ['/services', ['No service has had a request within the last five minutes']],
  ['/vector-db', ['Qdrant']],
] as const)('%s on an empty Prometheus', (path, texts) => {
  test('says what to do', async () => {
    grafana.host.intervene = nothing;
    await says(path, texts);
  });
});

describe.each([
  ['/', 'Prometheus does not answer'],
  ['/services', 'The data source does not answer. Test it in Configuration.'],
  ['/services/front', 'The data source does not answer. Test it in Configuration.'],
  ['/vector-db', 'The data source does not answer. Test it in Configuration.'],
] as const)('%s when Prometheus is down', (path, text) => {
  test('says so, and comes back when it does', async () => {
    const gone = dataSources.map((each) => ({ ...each, url: 'http://127.0.0.1:65531' }));
    grafana.host.dataSources.list = gone;
    await says(path, [text, 'ECONNREFUSED']);
    grafana.host.dataSources.list = dataSources;
    await grafana.page
      .getByRole('button', { name: /Try again|Look again/ })
      .first()
      .click();
    await grafana.page
      .getByText(/front|items/)
      .first()
      .waitFor();
    await grafana.page.getByText(text).waitFor({ state: 'detached' });
  });
});

describe.each([
  ['/', 'You may not query Prometheus'],
  ['/services', 'You may not see this. Ask an administrator for the right.'],
  ['/services/front', 'You may not see this. Ask an administrator for the right.'],
  ['/vector-db', 'You may not see this. Ask an administrator for the right.'],
] as const)('%s without the right to query', (path, text) => {
  test('says whom to ask', async () => {
    grafana.host.intervene = queryRefused;
    await says(path, [text, 'You need datasources:query']);
  });
});

describe.each(['/', '/services', '/services/front', '/vector-db', '/alerts'])(
  '%s without a data source',
  (path) => {
    test.each([
      ['Admin', 'Add a data source'],
      ['Viewer', 'Ask an administrator to add one'],
    ] as const)('as %s: says what to do', async (role, todo) => {
      grafana.host.role = role;
      grafana.host.dataSources.list = [];
      await says(path, ['There is no Prometheus data source', ...(path === '/' ? [] : [todo])]);
    });
  },
);

test('alert rules that Grafana does not give: the error is said, and asked again for', async () => {
  grafana.host.intervene = ({ path }) =>
    path === '/api/v1/provisioning/alert-rules'
      ? { status: 500, body: { message: 'database is locked' } }
      : undefined;
  await says('/alerts', ['This did not work.', 'database is locked']);
  grafana.host.intervene = undefined;
  await grafana.page.getByRole('button', { name: 'Try again' }).click();
  await grafana.page.getByText('QdrantDown').first().waitFor();
});

/** Prometheus knows one series, of a service that is called so. */
const oneService = (name: string) => (request: ApiRequest) => {
  if (!isQuery(request)) return undefined;
  const { queries } = request.body as { queries: readonly { refId: string }[] };
  const frame = {
    schema: {
      fields: [
        { name: 'Time', type: 'time' },
        { name: 'Value', type: 'number', labels: { service_name: name, job: name } },
      ],
    },
    data: { values: [[Date.now()], [1]] },
  };
  const results = Object.fromEntries(queries.map(({ refId }) => [refId, { status: 200, frames: [frame] }]));
  return { status: 200, body: { results } };
};

test('text from outside is text', async () => {
  const name = '<img src=x onerror=alert(1)>{{name}}';
  grafana.host.intervene = oneService(name);
  await grafana.open('/services');
  await grafana.page.getByText(name).first().waitFor();
  expect(await grafana.page.locator('main img').count()).toBe(0);
  expect(grafana.complaints()).toEqual([]);
});

test.each(['/', '/services'])('%s: a name with signs of addresses in it is linked whole', async (path) => {
  const { host, page } = grafana;
  const name = 'a/b & c+d?e#f';
  host.intervene = oneService(name);
  await grafana.open(path);
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  const parameters = async (link: string) =>
    new URL((await page.getByRole('link', { name: link, exact: true }).getAttribute('href'))!, host.url)
      .searchParams;
  expect((await parameters('Dashboard')).get('var-service')).toBe(name);
  const panes = JSON.parse((await parameters('Failed traces')).get('panes') ?? '{}');
  expect(panes.uat.queries[0].query).toBe(`{ resource.service.name = "${name}" && status = error }`);
  expect(grafana.complaints()).toEqual([]);
});

test.each([
  ['Viewer', ['Home', 'Services', 'Vector DB', 'Alerts']],
  ['Editor', ['Home', 'Services', 'Vector DB', 'Alerts']],
  ['Admin', ['Home', 'Services', 'Vector DB', 'Alerts', 'Configuration']],
] as const)('the menu of a %s', async (role, names) => {
  grafana.host.role = role;
  await grafana.open('/');
  const links = grafana.page.getByRole('navigation', { name: 'Grafana' }).getByRole('link');
  await expect.poll(() => links.allInnerTexts()).toEqual(names);
});

test.each(ASKING)('%s works with a viewer’s rights', async (path) => {
  grafana.host.role = 'Viewer';
  grafana.host.requests.length = 0;
  await says(path, [path === '/vector-db' ? 'items' : 'front']);
  await expect.poll(() => grafana.host.requests.some(isQuery)).toBe(true);
  expect(grafana.host.requests.map(({ path: asked }) => asked)).not.toContain(`/api/datasources`);
});

test('a viewer sees the alert rules, and no way to change them', async () => {
  grafana.host.role = 'Viewer';
  await says('/alerts', ['QdrantDown', 'You may see the rules, not import them']);
  expect(await grafana.page.getByRole('button', { name: /^(Import|Remove|Choose)/ }).count()).toBe(0);
  expect(await grafana.page.getByRole('checkbox').count()).toBe(0);
});

test('a viewer sees which rules are in Grafana, and which of them fire', async () => {
  const { host, page } = grafana;
  await grafana.open('/alerts?search=QdrantDown');
  await page.getByRole('checkbox', { name: 'Choose QdrantDown' }).click({ force: true });
  await page.getByRole('button', { name: 'Import 1' }).click();
  await page.getByText('1 rules changed').waitFor();
  host.alerts.set(host.rules.all()[0]!.uid, [{ state: 'Alerting' }]);
  host.role = 'Viewer';
  await says('/alerts?search=QdrantDown', ['Installed', 'Firing', 'You may see the rules, not import them']);
  expect(await page.getByRole('checkbox').count()).toBe(0);
  host.reset();
});

test('a viewer who gets to the configuration cannot save it, and is told', async () => {
  grafana.host.role = 'Viewer';
  await grafana.open(`/plugins/${ID}?page=configuration`);
  await grafana.page.getByRole('button', { name: 'Save' }).click();
  await grafana.page.getByText(/plugins:write/).waitFor();
  expect(grafana.host.plugin.jsonData).toBeUndefined();
});
