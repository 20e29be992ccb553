import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import type { AlertRule } from '../host/api/alert-rules.ts';
import { accessibilityProblems, type GrafanaPage, openGrafanaPage } from './grafana-page.ts';

/** Rules into Grafana, changed there, told apart, and out again. */
let grafana: GrafanaPage;

beforeAll(async () => {
  grafana = await openGrafanaPage({ dataSources: inject('dataSources') });
});
afterAll(() => grafana?.close());
beforeEach(async () => {
  grafana.host.reset();
  await grafana.open('/alerts');
  await row('QdrantDown').waitFor();
});

const row = (title: string) => grafana.page.getByRole('row', { name: new RegExp(`Choose ${title} `) });
const choose = (title: string) =>
  grafana.page.getByRole('checkbox', { name: `Choose ${title}`, exact: true });
const button = (name: string | RegExp) => grafana.page.getByRole('button', { name });
const installed = (title: string): AlertRule | undefined =>
  grafana.host.rules.all().find((rule) => rule.title === title);
const check = (title: string) => choose(title).click({ force: true });

async function importRules(...titles: readonly string[]): Promise<void> {
  for (const title of titles) await check(title);
  await button(`Import ${titles.length}`).click();
  await grafana.page.getByText(`${titles.length} rules changed`).waitFor();
}

async function confirmRemoval(): Promise<void> {
  await grafana.page.getByRole('dialog').getByRole('button', { name: 'Remove', exact: true }).click();
}

/** Chooses them, presses Remove, and confirms. */
async function remove(...titles: readonly string[]): Promise<void> {
  for (const title of titles) await check(title);
  await button(`Remove ${titles.length}`).click();
  await confirmRemoval();
}

/** Writes as another administrator would. */
function put(path: string, body: object): void {
  const answer = grafana.host.rules.handle({
    method: 'PUT',
    path,
    search: new URLSearchParams(),
    headers: { 'x-disable-provenance': 'true' },
    body,
    role: 'Admin',
  });
  expect(answer?.status).toBe(200);
}

const changeInGrafana = (rule: AlertRule, changes: Partial<AlertRule>): void =>
  put(`/api/v1/provisioning/alert-rules/${rule.uid}`, { ...rule, ...changes });

test('import: into the folder of the app, with the chosen data source, editable in Grafana', async () => {
  await importRules('QdrantDown', 'ServiceSlow');
  await row('QdrantDown').getByText('Installed', { exact: true }).waitFor();
  expect(grafana.host.folders.all()).toMatchObject([{ uid: 'uat-tracing-alerts' }]);
  const rule = installed('QdrantDown')!;
  expect(rule.folderUID).toBe('uat-tracing-alerts');
  expect(rule.provenance).toBe('');
  expect(rule.data.map(({ datasourceUid }) => datasourceUid)).toContain('prometheus');
  expect(rule.annotations).toHaveProperty('summary');
  expect(await accessibilityProblems(grafana.page)).toEqual([]);
  expect(grafana.complaints()).toEqual([]);
});

test('a threshold of one’s own goes into the rule; one that is no number is not imported', async () => {
  await row('ServiceSlow').getByRole('button', { name: 'Toggle row expanded' }).click();
  const threshold = grafana.page.getByRole('textbox', { name: /^Threshold/ }).first();
  await threshold.fill('abc');
  await grafana.page.getByText('"abc" is no number: write one as 0.5').waitFor();
  await grafana.page.getByText('A threshold may not be what it is: ServiceSlow').waitFor();
  expect(await button('Import 1').isDisabled()).toBe(true);
  await threshold.fill('7.25');
  await button('Import 1').click();
  await row('ServiceSlow').getByText('Installed', { exact: true }).waitFor();
  expect(JSON.stringify(installed('ServiceSlow')!.data)).toContain('7.25');
  await grafana.page.reload();
  await row('ServiceSlow').getByText('7.25').waitFor();
});

