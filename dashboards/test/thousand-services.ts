// How long the rules take over many services: a real Prometheus scrapes a page of span metrics as 1,000 services with ten
// operations each would make them, evaluates every rule file, and is asked after its rule groups. On loopback; ends by itself.
// A round takes as long as its work and all that waits for the same cores: the load of the machine is printed beside.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SPAN_DURATION_BOUNDARIES_MILLIS } from '../src/catalogue/span-metrics.ts';
import { findPrograms } from './native-programs.ts';
import { panelTimes } from './panel-times.ts';
import { ROOT } from './repository.ts';

const SERVICES = 1000;
const OPERATIONS = 10;
const MINUTES = Number(process.argv[2] ?? 7);
/** In the first rounds the series are made, and rates have nothing to look back at. */
const SETTLED_MINUTES = 2;

const started = Date.now();
const page = createServer((_request, response) => {
  // Ten requests a second for each operation; one service in a hundred fails one in a hundred.
  const seconds = (Date.now() - started) / 1000;
  response.setHeader('content-type', 'text/plain; version=0.0.4');
  for (let service = 0; service < SERVICES; service++) response.write(metricsOf(service, seconds));
  response.end();
});
await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
const folder = mkdtempSync(join(tmpdir(), 'uat-thousand-'));
const { programs, missing } = await findPrograms('prometheus');
if (missing !== undefined) throw new Error(missing);
const target = `127.0.0.1:${(page.address() as AddressInfo).port}`;
const port = await freePort();
writeFileSync(
  join(folder, 'prometheus.yml'),
  JSON.stringify({
    global: { scrape_interval: '15s', evaluation_interval: '15s' },
    rule_files: [`${ROOT}dashboards/generated/prometheus/*.yml`],
    scrape_configs: [
      { job_name: 'spans', honor_labels: true, static_configs: [{ targets: [target] }] },
      { job_name: 'prometheus', static_configs: [{ targets: [`127.0.0.1:${port}`] }] },
    ],
  }),
);
const child = spawn(
  programs.prometheus,
  [
    `--config.file=${folder}/prometheus.yml`,
    `--storage.tsdb.path=${folder}/data`,
    `--web.listen-address=127.0.0.1:${port}`,
    // As the reference stack starts it.
    '--enable-feature=concurrent-rule-eval',
  ],
  { stdio: 'ignore' },
);
try {
  console.log(
    `${SERVICES} services, ${OPERATIONS} operations each: ${MINUTES} minutes of scraping and evaluating`,
  );
  const longest = await watchRounds();
  const [scraped] = await ask('scrape_samples_scraped{job="spans"}');
  const [recorded] = await ask('count({__name__=~".*:.*|http_request.*"})');
  console.log(`series: ${scraped?.[1]} scraped, ${recorded?.[1]} recorded`);
  const [cores] = await ask('rate(process_cpu_seconds_total{job="prometheus"}[2m])');
  const [memory] = await ask('process_resident_memory_bytes{job="prometheus"}');
  const [missed] = await ask('sum(prometheus_rule_group_iterations_missed_total)');
  console.log(
    `Prometheus: ${Number(cores?.[1]).toFixed(2)} cores, ${Math.round(Number(memory?.[1]) / 1024 ** 2)} MiB; scraping is in it`,
  );
  console.log(
    `the machine: ${availableParallelism()} cores, load of ${loadavg()[1]?.toFixed(1)} in 5 minutes; rounds left out: ${missed?.[1]}`,
  );
  for (const { name, interval, evaluationTime } of await groups()) {
    const [last, most] = [evaluationTime, Math.max(evaluationTime, longest.get(name) ?? 0)].map((seconds) =>
      seconds.toFixed(3).padStart(8),
    );
    console.log(`${name.padEnd(36)} ${last} s of ${String(interval).padStart(3)} s, at most ${most} s`);
  }
  const times = await panelTimes(`http://127.0.0.1:${port}`, 'service-0');
  const total = times.reduce((sum, { millis }) => sum + millis, 0);
  console.log(
    `${times.length} queries of panels, one after the other: ${(total / 1000).toFixed(1)} s; the slowest:`,
  );
  for (const { key, title, millis, series } of times.slice(0, 10)) {
    console.log(
      `${key.padEnd(30)} ${Math.round(millis).toString().padStart(6)} ms, ${series} series: ${title}`,
    );
  }
} finally {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await ended;
  page.close();
  page.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}

/** @returns seconds of the longest round of each group, once settled */
async function watchRounds(): Promise<Map<string, number>> {
  const longest = new Map<string, number>();
  const end = started + MINUTES * 60_000;
  await delay(Math.min(SETTLED_MINUTES, MINUTES) * 60_000);
  const before = new Map((await groups()).map(({ name, lastEvaluation }) => [name, lastEvaluation]));
  while (Date.now() < end) {
    await delay(5000);
    for (const { name, evaluationTime, lastEvaluation } of await groups()) {
      // One that began before it was settled does not count.
      if (before.get(name) !== lastEvaluation)
        longest.set(name, Math.max(longest.get(name) ?? 0, evaluationTime));
    }
  }
  return longest;
}

function metricsOf(service: number, seconds: number): string {
  const lines: string[] = [];
  for (let operation = 0; operation < OPERATIONS; operation++) {
    for (const [status, rate] of [
      ['UNSET', 9.9],
      ['ERROR', 0.1],
    ] as const) {
      const labels = `job="service-${service}",instance="a",service_name="service-${service}",span_name="GET /${operation}",span_kind="SPAN_KIND_SERVER",http_request_method="GET",status_code="STATUS_CODE_${status}"`;
      const total = status === 'ERROR' && service % 100 !== 0 ? 0 : Math.floor(seconds * rate);
      lines.push(`traces_span_metrics_calls_total{${labels}} ${total}`);
      SPAN_DURATION_BOUNDARIES_MILLIS.forEach((le, index, all) => {
        const within = Math.floor((total * (index + 1)) / all.length);
        lines.push(`traces_span_metrics_duration_milliseconds_bucket{${labels},le="${le}"} ${within}`);
      });
      lines.push(
        `traces_span_metrics_duration_milliseconds_bucket{${labels},le="+Inf"} ${total}`,
        `traces_span_metrics_duration_milliseconds_sum{${labels}} ${total * 100}`,
        `traces_span_metrics_duration_milliseconds_count{${labels}} ${total}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

async function ask(expr: string): Promise<[number, string][]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const { data } = (await response.json()) as { data?: { result: { value: [number, string] }[] } };
  return data?.result.map(({ value }) => value) ?? [];
}

interface Group {
  readonly name: string;
  /** Seconds. */
  readonly interval: number;
  /** Seconds of the last round. */
  readonly evaluationTime: number;
  /** When it began. */
  readonly lastEvaluation: string;
}

async function groups(): Promise<Group[]> {
  const response = await fetch(`http://127.0.0.1:${port}/api/v1/rules`);
  const { data } = (await response.json()) as {
    data: { groups: Group[] };
  };
  return data.groups;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}
