/** Alerts on Prometheus and Alertmanager themselves, on the real programs; a second of each where the first cannot tell of itself. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isSeq } from 'yaml';
import { builtProgram } from '../src/native/build-programs.ts';
import type { NativeService } from '../src/native/native-service.ts';
import { AlertProof, pidOf, sideBySide } from './alert-proof.ts';
import { figures } from './figures.ts';

const record = figures('Alerts on Prometheus and Alertmanager');
/** `--config.auto-reload-interval`, which the stack leaves at its default. */
const AUTO_RELOAD_MILLIS = 30_000;
const SPARE = { job_name: 'spare', static_configs: [{ targets: ['localhost:9090'] }] };

let proof: AlertProof;
let secondAlertmanager: NativeService;
let folder: string;

/** Scrapes itself, or nothing at all. */
function writeSecondPrometheus(scrapes: boolean): void {
  const job = { job_name: 'itself', static_configs: [{ targets: ['localhost:9090'] }] };
  writeFileSync(
    join(folder, 'prometheus.yml'),
    JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: scrapes ? [job] : [] }),
  );
}

/** Not started anew: one that has stored nothing since its start does not print how much. */
function reloadSecondPrometheus(scrapes: boolean): void {
  writeSecondPrometheus(scrapes);
  process.kill(pidOf(join(folder, 'prometheus.yml')), 'SIGHUP');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uat-second-'));
  proof = new AlertProof(record, {
    services: ['alertmanager', 'prometheus'],
    // Of a job that is taken out, Prometheus shows the last sample for so long.
    lookback: '10s',
    changePrometheus: (config) => {
      const alertmanagers = ['alertmanager:9093', `${proof.stack.network.address('app')}:9093`];
      config.setIn(['alerting', 'alertmanagers', 0, 'static_configs', 0, 'targets'], alertmanagers);
      config.set('scrape_configs', [
        {
          job_name: 'prometheus',
          static_configs: [
            { targets: ['localhost:9090', `${proof.stack.network.address('typescript-service')}:9090`] },
          ],
        },
        { job_name: 'alertmanager', static_configs: [{ targets: alertmanagers }] },
        SPARE,
      ]);
    },
  });
  const { network } = proof.stack;
  await proof.start();
  secondAlertmanager = await proof.stack.startApp(
    [
      builtProgram('alertmanager'),
      `--config.file=${proof.alertmanagerConfig}`,
      `--storage.path=${join(folder, 'alertmanager')}`,
      `--web.listen-address=${network.address('app')}:9093`,
      '--cluster.listen-address=',
      '--data.maintenance-interval=1s', // 15 minutes: a duration, as those of the rules
    ],
    { healthUrl: 'http://127.0.0.1:9093/-/ready' },
  );
  writeSecondPrometheus(true);
  await proof.stack.startApp(
    [
      builtProgram('prometheus'),
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'prometheus')}`,
      `--web.listen-address=0.0.0.0:9090`,
    ],
    { at: 'typescript-service', healthUrl: 'http://127.0.0.1:9090/-/ready' },
  );
  await proof.stack.prometheus.waitFor('count(up == 1)', (count) => count === 5);
  // It stores, before it no longer does.
  await proof.stack.prometheus.waitFor(
    `rate(prometheus_tsdb_head_samples_appended_total{instance="${network.address('typescript-service')}:9090"}[10s])`,
    (rate) => rate > 0,
  );
});
afterAll(async () => {
  await proof?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Its configuration and its rules, one after the other: they are read together. */
async function configurations(): Promise<void> {
  const good = readFileSync(proof.prometheusConfig, 'utf8');
  await proof.provoke(
    ['PrometheusConfigBad'],
    'fail: a broken file',
    async () => {
      writeFileSync(proof.prometheusConfig, `${good}\nno_such_key: 1\n`);
      expect(await proof.reloadPrometheus()).toBe('refused');
    },
    async () => {
      writeFileSync(proof.prometheusConfig, good);
      // Auto-reload compares with the last file that it could load, and so sees no change. No event tells of that.
      await delay(AUTO_RELOAD_MILLIS + 2000);
      expect(await proof.seen({ alertname: 'PrometheusConfigBad' }), 'auto-reload has ended it').toBe(true);
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
  );
  record('PrometheusConfigBad, the same good file again', 'auto-reload does not end it, SIGHUP does');

  const rules = join(proof.rulesFolder, 'proof.yml');
  await proof.provoke(
    ['PrometheusRulesFailing', 'PrometheusRulesSlow', 'PrometheusRulesMissed'],
    'fail, slow: rules that write a series twice, and that take longer than their interval',
    async () => {
      const failing = { record: 'proof:twice', expr: '{__name__=~"up|scrape_duration_seconds"}' };
      const slow = { record: 'proof:slow', expr: 'count_over_time(vector(1)[1h:5ms])' };
      const groups = [
        { name: 'failing', rules: [failing] },
        { name: 'slow', interval: '100ms', rules: [slow] },
      ];
      writeFileSync(rules, JSON.stringify({ groups }));
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
    async () => {
      await proof.inhibited('PrometheusRulesMissed', 'PrometheusRulesSlow');
      rmSync(rules);
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
  );
  await proof.provoke(
    [{ alertname: 'ScrapeJobGone', job: 'spare' }],
    'a job taken out of prometheus.yml',
    async () => {
      proof.editPrometheus((config) => {
        const jobs = config.get('scrape_configs');
        if (isSeq(jobs)) jobs.items.pop();
      });
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
    async () => {
      writeFileSync(proof.prometheusConfig, good);
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
  );
}

it('configuration, rules, storage, notices', { timeout: 280_000 }, async () => {
  const config = proof.alertmanagerConfig;
  const good = readFileSync(config, 'utf8');
  const reload = (text: string): Promise<unknown> => {
    writeFileSync(config, text);
    return fetch(`${proof.stack.alertmanager.url(9093)}/-/reload`, { method: 'POST' });
  };
  const block = join(proof.stack.volume('prometheus-data'), '01HQ0000000000000000000000');
  const state = join(folder, 'alertmanager');
  await proof.until('Watchdog', () => proof.seen({ alertname: 'Watchdog' }));
  proof.proven('Watchdog', 'fires always, by design');
  await sideBySide(
    configurations(),
    proof.provoke(
      ['PrometheusStorageFailing'],
      'fail: a block without its index',
      () => {
        mkdirSync(join(block, 'chunks'), { recursive: true });
        const ulid = '01HQ0000000000000000000000';
        const time = Date.now() - 86_400_000;
        writeFileSync(
          join(block, 'meta.json'),
          JSON.stringify({
            ulid,
            version: 1,
            minTime: time,
            maxTime: time + 7_200_000,
            stats: { numSamples: 1 },
            compaction: { level: 1, sources: [ulid] },
          }),
        );
      },
      () => rmSync(block, { recursive: true }),
    ),
    proof.provoke(
      [
        {
          alertname: 'PrometheusNotStoring',
          instance: `${proof.stack.network.address('typescript-service')}:9090`,
        },
      ],
      'a second Prometheus without anything to scrape',
      () => reloadSecondPrometheus(false),
      () => reloadSecondPrometheus(true),
    ),
    proof.provoke(
      ['AlertmanagerConfigBad'],
      'fail: a broken file, reloaded',
      () => reload(`${good}\nno_such_key: 1\n`),
      () => reload(good),
    ),
    proof.provoke(
      ['AlertmanagerNotificationsFailing'],
      'fail: the webhook answers 400',
      () => (proof.receiverStatus = 400),
      () => (proof.receiverStatus = 200),
    ),
    proof.provoke(
      ['AlertmanagerStateNotSaved'],
      'fail: its folder taken away',
      () => rmSync(state, { recursive: true }),
      () => mkdirSync(state),
    ),
  );
});

it('an Alertmanager killed is told of by the other, once', { timeout: 200_000 }, async () => {
  const other = secondAlertmanager.url(9093);
  await proof.provoke(
    [{ alertname: 'AlertmanagerDown', instance: 'alertmanager:9093' }, 'PrometheusAlertsLost'],
    'kill',
    () => proof.stack.alertmanager.stop('SIGKILL'),
    async () => {
      await proof.inhibited('PrometheusAlertsLost', 'AlertmanagerDown', other);
      await proof.stack.alertmanager.start();
    },
    proof.seenAt(other),
  );
});

it('without Alertmanager, Prometheus says so itself', { timeout: 200_000 }, async () => {
  const good = readFileSync(proof.prometheusConfig, 'utf8');
  await proof.provoke(
    // The second has none at all.
    [{ alertname: 'PrometheusWithoutAlertmanager', instance: 'localhost:9090' }],
    'prometheus.yml without alerting',
    async () => {
      proof.editPrometheus((config) => config.delete('alerting'));
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
    async () => {
      writeFileSync(proof.prometheusConfig, good);
      expect(await proof.reloadPrometheus()).toBe('loaded');
    },
    proof.seenInPrometheus,
  );
});

it('has proven what it is listed with', () => proof.expectProven('prometheus'));