test('a share is at most 1, and what is more is not imported', async () => {
  await row('QdrantClientErrors').getByRole('button', { name: 'Toggle row expanded' }).click();
  const threshold = grafana.page.getByRole('textbox', { name: /^Threshold/ }).first();
  await threshold.fill('5');
  await grafana.page.getByText('5 is no share: 0 to 1 is allowed, as 0.05 for 5 %').waitFor();
  expect(await button('Import 1').isDisabled()).toBe(true);
  await threshold.fill('1');
  await button('Import 1').click();
  await row('QdrantClientErrors').getByText('Installed', { exact: true }).waitFor();
  expect(installed('QdrantClientErrors')!.annotations).toMatchObject({
    description: expect.stringContaining('Set to 1 of the calls, not 0.05 as shipped.'),
  });
});

test('what Grafana says of a rule stands beside it: it fires, waits, or is well', async () => {
  await importRules('QdrantDown', 'QdrantRecoveryMode', 'ServiceSlow');
  grafana.host.alerts.set(installed('QdrantDown')!.uid, [{ state: 'Normal' }, { state: 'Alerting' }]);
  grafana.host.alerts.set(installed('QdrantRecoveryMode')!.uid, [{ state: 'Pending' }]);
  await grafana.page.reload();
  await row('QdrantDown').getByText('Firing', { exact: true }).waitFor();
  await row('QdrantRecoveryMode').getByText('Pending', { exact: true }).waitFor();
  await row('ServiceSlow').getByText('Normal', { exact: true }).waitFor();
  expect(await row('ServiceSlowerThanUsual').getByText('Normal', { exact: true }).count()).toBe(0);
  expect(await accessibilityProblems(grafana.page)).toEqual([]);
  await grafana.open('/');
  await grafana.page.getByText('QdrantDown').first().waitFor();
  expect(grafana.complaints()).toEqual([]);
});

test('a rule that cannot be evaluated, has no data or is paused is not told to be well', async () => {
  await importRules('QdrantDown', 'QdrantRecoveryMode', 'ServiceSlow');
  const lost = 'failed to query data: <b>connection refused</b> & no more';
  grafana.host.alerts.set(installed('QdrantDown')!.uid, [{ state: 'Error', error: lost }]);
  grafana.host.alerts.set(installed('QdrantRecoveryMode')!.uid, [{ state: 'NoData' }]);
  const slow = installed('ServiceSlow')!;
  changeInGrafana(slow, { isPaused: true });
  await grafana.page.reload();
  for (const [title, says] of [
    ['QdrantDown', 'Error'],
    ['QdrantRecoveryMode', 'No data'],
    ['ServiceSlow', 'Paused'],
  ] as const) {
    await row(title).getByText(says, { exact: true }).waitFor();
    expect(await row(title).getByText('Normal', { exact: true }).count()).toBe(0);
  }
  await row('QdrantDown').getByRole('button', { name: 'Toggle row expanded' }).click();
  await grafana.page.getByText(`Grafana could not evaluate it: ${lost}`).waitFor();
  expect(await accessibilityProblems(grafana.page)).toEqual([]);
  const asked = grafana.host.requests.filter(({ path }) => path === '/api/prometheus/grafana/api/v1/rules');
  expect(new Set(asked.map(({ search }) => String(search)))).toEqual(new Set(['limit_alerts=0']));
  expect(grafana.complaints()).toEqual([]);
});

test('the runbook of an imported rule is an address that leads to it from anywhere', async () => {
  await importRules('QdrantDown');
  const address = installed('QdrantDown')!.annotations!.runbook_url!;
  expect(new URL(address).origin).toBe(grafana.host.url);
  await grafana.page.goto('about:blank');
  await grafana.page.goto(address);
  await row('QdrantDown').waitFor();
  expect(await row('ServiceSlow').count()).toBe(0);
});

