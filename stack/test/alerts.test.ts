/** Alerts provoked for real: their causes made on the native stack, seen firing in the real Alertmanager, and seen ending. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALERTS } from '../../dashboards/src/alerts/alerts.ts';
import { NativeStack, STARTED_SERVICES } from '../src/native/native-stack.ts';
import { NOT_PROVOKED, NOT_PROVOKED_YET } from './alerts-not-provoked.ts';
import { figures } from './figures.ts';
import { sendSpans } from './otlp-traffic.ts';
import { shortened, shortenedRoutes, shortenedRules } from './shortened-rules.ts';

const RULES = fileURLToPath(new URL('../../dashboards/generated/prometheus', import.meta.url));
const ROUTES = fileURLToPath(new URL('../alertmanager', import.meta.url));
const WITHIN_MILLIS = 90_000;
const record = figures('Alerts provoked on the native stack');
const proven = new Set<string>();

interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

let stack: NativeStack;
let receiver: Server;
let receiverStatus = 200;
let traffic: Promise<void>;
let wanted = true;
let burning = true;
let wide = true;
let slow = true;
let quiet = false;
const mounted: string[] = [];

/** The shipped folder is covered by a changed copy, in this run's own mount namespace: nobody else sees it. */
function cover(folder: string, change: (text: string) => string): void {
  const copy = mkdtempSync(join(tmpdir(), 'uat-alerts-'));
  cpSync(folder, copy, { recursive: true });
  execFileSync('chmod', ['-R', 'a+rX', copy]);
  for (const file of readdirSync(copy).filter((name) => name.endsWith('.yml'))) {
    writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
  }
  execFileSync('mount', ['--bind', copy, folder]);
  mounted.push(folder);
}

async function activeAlerts(): Promise<readonly ActiveAlert[]> {
  const response = await fetch(`${stack.alertmanager.url(9093)}/api/v2/alerts`);
  return (await response.json()) as ActiveAlert[];
}

async function until(what: string, condition: () => Promise<boolean>): Promise<string> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > WITHIN_MILLIS) throw new Error(`not within ${WITHIN_MILLIS} ms: ${what}`);
    await delay(250);
  }
  return `${((performance.now() - start) / 1000).toFixed(1)} s`;
}

const has = async (name: string): Promise<boolean> =>
  (await activeAlerts()).some(({ labels }) => labels.alertname === name);

/** Sees alerts fire, takes the cause away, and sees them end. */
async function provoke(
  names: readonly string[],
  how: string,
  cause: () => unknown,
  remove: () => unknown,
): Promise<void> {
  await cause();
  const fired = await Promise.all(names.map((name) => until(`${name} fires`, () => has(name))));
  await remove();
  const ended = await Promise.all(names.map((name) => until(`${name} ends`, async () => !(await has(name)))));
  for (const [index, name] of names.entries()) {
    proven.add(name);
    record(name, `${how}; fired after ${fired[index]}, resolved after ${ended[index]}`);
  }
}

async function faults(method: 'PUT' | 'DELETE', rule?: object): Promise<void> {
  const response = await fetch(`${stack.qdrant.url(6333)}/stand-in/faults`, {
    method,
    headers: { 'api-key': stack.secrets.qdrantApiKey },
    ...(rule === undefined ? {} : { body: JSON.stringify(rule) }),
  });
  if (!response.ok) throw new Error(`${method} faults: ${response.status} ${await response.text()}`);
}

/** Requests to services and to Qdrant, five times a second. While the collector is away they are not sent. */
async function send(): Promise<void> {
  for (let round = 0; wanted; round++) {
    const url = stack.collector.url(4318);
    const of = (name: string, spans: Parameters<typeof sendSpans>[1]): Promise<void> =>
      sendSpans(url, spans, { resource: { 'service.name': name } }).catch(() => {});
    await Promise.all([
      of('burning', [{}, { statusCode: burning ? 2 : 0 }]),
      of('slow', [{ durationMillis: slow ? 20_000 : 20 }]),
      ...(quiet ? [] : [of('quiet', [{}])]),
      ...(wide
        ? [
            of(
              'wide',
              Array.from({ length: 30 }, (_, index) => ({ name: `GET /${round}/${index}` })),
            ),
          ]
        : []),
      fetch(`${stack.qdrant.url(6333)}/collections/items/points/query`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'api-key': stack.secrets.qdrantApiKey },
        body: JSON.stringify({ query: [1, 0, 0] }),
      }).then(
        (response) => response.arrayBuffer(),
        () => {},
      ),
      delay(200),
    ]);
  }
}

beforeAll(async () => {
  stack = new NativeStack({
    settings: {
      METRICS_FLUSH_INTERVAL: '1s',
      DECISION_WAIT: '2s',
      DECISION_WAIT_AFTER_ROOT: '1s',
      SERIES_LIMIT: '100',
      QUEUE_SPANS: '10000',
    },
  });
  if (stack.network.kind !== 'namespaces')
    throw new Error('the alerts are proven in namespaces only: shortened rules are mounted there');
  // The test itself, as services see it.
  const own = stack.network.address('app').replace(/\d+$/, '1');
  receiver = createServer((request, response) => {
    request.resume();
    response.writeHead(receiverStatus).end();
  }).listen(9099, own);
  cover(RULES, shortenedRules);
  cover(ROUTES, (text) => shortenedRoutes(text, `http://${own}:9099/`));
  for (const name of STARTED_SERVICES) await stack.services[name].start();
  await fetch(`${stack.qdrant.url(6333)}/collections/items`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', 'api-key': stack.secrets.qdrantApiKey },
    body: JSON.stringify({ vectors: { size: 3, distance: 'Cosine' } }),
  });
  traffic = send();
});
afterAll(async () => {
  wanted = false;
  await traffic;
  await stack?.stop();
  receiver?.close();
  for (const folder of mounted.splice(0)) execFileSync('umount', ['-l', folder]);
});

