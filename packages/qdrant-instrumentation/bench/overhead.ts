/**
 * `npm run bench`: what a traced call costs over the bare client, ours and `@traceloop/instrumentation-qdrant` side by
 * side, each in processes of its own, interleaved. `--rounds <n>`, default 7.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const peerFolder = fileURLToPath(new URL('./peers/traceloop/', import.meta.url));

const VARIANTS = ['bare', 'ours', 'ours with metrics', 'traceloop', 'traceloop with traceContent'] as const;
const METHODS = ['upsert', 'retrieve', 'delete', 'query'] as const;
type Variant = (typeof VARIANTS)[number];
type Method = (typeof METHODS)[number];

interface Sample {
  readonly wallMicros: number;
  readonly cpuMicros: number;
  /** Spans a call. */
  readonly spans: number;
}

function install(): void {
  if (!existsSync(join(peerFolder, 'node_modules', '@traceloop'))) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], peerFolder);
  }
  run('npm', ['run', 'build'], packageFolder);
  // A copy, not a link: through a link, Node would find the workspace's `@opentelemetry/api`.
  const target = join(peerFolder, 'node_modules', '@uat', 'qdrant-instrumentation');
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(join(packageFolder, 'package.json'), join(target, 'package.json'));
  cpSync(join(packageFolder, 'dist'), join(target, 'dist'), { recursive: true });
}

function run(command: string, args: readonly string[], cwd: string): void {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!execpath)/i.test(name)),
  );
  const { status, stderr, stdout } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed in ${cwd}:\n${stderr || stdout}`);
}

function measure(variant: Variant, method: Method, url: string | undefined, calls: number): Sample {
  const env: Record<string, string> = { VARIANT: variant, METHOD: method, CALLS: String(calls) };
  // On a network `fetch` is traced beside every variant, as it is in a service.
  if (url !== undefined) Object.assign(env, { URL: url, TRACE_FETCH: '1' });
  const { stdout, stderr, status } = spawnSync(process.execPath, ['calls.mjs'], {
    cwd: peerFolder,
    env,
    encoding: 'utf8',
    timeout: 120_000,
  });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !line.startsWith('{')) throw new Error(`${variant} ${method} failed:\n${stderr}`);
  return JSON.parse(line) as Sample;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

type Samples = Record<Variant, Sample[]>;

/** A B C, then C B A: a machine that slows down for a while slows all of them. */
function interleaved(method: Method, url: string | undefined, calls: number, rounds: number): Samples {
  const samples = Object.fromEntries(VARIANTS.map((variant) => [variant, [] as Sample[]])) as Samples;
  for (let round = 0; round < rounds; round++) {
    for (const variant of round % 2 === 0 ? VARIANTS : VARIANTS.toReversed())
      samples[variant].push(measure(variant, method, url, calls));
  }
  return samples;
}

interface Row {
  readonly method: Method;
  readonly variant: Variant;
  readonly micros: number;
  /** Over bare; undefined where it makes no span. */
  readonly added: number | undefined;
}

function rows(method: Method, samples: Samples, figure: 'wallMicros' | 'cpuMicros'): Row[] {
  const bare = median(samples.bare.map((sample) => sample[figure]));
  return VARIANTS.map((variant) => {
    const micros = median(samples[variant].map((sample) => sample[figure]));
    const traced = median(samples[variant].map(({ spans }) => spans)) > 0;
    return { method, variant, micros, added: traced ? micros - bare : undefined };
  });
}

function print(title: string, found: readonly Row[]): void {
  console.log(`\n${title}\nmethod    variant                      us a call   added`);
  for (const { method, variant, micros, added } of found)
    console.log(
      `${method.padEnd(9)} ${variant.padEnd(28)} ${micros.toFixed(1).padStart(9)} ${(added === undefined ? (variant === 'bare' ? '' : 'no span') : `+${added.toFixed(1)}`).padStart(8)}`,
    );
}

function addedBy(found: readonly Row[], method: Method, variant: Variant): number {
  return found.find((row) => row.method === method && row.variant === variant)?.added ?? Number.NaN;
}

function verdict(goal: string, value: number, limit: number, unit: string): void {
  console.log(`${value <= limit ? 'met   ' : 'MISSED'}  ${goal}: ${value.toFixed(2)}${unit}`);
}

/** On a thread of this process, so that its time is not the client's. */
async function startStandIn(): Promise<{ url: string; stop: () => Promise<number> }> {
  const worker = new Worker(new URL(import.meta.url), { argv: ['--stand-in'] });
  const port = await new Promise<number>((resolve) => worker.once('message', resolve));
  return { url: `http://127.0.0.1:${port}`, stop: () => worker.terminate() };
}

async function serve(): Promise<void> {
  const { parentPort } = await import('node:worker_threads');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      const result = { operation_id: 1, status: 'completed' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ result, status: 'ok', time: 0.001 }));
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

async function main(rounds: number): Promise<void> {
  install();
  console.log(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${rounds} rounds, medians`,
  );
  const alone = METHODS.flatMap((method) =>
    rows(method, interleaved(method, undefined, 12_000, rounds), 'cpuMicros'),
  );
  print('CPU time of a call, fetch replaced by an immediate answer', alone);
  const standIn = await startStandIn();
  const networked = rows('upsert', interleaved('upsert', standIn.url, 3000, rounds), 'cpuMicros');
  await standIn.stop();
  print('CPU time of a call to a local stand-in, fetch traced beside every variant', networked);
  console.log();
  for (const method of ['upsert', 'retrieve', 'delete'] as const) {
    for (const theirs of ['traceloop', 'traceloop with traceContent'] as const)
      verdict(
        `${method}: ours, of ${theirs}, at most 1.0`,
        addedBy(alone, method, 'ours') / addedBy(alone, method, theirs),
        1,
        '',
      );
  }
  verdict(
    'upsert, fetch traced: ours less theirs, at most 0 us',
    addedBy(networked, 'upsert', 'ours') - addedBy(networked, 'upsert', 'traceloop'),
    0,
    ' us',
  );
  for (const variant of ['ours', 'ours with metrics'] as const)
    verdict(
      `query: ${variant}, of a call of 1 ms, at most 3 %`,
      addedBy(alone, 'query', variant) / 10,
      3,
      ' %',
    );
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, 'stand-in': { type: 'boolean', default: false } },
});
await (values['stand-in'] ? serve() : main(Number(values.rounds)));
