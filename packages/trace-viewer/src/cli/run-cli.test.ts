import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { toOtlpJson } from '../traces/otlp-json.ts';
import { receivedSpan } from '../traces/received-span.fixture.ts';
import { OptionError, parseOptions } from './options.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const APP = fileURLToPath(new URL('order-app.fixture.ts', import.meta.url));
const NODE = process.execPath;

interface Cli {
  readonly child: ChildProcess;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
  /** Of the page and of OTLP, once it is printed. */
  url(): Promise<string>;
}

const running: Cli[] = [];
afterEach(async () => {
  for (const cli of running.splice(0)) {
    cli.child.kill('SIGKILL');
    await cli.ended;
  }
});

function run(...args: readonly string[]): Cli {
  const environment = Object.entries(process.env).filter(
    ([key]) => !key.startsWith('OTEL_') && key !== 'NODE_ENV',
  );
  const child = spawn(NODE, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: Object.fromEntries(environment),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    output.stdout += String(chunk);
  });
  child.stderr?.on('data', (chunk) => {
    output.stderr += String(chunk);
  });
  const cli: Cli = {
    child,
    output,
    ended: once(child, 'close').then(([code]) => code as number | null),
    url: () =>
      vi.waitFor(
        () => {
          const found = /Traces: (http:\S+)/.exec(output.stdout + output.stderr)?.[1];
          if (found === undefined) throw new Error(`no address in: ${output.stdout}${output.stderr}`);
          return found;
        },
        { timeout: 15_000 },
      ),
  };
  running.push(cli);
  return cli;
}

async function sendOrder(url: string): Promise<void> {
  await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toOtlpJson([receivedSpan({ id: '1', name: 'POST /orders', kind: 1, ms: 60 })])),
  });
}

describe('options', () => {
  test('defaults', () => {
    expect(parseOptions([])).toEqual({
      help: false,
      port: undefined,
      host: '127.0.0.1',
      allowedHosts: [],
      maxSpans: 100_000,
      maxBytes: 256 * 1024 * 1024,
      open: false,
      output: 'none',
      until: undefined,
      timeoutMillis: 60_000,
      command: [],
    });
  });

  test('what comes after -- is the command, whatever it looks like', () => {
    expect(parseOptions(['--json', '--', 'node', '--port', 'x', '--', 'y'])).toMatchObject({
      output: 'json',
      command: ['node', '--port', 'x', '--', 'y'],
    });
  });

  test.each<[readonly string[], string]>([
    [['--port', '70000'], "--port must be a whole number from 0 to 65535, got '70000'"],
    [['--port', ''], "--port must be a whole number from 0 to 65535, got ''"],
    [['--max-spans', '0'], "--max-spans must be a whole number from 1 to 10000000, got '0'"],
    [['--timeout', '5'], '--timeout is for --until, which is missing'],
    [['--json', '--print'], '--json and --print both write to standard output: choose one'],
    [['--until', 'status:bad'], "--until: status is error, ok or unset; got 'bad'"],
    [['--until', ' '], "--until takes a query, such as 'service:checkout'; got an empty one"],
    [['--until', '""'], "--until takes a query, such as 'service:checkout'; got an empty one"],
    [['--'], 'after -- comes the command to start: trace-viewer -- node app.js'],
  ])('%j', (args, message) => {
    expect(() => parseOptions(args)).toThrow(new OptionError(message));
  });

  test.each([[['--bogus']], [['app.js']]])('%j: what is allowed', (args) => {
    expect(() => parseOptions(args)).toThrow('see trace-viewer --help');
  });
});

test('--help, and a wrong option', async () => {
  const help = run('--help');
  expect(await help.ended).toBe(0);
  expect(help.output.stdout).toContain('--until <query>');
  const wrong = run('--port', 'x');
  expect(await wrong.ended).toBe(2);
  expect(wrong.output.stderr).toBe("trace-viewer: --port must be a whole number from 0 to 65535, got 'x'\n");
});

test('a command is started with the endpoint set; its traces stay until a signal', async () => {
  const cli = run('--port', '0', '--', NODE, APP);
  const url = await cli.url();
  await vi.waitFor(
    () => expect(cli.output.stdout).toContain(`ended with code 0; its traces stay at ${url}`),
    { timeout: 20_000 },
  );
  expect(cli.output.stdout).toContain('order placed');
  const listing = (await (await fetch(`${url}/api/traces?q=service:checkout`)).json()) as { matched: number };
  expect(listing.matched).toBe(1);
  cli.child.kill('SIGTERM');
  expect(await cli.ended).toBe(0);
});

test('--json: a line of OTLP a trace on stdout, everything else on stderr, the code of the command', async () => {
  const cli = run('--port', '0', '--json', '--', NODE, APP, '3');
  expect(await cli.ended).toBe(3);
  const lines = cli.output.stdout.trim().split('\n');
  expect(lines).toHaveLength(1);
  const { resourceSpans } = JSON.parse(lines[0] as string) as {
    resourceSpans: { scopeSpans: { spans: { name: string }[] }[] }[];
  };
  expect(resourceSpans[0]?.scopeSpans[0]?.spans.map(({ name }) => name).sort()).toEqual([
    'charge card',
    'place order',
  ]);
  expect(cli.output.stderr).toContain('order placed');
});

test('--print: a waterfall a trace', async () => {
  const cli = run('--port', '0', '--print', '--', NODE, APP);
  expect(await cli.ended).toBe(0);
  expect(cli.output.stdout).toMatch(/checkout: place order[\s\S]+charge card/);
});

test('--until: 0 as soon as a trace matches', async () => {
  const cli = run('--port', '0', '--until', 'service:checkout operation:"POST /orders"');
  await sendOrder(await cli.url());
  expect(await cli.ended).toBe(0);
  expect(cli.output.stdout).toContain('is met by trace 0af7651916cd43dd8448eb211c80319c');
});

test('--until: 1 at the time-out, saying what came', async () => {
  const cli = run('--port', '0', '--until', 'service:nobody', '--timeout', '1');
  await sendOrder(await cli.url());
  expect(await cli.ended).toBe(1);
  expect(cli.output.stderr).toContain(
    "no trace matched 'service:nobody' in 1000 ms; 1 traces with 1 spans came",
  );
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('--until: 1 when %s comes first', async (signal) => {
  const cli = run('--port', '0', '--until', 'service:nobody');
  await cli.url();
  cli.child.kill(signal);
  expect(await cli.ended).toBe(1);
});

test('--until with a command that ends before: 1; with one that makes the trace: 0', async () => {
  const early = run('--port', '0', '--until', 'service:nobody', '--', NODE, APP);
  expect(await early.ended).toBe(1);
  expect(early.output.stdout).toContain("ended with code 0 before 'service:nobody' was met");
  const met = run('--port', '0', '--until', 'cart.items=2', '--', NODE, APP);
  expect(await met.ended).toBe(0);
});

test('a command that is not there', async () => {
  const cli = run('--port', '0', '--json', '--', 'no-such-program-here');
  expect(await cli.ended).toBe(127);
  expect(cli.output.stderr).toContain('no-such-program-here could not be started');
});

test('a port that is taken', async () => {
  const first = run('--port', '0');
  const { port } = new URL(await first.url());
  const second = run('--port', port);
  expect(await second.ended).toBe(1);
  expect(second.output.stderr).toContain(
    `cannot listen on 127.0.0.1:${port}: something else listens there already`,
  );
});
