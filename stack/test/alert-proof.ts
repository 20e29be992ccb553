/** What all proofs of alerts share: a stack with shortened durations, its Alertmanager, and how a cause is made and taken away. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { type Document, parseDocument } from 'yaml';
import { COMPOSE_FILE } from '../src/compose/compose-file.ts';
import { NativeStack, type NativeStackOptions, STARTED_SERVICES } from '../src/native/native-stack.ts';
import { PROVOKED } from './alerts-provoked.ts';
import { shortenedRoutes, shortenedRules } from './shortened-rules.ts';

const RULES = fileURLToPath(new URL('../../dashboards/generated/prometheus', import.meta.url));
const ROUTES = fileURLToPath(new URL('../alertmanager', import.meta.url));
const WITHIN_MILLIS = 150_000;

type Labels = Readonly<Record<string, string>>;

export interface ActiveAlert {
  readonly labels: Labels;
  readonly status: { readonly state: string; readonly inhibitedBy: readonly string[] };
}

/** Where an alert is looked for: in the stack's Alertmanager, in another, or in Prometheus where none can be told. */
export type Seen = (labels: Labels) => Promise<boolean>;

/** An alert by name, or with other labels that it has to have. */
export type Wanted = string | (Labels & { readonly alertname: string });

export interface ProofOptions extends NativeStackOptions {
  /** How long Prometheus shows the last sample of what is pushed; default as shipped, 5 minutes. A duration, as those of the rules. */
  readonly lookback?: string;
  readonly changePrometheus?: (config: Document, own: string) => void;
}

export class AlertProof {
  readonly stack: NativeStack;
  /** The test itself, as services see it. */
  readonly own: string;
  /** What the operator's webhook answers. */
  receiverStatus = 200;
  readonly #receiver: Server;
  readonly #record: (what: string, value: string) => void;
  readonly #options: ProofOptions;
  readonly #mounted: string[] = [];
  readonly #proven = new Set<string>();

  /** @param record a row of the table that is printed at the end */
  constructor(record: (what: string, value: string) => void, options: ProofOptions) {
    this.#record = record;
    this.#options = options;
    if (options.lookback !== undefined) this.#shortenLookback(options.lookback);
    this.stack = new NativeStack(options);
    if (this.stack.network.kind !== 'namespaces')
      throw new Error('the alerts are proven in namespaces only: shortened rules are mounted there');
    this.own = this.stack.network.address('app').replace(/\d+$/, '1');
    this.#receiver = createServer((request, response) => {
      request.resume();
      response.writeHead(this.receiverStatus).end();
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#receiver.listen(9099, this.own, resolve));
    this.#cover(RULES, shortenedRules);
    this.#cover(ROUTES, (text) => shortenedRoutes(text, `http://${this.own}:9099/`));
    const { services = STARTED_SERVICES, changePrometheus } = this.#options;
    if (changePrometheus !== undefined) this.editPrometheus((config) => changePrometheus(config, this.own));
    for (const name of STARTED_SERVICES) if (services.includes(name)) await this.stack.services[name].start();
  }