describe('two administrators at once', () => {
  /** Writes the group as another administrator would, just before the app's `nth` reading of it. */
  function writtenBefore(nth: number, change: (rules: readonly AlertRule[]) => readonly object[]): void {
    let readings = 0;
    grafana.host.intervene = ({ method, path }) => {
      if (method !== 'GET' || !path.includes('/rule-groups/') || ++readings !== nth) return undefined;
      put(path, { interval: 60, rules: change(grafana.host.rules.all()) });
      return undefined;
    };
  }

  test('what one has changed since the other saw it is not overwritten', async () => {
    await importRules('QdrantDown');
    writtenBefore(1, (rules) => rules.map((rule) => ({ ...rule, for: '9m' })));
    await check('QdrantDown');
    await button('Import 1').click();
    await grafana.page.getByText(/^Somebody else has changed QdrantDown meanwhile\./).waitFor();
    expect(installed('QdrantDown')!.for).toBe('9m');
    await row('QdrantDown').getByText('Differs').waitFor();
    await button('Import 1').click();
    await row('QdrantDown').getByText('Installed', { exact: true }).waitFor();
    expect(installed('QdrantDown')!.for).not.toBe('9m');
  });

  test('other rules of the same group are no conflict, and stay', async () => {
    await importRules('QdrantDown');
    writtenBefore(1, (rules) => [...rules, { ...rules[0], uid: 'theirs', title: 'Theirs' }]);
    await importRules('QdrantRecoveryMode');
    expect(grafana.host.rules.all().map(({ title }) => title)).toEqual([
      'QdrantDown',
      'Theirs',
      'QdrantRecoveryMode',
    ]);
  });

  test('what another write took out again is said', async () => {
    await importRules('QdrantDown');
    writtenBefore(2, (rules) => rules.filter(({ title }) => title === 'QdrantDown'));
    await check('QdrantRecoveryMode');
    await button('Import 1').click();
    await grafana.page.getByText(/^Somebody else has changed QdrantRecoveryMode meanwhile\./).waitFor();
    await row('QdrantRecoveryMode').getByText('Not installed').waitFor();
  });

  test('who imports a rule twice is not taken for two', async () => {
    let show = (): void => {};
    const gate = new Promise<void>((resolve) => {
      show = resolve;
    });
    const isWrite = ({ method, path }: { method: string; path: string }): boolean =>
      method === 'PUT' && path.includes('/rule-groups/');
    const writes = (): number => grafana.host.requests.filter(isWrite).length;
    grafana.host.intervene = async ({ method, path }) => {
      if (method === 'GET' && path === '/api/v1/provisioning/alert-rules') await gate;
      return undefined;
    };
    await importRules('QdrantDown');
    await check('QdrantDown');
    expect(await button('Import 1').isDisabled()).toBe(true);
    show();
    await button('Import 1').click();
    await expect.poll(writes).toBe(2);
    await expect.poll(() => button(/^Import/).innerText()).toBe('Import 0');
    expect(await grafana.page.getByText(/^Somebody else/).count()).toBe(0);
  });

  test('what was changed since it was seen is not removed', async () => {
    await importRules('QdrantDown');
    writtenBefore(1, (rules) => rules.map((rule) => ({ ...rule, for: '9m' })));
    await remove('QdrantDown');
    await grafana.page.getByText(/^Somebody else has changed QdrantDown meanwhile\./).waitFor();
    expect(installed('QdrantDown')!.for).toBe('9m');
  });
});

test('a rule that was moved to another group meanwhile is not told to be removed', async () => {
  await importRules('QdrantDown');
  const before = installed('QdrantDown')!;
  changeInGrafana(before, { ruleGroup: 'another' });
  await remove('QdrantDown');
  await grafana.page.getByText(/^Somebody else has changed QdrantDown meanwhile\./).waitFor();
  expect(await grafana.page.getByText('1 rules changed').count()).toBe(0);
  expect(installed('QdrantDown')!.ruleGroup).toBe('another');
});

test('removal that is refused midway says what is gone and what is not', async () => {
  await importRules('QdrantDown', 'QdrantRecoveryMode');
  const kept = installed('QdrantRecoveryMode')!.uid;
  grafana.host.intervene = ({ method, path }) =>
    method === 'DELETE' && path.endsWith(`/${kept}`)
      ? { status: 500, body: { message: 'database is <i>locked</i>' } }
      : undefined;
  await remove('QdrantDown', 'QdrantRecoveryMode');
  await grafana.page.getByText(/^Done in part only in /).waitFor();
  await grafana.page
    .getByText(
      '1 of 2 rules are removed. Not removed: QdrantRecoveryMode. Grafana says: database is <i>locked</i>',
    )
    .waitFor();
  await row('QdrantDown').getByText('Not installed').waitFor();
  expect(await choose('QdrantRecoveryMode').isChecked()).toBe(true);
  expect(await choose('QdrantDown').isChecked()).toBe(false);
  expect(grafana.host.rules.all().map(({ uid }) => uid)).toEqual([kept]);
});

