/**
 * Alerts on what programs print that do not run natively (Jaeger, Tempo, Grafana, Qdrant's inside), or that cannot be brought
 * to it: a page with the catalogue's names, just good and then just bad, through the real scrape, rules and Alertmanager.
 */
import { afterAll, beforeAll, it } from 'vitest';
import type { Alert } from '../../dashboards/src/alerts/alert.ts';
import { ALERTS } from '../../dashboards/src/alerts/alerts.ts';
import { AlertProof, sideBySide, type Wanted } from './alert-proof.ts';
import { PROVOKED } from './alerts-provoked.ts';
import { STAND_IN_REASONS } from './alerts-stand-in-reasons.ts';
import { figures } from './figures.ts';
import { type MetricsPage, startMetricsPage } from './stand-ins/metrics-page.ts';

const record = figures('Alerts provoked by a stand-in page of metrics');

/** An alert has targets of its own, or one would disturb the other: a rule's sum is over a target, or over all of a job. */
interface Staged {
  readonly alert: Alert;
  readonly job: string;
  readonly pages: ReadonlyMap<string, MetricsPage>;
}

let proof: AlertProof;
const staged: Staged[] = [];

/** By `instance` as the cases of the alert have it. */
async function stage(alert: Alert, host: string): Promise<Staged> {
  const { series, fires } = alert.cases;
  const job = fires.job ?? 'none';
  // `up` is Prometheus' own to write. Every target of the job is a peer that answers: only a larger cluster misses some.
  const own = series
    .filter((each) => !each.series.startsWith('up{'))
    .map((each) => (alert.name === 'QdrantPeersMissing' ? { ...each, good: 1, bad: 1000 } : each));
  const instanceOf = (text: string): string => /instance="([^"]*)"/.exec(text)?.[1] ?? 'none';
  const instances = new Set(series.map((each) => instanceOf(each.series)));
  const pages = new Map<string, MetricsPage>();
  // A window of an hour is half a minute here: as many failures in it.
  const scale = alert.expr.includes('increase(') ? 200 : 1;
  for (const instance of instances) {
    const printed = own.filter((each) => instanceOf(each.series) === instance);
    const info = { series: 'qdrant_app_info', kind: 'gauge', good: 1, below: 1, bad: 1 } as const;
    // Without it the page would be none of Qdrant's, which is an alert too.
    const named = printed.some((each) => each.series.startsWith('qdrant_app_info'));
    pages.set(
      instance,
      await startMetricsPage(host, job === 'qdrant' && !named ? [...printed, info] : printed, scale),
    );
  }
  return { alert, job, pages };
}

async function provoke({ alert, pages }: Staged): Promise<void> {
  const { fires, series } = alert.cases;
  const target = fires.instance === undefined ? undefined : pages.get(fires.instance)?.target;
  const wanted: Wanted = {
    ...fires,
    alertname: alert.name,
    ...(target !== undefined && { instance: target }),
  };
  const set = (state: 'good' | 'bad'): void => {
    for (const page of pages.values()) page.set(state);
  };
  const all = [...pages.values()];
  // Those that watch for nothing but `up`.
  if (series.every((each) => each.series.startsWith('up{')))
    return proof.provoke(
      [wanted],
      `by a stand-in, killed and started again (${STAND_IN_REASONS[alert.name]})`,
      () => Promise.all(all.map((page) => page.close())),
      () => Promise.all(all.map((page) => page.open())),
    );
  await proof.provoke(
    [wanted],
    `by a stand-in with such values (${STAND_IN_REASONS[alert.name]})`,
    () => set('bad'),
    () => set('good'),
  );
}

beforeAll(async () => {
  const wanted = new Set<string>(PROVOKED['by-stand-in']);
  proof = new AlertProof(record, {
    services: ['alertmanager', 'prometheus'],
  });
  for (const alert of ALERTS) if (wanted.has(alert.name)) staged.push(await stage(alert, proof.own));
  const byJob = Map.groupBy(staged, ({ job }) => job);
  // Only what is staged: a target of a job that nobody answers for is an alert of its own.
  proof.editPrometheus((config) =>
    config.set(
      'scrape_configs',
      [...byJob].map(([job, of]) => ({
        job_name: job,
        static_configs: [
          { targets: of.flatMap(({ pages }) => [...pages.values()].map((page) => page.target)) },
        ],
      })),
    ),
  );
  await proof.start();
  await proof.stack.prometheus.waitFor('count(up == 1)', (count) => count >= staged.length);
});
afterAll(async () => {
  await proof?.stop();
  await Promise.all(staged.flatMap(({ pages }) => [...pages.values()].map((page) => page.close())));
});

it('fire in Alertmanager, and end', { timeout: 280_000 }, async () => {
  // A window has to be full before a rule can say that something went on throughout it.
  await proof.stack.prometheus.waitFor('count(up offset 15s)', (count) => count >= staged.length);
  await sideBySide(...staged.map(provoke));
  proof.expectProven('by-stand-in');
});