  async stop(): Promise<void> {
    await this.stack.stop();
    this.#receiver.close();
    this.#receiver.closeAllConnections();
    for (const folder of this.#mounted.splice(0)) execFileSync('umount', ['-l', folder]);
  }

  get rulesFolder(): string {
    return RULES;
  }

  get alertmanagerConfig(): string {
    return join(ROUTES, 'alertmanager.yml');
  }

  get prometheusConfig(): string {
    return join(this.#copies, 'prometheus/etc/prometheus/stack/prometheus.yml');
  }

  get collectorConfig(): string {
    return join(this.#copies, 'otel-collector/etc/otelcol/config.yaml');
  }

  // This run's copies of the shipped configuration lie beside its volumes.
  get #copies(): string {
    return join(dirname(dirname(this.stack.volume('prometheus-data'))), 'configs');
  }

  editPrometheus(change: (config: Document) => void): void {
    const config = parseDocument(readFileSync(this.prometheusConfig, 'utf8'));
    change(config);
    writeFileSync(this.prometheusConfig, config.toString({ lineWidth: 0 }));
  }

  /** SIGHUP, and its outcome. */
  async reloadPrometheus(): Promise<'loaded' | 'refused'> {
    const { prometheus } = this.stack;
    const count = (text: string): number => prometheus.log().split(text).length;
    const loaded = count('Completed loading of configuration file');
    const refused = count('Error reloading config');
    process.kill(pidOf('/etc/prometheus/stack/prometheus.yml'), 'SIGHUP');
    await this.until('Prometheus has read its configuration', async () => {
      return (
        count('Completed loading of configuration file') > loaded || count('Error reloading config') > refused
      );
    });
    return count('Error reloading config') > refused ? 'refused' : 'loaded';
  }

  async activeAlerts(at = this.stack.alertmanager.url(9093)): Promise<readonly ActiveAlert[]> {
    const response = await fetch(`${at}/api/v2/alerts`, { signal: AbortSignal.timeout(10_000) });
    return (await response.json()) as ActiveAlert[];
  }

  /** An Alertmanager that is being killed has no answer: that is no alert seen, and none ended. */
  async until(
    what: string,
    condition: () => Promise<boolean>,
    withinMillis = WITHIN_MILLIS,
  ): Promise<string> {
    const start = performance.now();
    let problem = '';
    for (;;) {
      try {
        if (await condition()) return `${((performance.now() - start) / 1000).toFixed(1)} s`;
      } catch (error) {
        problem = ` (${String(error)})`;
      }
      if (performance.now() - start > withinMillis)
        throw new Error(`not within ${withinMillis} ms: ${what}${problem}`);
      await delay(250);
    }
  }

  /** In the stack's Alertmanager. */
  readonly seen: Seen = async (wanted) =>
    (await this.activeAlerts()).some(({ labels }) => fits(labels, wanted));

  /** In another Alertmanager. */
  seenAt(url: string): Seen {
    return async (wanted) => (await this.activeAlerts(url)).some(({ labels }) => fits(labels, wanted));
  }

  /** In Prometheus: for alerts that say that no Alertmanager can be told. */
  readonly seenInPrometheus: Seen = (wanted) => this.#inPrometheus(wanted, ['firing']);

  async #inPrometheus(wanted: Labels, states: readonly string[]): Promise<boolean> {
    const { alerts } = (await this.stack.prometheus.api('alerts')) as {
      alerts: { labels: Labels; state: string }[];
    };
    return alerts.some(({ labels, state }) => states.includes(state) && fits(labels, wanted));
  }

  /**
   * Sees alerts fire, takes the cause away, and sees them end.
   *
   * @param cause none of the alerts is there before it; undefined when it has begun already
   */
  async provoke(
    wanted: readonly Wanted[],
    how: string,
    cause: (() => unknown) | undefined,
    remove: () => unknown,
    seen: Seen = this.seen,
  ): Promise<void> {
    const all = wanted.map((each) => (typeof each === 'string' ? { alertname: each } : each));
    if (cause !== undefined) {
      for (const each of all)
        await this.until(
          `${name(each)} is not there before its cause`,
          // Nor on its way: what waits for its time, or has not been told yet.
          async () => !(await this.#inPrometheus(each, ['pending', 'firing'])) && !(await seen(each)),
        );
      await cause();
    }
    const fired = await Promise.all(all.map((each) => this.until(`${name(each)} fires`, () => seen(each))));
    await remove();
    const ended = await Promise.all(
      all.map((each) => this.until(`${name(each)} ends`, async () => !(await seen(each)))),
    );
    const place =
      seen === this.seen
        ? ''
        : seen === this.seenInPrometheus
          ? ' (seen in Prometheus)'
          : ' (seen in the other Alertmanager)';
    for (const [index, { alertname }] of all.entries()) {
      this.#proven.add(alertname);
      this.#record(alertname, `${how}; fired after ${fired[index]}, ended after ${ended[index]}${place}`);
    }
  }

  /** Waits until an alert is there and every one of its kind is inhibited: one cause pages once. */
  async inhibited(wanted: Wanted, by: string, at?: string): Promise<void> {
    const target = typeof wanted === 'string' ? { alertname: wanted } : wanted;
    let count = 0;
    await this.until(`${target.alertname} is inhibited by ${by}`, async () => {
      const followers = (await this.activeAlerts(at)).filter(({ labels }) => fits(labels, target));
      count = followers.length;
      return count > 0 && followers.every(({ status }) => status.inhibitedBy.length > 0);
    });
    this.#record(`${target.alertname}, inhibited`, `by ${by}: ${count} of ${count}`);
  }

  proven(alertname: string, how: string): void {
    this.#proven.add(alertname);
    this.#record(alertname, how);
  }

  /** What this file is listed with is what it has proven. */
  expectProven(file: keyof typeof PROVOKED): void {
    expect([...this.#proven].sort()).toEqual([...PROVOKED[file]].sort());
  }

  #shortenLookback(lookback: string): void {
    const copy = join(mkdtempSync(join(tmpdir(), 'uat-alerts-')), 'compose.yaml');
    const text = readFileSync(COMPOSE_FILE, 'utf8');
    writeFileSync(
      copy,
      text.replace(/^( +- )--config\.auto-reload$/m, `$&\n$1--query.lookback-delta=${lookback}`),
    );
    execFileSync('mount', ['--bind', copy, COMPOSE_FILE]);
    this.#mounted.push(COMPOSE_FILE);
  }

  /** The shipped folder is covered by a changed copy, in this run's own mount namespace: nobody else sees it. */
  #cover(folder: string, change: (text: string) => string): void {
    const copy = mkdtempSync(join(tmpdir(), 'uat-alerts-'));
    cpSync(folder, copy, { recursive: true });
    for (const file of readdirSync(copy).filter((each) => each.endsWith('.yml'))) {
      writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
      chmodSync(join(copy, file), 0o644);
    }
    chmodSync(copy, 0o755);
    execFileSync('mount', ['--bind', copy, folder]);
    this.#mounted.push(folder);
  }
}

/** Runs causes side by side; all of their failures are told. */
export async function sideBySide(...causes: readonly Promise<unknown>[]): Promise<void> {
  const all = await Promise.allSettled(causes);
  expect(all.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []))).toEqual([]);
}

function fits(labels: Labels, wanted: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function name(labels: Labels): string {
  return Object.values(labels).join(' ');
}

/** @param argument that only this one Prometheus has at the end of an argument */
export function pidOf(argument: string): number {
  for (const entry of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (command[0]?.endsWith('/prometheus') && command.some((part) => part.endsWith(argument)))
        return Number(entry);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error(`no program runs with ${argument}`);
}
