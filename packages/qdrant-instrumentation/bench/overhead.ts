/**
 * `npm run bench`: what a traced call costs over the bare client, ours and `@traceloop/instrumentation-qdrant` side by
 * side in one process (`peers/traceloop/side-by-side.mjs`). `--rounds <n>` of 50 calls a variant, default 400.
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

const VARIANTS = ['bare', 'ours', 'traceloop', 'traceloop with traceContent'] as const;
const METHODS = ['upsert', 'retrieve', 'delete', 'query'] as const;
type Variant = (typeof VARIANTS)[number];
type Method = (typeof METHODS)[number];

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

interface Measured {
  /** Microseconds a call, of each round. */
  readonly micros: Readonly<Record<string, readonly number[]>>;
  /** Spans a call. */
  readonly spans: Readonly<Record<string, number>>;
}

function measure(method: Method, variants: readonly Variant[], env: Record<string, string>): Measured {
  const { stdout, stderr, status, error } = spawnSync(process.execPath, ['side-by-side.mjs'], {
    cwd: peerFolder,
    env: { METHOD: method, VARIANTS: variants.join(','), ...env },
    encoding: 'utf8',
    timeout: 600_000,
  });
  const line = stdout?.trim().split('\n').at(-1) ?? '';
  if (status !== 0 || !line.startsWith('{')) throw new Error(`${method} failed: ${error?.message ?? stderr}`);
  return JSON.parse(line) as Measured;
}

/** Mean of the faster half: what the machine does beside is in the other. */
function typical(values: readonly number[]): number {
  const faster = values.toSorted((a, b) => a - b).slice(0, Math.ceil(values.length / 2));
  return faster.reduce((sum, value) => sum + value, 0) / faster.length;
}

/** Microseconds over bare, of each variant that makes a span. */
type Added = Partial<Record<Variant, number>>;

function report(title: string, variants: readonly Variant[], env: Record<string, string>, methods = METHODS) {
  console.log(`\n${title}\nmethod    variant                      us a call   added  spans`);
  const added = {} as Record<Method, Added>;
  for (const method of methods) {
    const { micros, spans } = measure(method, variants, env);
    const bare = typical(micros.bare!);
    added[method] = {};
    for (const variant of variants) {
      const taken = typical(micros[variant]!);
      const count = spans[variant]!;
      if (count > 0) added[method][variant] = taken - bare;
      const over = variant === 'bare' ? '' : `${taken < bare ? '' : '+'}${(taken - bare).toFixed(1)}`;
      console.log(
        `${method.padEnd(9)} ${variant.padEnd(28)} ${taken.toFixed(1).padStart(9)} ${over.padStart(7)} ${String(count).padStart(6)}`,
      );
    }
  }
  return added;
}

function verdict(goal: string, value: number, limit: number, unit: string): void {
  console.log(`${value <= limit ? 'met   ' : 'MISSED'}  ${goal}: ${value.toFixed(2)}${unit}`);
}

function verdicts(where: string, added: Record<Method, Added>): void {
  for (const method of METHODS) {
    const { ours, ...others } = added[method];
    for (const [theirs, cost] of Object.entries(others))
      verdict(`${method}, ${where}: ours, of ${theirs}, at most 1.0`, ours! / cost, 1, '');
  }
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

async function main(rounds: string): Promise<void> {
  install();
  console.log(
    `Node ${process.versions.node}, ${cpus().length} x ${cpus()[0]?.model.trim()}, ${rounds} rounds, faster half`,
  );
  const alone = report('fetch replaced by an immediate answer', VARIANTS, { ROUNDS: rounds });
  const metrics = report('the same, with a meter provider', ['bare', 'ours'], {
    ROUNDS: rounds,
    METRICS: '1',
  });
  const standIn = await startStandIn();
  const networked = report(
    'a local HTTP server, fetch instrumented beside both (not beside bare): only so does their trace reach the server',
    ['bare', 'ours', 'traceloop'],
    { ROUNDS: rounds, SERVER_URL: standIn.url },
  );
  await standIn.stop();
  console.log();
  verdicts('alone (theirs sends no trace context)', alone);
  verdicts('trace reaches the server', networked);
  verdict('query: ours, of a call of 1 ms, at most 3 %', alone.query.ours! / 10, 3, ' %');
  verdict('query: ours with metrics, of a call of 1 ms, at most 3 %', metrics.query.ours! / 10, 3, ' %');
}

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '400' }, 'stand-in': { type: 'boolean', default: false } },
});
await (values['stand-in'] ? serve() : main(values.rounds));
