/** `npm start` itself, from after the installation on: real processes, real sockets. Needs the SDK's dist. */
import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { isAlive, type RunningProgram, runProgram } from '../test/running-program.ts';

const START = fileURLToPath(new URL('../../../scripts/start.mjs', import.meta.url));
const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

const started: RunningProgram[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) {
    try {
      process.kill(-(child.pid as number), 'SIGKILL');
    } catch {
      // The whole group has ended, as it should.
    }
  }
});

/** In a process group of its own, so that it can be told whether anything of it is left. */
function start(
  program: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): RunningProgram {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(npm_|VITEST|NODE_|FORCE_COLOR|NO_COLOR)/.test(key),
  );
  const running = runProgram(program, args, {
    detached: true,
    env: { ...Object.fromEntries(inherited), ...environment },
  });
  started.push(running);
  return running;
}

async function outputOf(running: RunningProgram, pattern: RegExp): Promise<void> {
  while (!pattern.test(running.output())) await once(running.child.stdout, 'data');
}

/** The group of the one we started, and the services, which are in groups of their own. */
async function expectNothingLeft({ child, output }: RunningProgram): Promise<void> {
  const services = Array.from(output().matchAll(/^\w+: .*, process (\d+)$/gm), ([, pid]) => Number(pid));
  expect(services).toHaveLength(3);
  // Processes that nobody has waited for yet count as alive, hence the wait.
  await vi.waitFor(() => expect([-(child.pid as number), ...services].filter(isAlive)).toEqual([]), {
    timeout: 10_000,
  });
}

describe('--once', () => {
  test('prints an order and a search, without colours, and ends with 0', async () => {
    const running = start(START, ['--once', '--port', '0']);
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^OTLP receiver: http:\/\/127\.0\.0\.1:\d+ /m);
    expect(stdout.match(/^trace [0-9a-f]{32}/gm)).toHaveLength(2);
    expect(stdout).toMatch(/^checkout: POST \/orders +█/m);
    expect(stdout).toMatch(/^│ {2}└─ inventory: GET \/stock\/:sku +█/m);
    expect(stdout).toMatch(/stock\.sku=FAR-4 stock\.shelf=basement/);
    expect(stdout).toMatch(/9 spans, checkout, inventory/);
    expect(stdout).toMatch(/^search: GET \/search\/:question +█/m);
    expect(stdout).toMatch(/^[ │]*└─ query uat-docs +█/m);
    expect(stdout).toMatch(/^query uat-docs +1 +0% .* 3\.0$/m);
    expect(stdout).toMatch(/^upsert uat-docs +\d+ +0% .* -$/m);
    expect(stdout).not.toContain('\u001b');
    await expectNothingLeft(running);
  });

  test('is not led astray by telemetry settings of the shell, and paints when told to', async () => {
    const { ended } = start(MAIN, ['--once', '--port', '0'], {
      FORCE_COLOR: '1',
      OTEL_SDK_DISABLED: 'true',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:1/v1/traces',
      NODE_ENV: 'production',
    });
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/9 spans, checkout, inventory/);
    expect(stdout).toContain('\u001b[');
  });
});

describe('running', () => {
  test('the page shows the traces while it runs', async () => {
    const running = start(MAIN, ['--port', '0', '--rate', '20']);
    await outputOf(running, /^Page with the traces: (\S+)$/m);
    const url = /^Page with the traces: (\S+)$/m.exec(running.output())?.[1] as string;
    expect(await (await fetch(url)).text()).toContain('<title>Trace viewer</title>');
    await vi.waitFor(
      async () => {
        const found = await fetch(`${url}api/traces?q=service:checkout%20service.name=inventory`);
        const all = await fetch(`${url}api/traces?q=service:checkout`);
        expect(((await all.json()) as { matched: number }).matched).toBeGreaterThan(0);
        // Both conditions are of one span, and no span is of two services.
        expect(((await found.json()) as { matched: number }).matched).toBe(0);
      },
      { timeout: 15_000 },
    );
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it, with 0 and nothing left behind', async (signal) => {
    const running = start(START, ['--port', '0', '--rate', '20']);
    await outputOf(running, /The first trace:\n+trace /);
    // To the whole group, as Ctrl-C in a terminal does.
    process.kill(-(running.child.pid as number), signal);
    const { code, stdout, stderr } = await running.ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).not.toContain('could not be delivered');
    expect(stdout).toMatch(new RegExp(`Stopping: ${signal}\\.\\n(.*\\n)*\\d+ spans received`));
    await expectNothingLeft(running);
  });

  test('stops by itself when its time is over', async () => {
    const { ended } = start(MAIN, ['--port', '0', '--minutes', '0.05']);
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Stopping: time is over.');
  });

  test('prints traces that failed, slow ones, and rates', async () => {
    const running = start(MAIN, ['--port', '0', '--rate', '20']);
    await outputOf(running, /A trace that failed:\n+trace /);
    await outputOf(running, /A slow trace:\n+trace /);
    await outputOf(running, /^checkout POST \/orders +[\d.]+\/s +\d+% failed {2}p50 .* p95 .* p99 /m);
    await outputOf(running, /^search GET \/search\/\S+ +[\d.]+\/s +0% failed /m);
    await outputOf(running, /^query uat-archive +\d+ +100% /m);
    await outputOf(running, /^query uat-docs +\d+ +0% .* 3\.0$/m);
    expect(running.output()).toMatch(/The first search, in Qdrant:\n+trace /);
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
  });

  test.each([
    ['it', MAIN],
    ['npm start', START],
  ])('when %s is killed, nothing lives on', async (_, program) => {
    const running = start(program, ['--port', '0']);
    await outputOf(running, /orders and searches a second/);
    running.child.kill('SIGKILL');
    await running.ended;
    await expectNothingLeft(running);
  });

  test('when a service dies, says so and ends with 1', async () => {
    const running = start(MAIN, ['--port', '0']);
    await outputOf(running, /orders and searches a second/);
    process.kill(Number(/^inventory: .*, process (\d+)$/m.exec(running.output())?.[1]), 'SIGKILL');
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toBe('npm start: inventory ended by SIGKILL, so the rest is stopped too\n');
    await expectNothingLeft(running);
  });
});

describe('failures', () => {
  test('a port that is taken and was asked for: one sentence, 1', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await start(MAIN, ['--once', '--port', String(port)]).ended;
    other.close();
    expect(code).toBe(1);
    expect(stderr).toBe(
      `npm start: the trace viewer cannot listen on 127.0.0.1:${port}: something else listens there already; port 0 takes a free one\n`,
    );
  });

  test('an unknown option: one sentence, 2', async () => {
    const { code, stdout, stderr } = await start(START, ['--onec']).ended;
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: '',
      stderr: "npm start: Unknown option '--onec'; see npm start -- --help\n",
    });
  });

  test('--help explains every option', async () => {
    const { code, stdout } = await start(START, ['--help']).ended;
    expect(code).toBe(0);
    for (const option of ['--polyglot', '--once', '--rate', '--minutes', '--port', '--help'])
      expect(stdout).toContain(option);
  });
});