test('a rule that somebody has changed in Grafana differs, until it is imported again', async () => {
  await importRules('QdrantDown');
  const before = installed('QdrantDown')!;
  changeInGrafana(before, { for: '9m', labels: { ...before.labels, severity: 'info' } });
  await grafana.page.reload();
  await row('QdrantDown').getByText('Differs').waitFor();
  await row('QdrantDown').getByRole('button', { name: 'Toggle row expanded' }).click();
  await grafana.page.getByText(/In Grafana it is otherwise in: .*(for|labels)/).waitFor();
  await importRules('QdrantDown');
  await row('QdrantDown').getByText('Installed', { exact: true }).waitFor();
  expect(installed('QdrantDown')!.for).toBe(before.for);
  expect(installed('QdrantDown')!.labels).toEqual(before.labels);
});

test('removal asks first, and leaves the others', async () => {
  await importRules('QdrantDown', 'QdrantRecoveryMode');
  await check('QdrantDown');
  await button('Remove 1').click();
  await grafana.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  expect(installed('QdrantDown')).toBeDefined();
  await button('Remove 1').click();
  await confirmRemoval();
  await row('QdrantDown').getByText('Not installed').waitFor();
  expect(installed('QdrantDown')).toBeUndefined();
  expect(installed('QdrantRecoveryMode')).toBeDefined();
  expect(grafana.complaints()).toEqual([]);
});

test('what Grafana refuses is said, group by group, and nothing of it is lost', async () => {
  await importRules('QdrantDown');
  grafana.host.intervene = ({ method, path }) =>
    method === 'PUT' && path.includes('/rule-groups/')
      ? { status: 409, body: { message: "cannot change provenance from 'file' to ''" } }
      : undefined;
  await check('QdrantRecoveryMode');
  await button('Import 1').click();
  await grafana.page.getByText(/Not done in/).waitFor();
  await grafana.page.getByText("cannot change provenance from 'file' to ''").waitFor();
  expect(installed('QdrantDown')).toBeDefined();
  expect(await choose('QdrantRecoveryMode').isChecked()).toBe(true);
  grafana.host.intervene = undefined;
  await button('Import 1').click();
  await row('QdrantRecoveryMode').getByText('Installed', { exact: true }).waitFor();
});

test('rules that were provisioned from files are seen, and not touched', async () => {
  await importRules('QdrantDown');
  const rule = installed('QdrantDown')!;
  grafana.host.intervene = ({ method, path }) =>
    method === 'GET' && path === '/api/v1/provisioning/alert-rules'
      ? { status: 200, body: [{ ...rule, provenance: 'file' }] }
      : undefined;
  await grafana.page.reload();
  await row('QdrantDown').getByText('Provisioned').waitFor();
  expect(await choose('QdrantDown').isDisabled()).toBe(true);
});

test('all of them at once, and out again', async () => {
  await button('Choose all shown').click();
  const count = Number(/\d+/.exec((await button(/^Import \d+$/).innerText()) ?? '')?.[0]);
  expect(count).toBeGreaterThan(40);
  await button(`Import ${count}`).click();
  await grafana.page.getByText(`${count} rules changed`).waitFor();
  expect(grafana.host.rules.all().length).toBe(count);
  await grafana.page.getByText('Not installed').first().waitFor({ state: 'detached' });
  await grafana.page.reload();
  await button('Choose all shown').click();
  await button(`Remove ${count}`).click();
  await confirmRemoval();
  await grafana.page.getByText(`${count} rules changed`).waitFor();
  expect(grafana.host.rules.all()).toEqual([]);
  expect(grafana.complaints()).toEqual([]);
});