const QUERY = '/collections/*/points/query';

describe('seen firing in Alertmanager, and ending', () => {
  it('services and span metrics, notices refused', { timeout: 220_000 }, async () => {
    await until(
      'traffic is counted',
      async () => ((await stack.prometheus.total('service:requests:rate5m{service_name="quiet"}')) ?? 0) > 0,
    );
    const all = await Promise.allSettled([
      provoke(
        ['ServiceErrorBudgetBurnFast', 'ServiceErrorBudgetBurnSteady', 'ServiceErrorBudgetBurnSlow'],
        'fail: half of the spans of a service',
        () => {},
        () => (burning = false),
      ),
      provoke(
        ['ServiceSlow'],
        'slow: requests of 20 s',
        () => {},
        () => (slow = false),
      ),
      provoke(
        ['SpanMetricsOverLimit'],
        'fill: SERIES_LIMIT of 100',
        () => {},
        () => (wide = false),
      ),
      provoke(
        ['ServiceWithoutTraffic'],
        'kill: a service sends no more',
        () => (quiet = true),
        () => (quiet = false),
      ),
      provoke(
        ['AlertmanagerNotificationsFailing'],
        'fail: the webhook answers 400',
        () => (receiverStatus = 400),
        () => (receiverStatus = 200),
      ),
      (async () => {
        await provoke(
          ['QdrantRateLimited'],
          'fail: Qdrant answers 429',
          () => faults('PUT', { path: QUERY, answer: { status: 429 } }),
          () => faults('DELETE'),
        );
        await provoke(
          ['QdrantRestErrors'],
          'fail: Qdrant answers 503',
          () => faults('PUT', { path: QUERY, answer: { status: 503 } }),
          () => faults('DELETE'),
        );
        await provoke(
          ['QdrantRestSearchSlow'],
          'slow: Qdrant waits 900 ms',
          () => faults('PUT', { path: QUERY, delayMs: 900 }),
          () => faults('DELETE'),
        );
      })(),
    ]);
    expect(all.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
  });

  it('programs killed, configuration broken; one cause pages once', { timeout: 220_000 }, async () => {
    const config = join(ROUTES, 'alertmanager.yml');
    const good = readFileSync(config, 'utf8');
    const reload = (text: string): Promise<unknown> => {
      writeFileSync(config, text);
      return fetch(`${stack.alertmanager.url(9093)}/-/reload`, { method: 'POST' });
    };
    const all = await Promise.allSettled([
      provoke(
        ['AlertmanagerConfigBad'],
        'fail: a broken file, reloaded',
        () => reload(`${good}\nno_such_key: 1\n`),
        () => reload(good),
      ),
      provoke(
        ['QdrantDown'],
        'kill',
        () => stack.qdrant.stop('SIGKILL'),
        () => stack.qdrant.start(),
      ),
      provoke(
        ['JaegerDown'],
        'kill its stand-in',
        () => stack.jaeger.stop('SIGKILL'),
        () => stack.jaeger.start(),
      ),
      provoke(
        ['CollectorDown'],
        'kill',
        () => stack.collector.stop('SIGKILL'),
        async () => {
          let seen = 0;
          await until('what follows from it is inhibited', async () => {
            const followers = (await activeAlerts()).filter(
              ({ labels }) => labels.alertname === 'ServiceWithoutTraffic',
            );
            seen = Math.max(seen, followers.length);
            return seen > 0 && followers.every(({ status }) => status.inhibitedBy.length > 0);
          });
          record('ServiceWithoutTraffic when the collector is killed', `${seen} services, all inhibited`);
          await stack.collector.start();
        },
      ),
    ]);
    expect(all.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
  });

  it('the watchdog, always', async () => {
    record('Watchdog', `fires always, by design: after ${await until('Watchdog', () => has('Watchdog'))}`);
    proven.add('Watchdog');
  });
});

it('every alert is provoked, or listed: with the reason, or as open', () => {
  for (const [name, reason] of Object.entries(NOT_PROVOKED)) record(name, `not provoked: ${reason}`);
  for (const [name, cause] of Object.entries(NOT_PROVOKED_YET)) record(name, `NOT YET provoked: ${cause}`);
  const listed = { ...NOT_PROVOKED, ...NOT_PROVOKED_YET };
  const names = ALERTS.map(({ name }) => name);
  expect(
    names.filter((name) => !proven.has(name) && listed[name] === undefined),
    'neither',
  ).toEqual([]);
  expect(
    Object.keys(listed).filter((name) => proven.has(name) || !names.includes(name)),
    'listed wrongly',
  ).toEqual([]);
});

it.each([
  ['5m', '10s'],
  ['30m', '21s'],
  ['1h', '28s'],
  ['3d', '150s'],
  ['1s', '1s'],
])('the overlay makes %s %s', (from, to) => {
  expect(shortened(from)).toBe(to);
});

it('the overlay changes nothing but durations', () => {
  const rules =
    'groups:\n  - name: a\n    interval: 60s\n    rules:\n      - alert: A\n        expr: rate(x_rate5m[5m] offset 1h) > 0.5\n        for: 10m\n';
  expect(shortenedRules(rules)).toBe(
    'groups:\n  - name: a\n    interval: 1s\n    rules:\n      - alert: A\n        expr: rate(x_rate5m[10s] offset 28s) > 0.5\n        for: 2s\n',
  );
});
