/** The inhibitions in a real Alertmanager: what is only an effect is suppressed while its cause fires, and nothing else is. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { findPrograms } from '../../test/native-programs.ts';
import { runProgram } from '../../test/run-program.ts';
import type { Alert } from '../alerts/alert.ts';
import { ALERTS } from '../alerts/alerts.ts';
import { alertLabels } from './alert-rules.ts';
import { printAlertmanager } from './alertmanager.ts';
import { toYaml } from './rule-files.ts';

type Labels = Readonly<Record<string, string>>;

const { programs, missing } = await findPrograms('alertmanager');
const folder = mkdtempSync(join(tmpdir(), 'uat-alertmanager-'));
const config = join(folder, 'alertmanager.yml');
let child: ChildProcess | undefined;
let url: string;

const byName = new Map(ALERTS.map((alert) => [alert.name, alert]));
const labelsOf = (alert: Alert): Labels => ({
  alertname: alert.name,
  ...alertLabels(alert),
  ...alert.cases.fires,
});

beforeAll(async () => {
  const printed = parse(printAlertmanager(ALERTS).text) as object;
  writeFileSync(config, toYaml({ ...printed, receivers: [{ name: 'operator' }, { name: 'watchdog' }] }));
  if (programs === undefined) return;
  const port = await freePort();
  url = `http://127.0.0.1:${port}/api/v2/alerts`;
  child = spawn(
    programs.alertmanager,
    [
      `--config.file=${config}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  await until(async () => (await fetch(url).catch(() => undefined))?.ok === true);
});
afterAll(async () => {
  if (child !== undefined && child.exitCode === null) {
    const ended = new Promise((resolve) => child!.once('exit', resolve));
    child.kill();
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

const inhibitions = ALERTS.flatMap((source) =>
  (source.inhibits ?? []).flatMap(({ alerts, equal, where = [] }) =>
    alerts.map(
      (name) => [`${source.name} and ${name}`, { source, target: byName.get(name)!, equal, where }] as const,
    ),
  ),
);

describe.skipIf(missing !== undefined)(
  `a real Alertmanager${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    test('takes the file', async () => {
      const { code, text } = await runProgram(programs!.amtool, ['check-config', config], folder);
      expect(code, text).toBe(0);
    });

    test.each([
      [{ alertname: 'Watchdog', severity: 'none' }, 'watchdog'],
      [{ alertname: 'CollectorDown', severity: 'critical' }, 'operator'],
      [{ alertname: 'ServiceSlow', severity: 'warning' }, 'operator'],
    ])('%j goes to %s', async (labels, receiver) => {
      const pairs = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
      const args = ['config', 'routes', 'test', `--config.file=${config}`, ...pairs];
      const { text } = await runProgram(programs!.amtool, args, folder);
      expect(text.trim()).toBe(receiver);
    });

    test.each(inhibitions)('%s: one cause is told once', async (_title, { source, target, equal, where }) => {
      const effect = { ...labelsOf(target), ...wanted(where) };
      const others: Labels[] = equal.map((label) => ({ ...effect, [label]: 'another' }));
      for (const label of Object.keys(wanted(where))) others.push({ ...effect, [label]: 'another' });
      await send([labelsOf(source), effect, ...others], { firing: true });
      await until(async () => (await inhibitedBy(effect, source)) === true);
      for (const other of others) expect(await inhibitedBy(other, source), JSON.stringify(other)).toBe(false);
      await send([labelsOf(source)], { firing: false });
      await until(async () => (await inhibitedBy(effect, source)) === false);
      await send([effect, ...others], { firing: false });
    });
  },
);

/** Labels that fit matchers of the form `label=~".*part.*"`. */
function wanted(where: readonly string[]): Labels {
  return Object.fromEntries(
    where.map((matcher) => {
      const [, label, part] = /^(\w+)=~"\.\*(\w+)\.\*"$/.exec(matcher)!;
      return [label!, `otlp_grpc/${part}`];
    }),
  );
}

async function send(alerts: readonly Labels[], { firing }: { readonly firing: boolean }): Promise<void> {
  const now = Date.now();
  const times = { startsAt: new Date(now - 60_000), endsAt: new Date(firing ? now + 600_000 : now - 1) };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(alerts.map((labels) => ({ labels, ...times }))),
  });
  expect(response.status).toBe(200);
}

/** `undefined` while it has not arrived. */
async function inhibitedBy(labels: Labels, source: Alert): Promise<boolean | undefined> {
  const all = (await (await fetch(url)).json()) as {
    labels: Labels;
    fingerprint: string;
    status: { inhibitedBy: string[] };
  }[];
  const same = (one: Labels): boolean =>
    Object.keys(one).length === Object.keys(labels).length &&
    Object.entries(labels).every(([label, value]) => one[label] === value);
  const causes = new Set(
    all.filter((each) => each.labels.alertname === source.name).map((each) => each.fingerprint),
  );
  return all.find((each) => same(each.labels))?.status.inhibitedBy.some((each) => causes.has(each));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('did not come about within 15 s');
    await delay(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
