/** `npm start -- --polyglot` from after the builds on: real processes of three languages. Needs them, and the SDK's dist. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { EXAMPLE_PROGRAMS } from '../../../scripts/example-builds.mjs';
import { isAlive, type RunningProgram, runProgram } from '../test/running-program.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const ANY_PORT = {
  TYPESCRIPT_SERVICE_PORT: '0',
  LLM_ROUTER_PORT: '0',
  WEBSOCKET_SERVICE_PORT: '0',
};
const PROGRAMS = {
  LLM_ROUTER_PROGRAM: EXAMPLE_PROGRAMS.router,
  WEBSOCKET_SERVICE_PROGRAM: EXAMPLE_PROGRAMS.websocketService,
};

const started: RunningProgram[] = [];
afterEach(() => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[], environment: Record<string, string> = {}) {
  const running = runProgram(MAIN, ['--polyglot', '--port', '0', ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...PROGRAMS, ...ANY_PORT, ...environment },
  });
  started.push(running);
  return running;
}

/** Of the three services and of the processes that end them with us. */
async function expectNothingLeft(output: string): Promise<void> {
  const pids = Array.from(output.matchAll(/^\S+-(?:service|router): .*, process (\d+)$/gm), ([, pid]) =>
    Number(pid),
  );
  expect(pids).toHaveLength(3);
  // Each is the leader of a group, in which its program is too.
  const groupIsAlive = (pid: number): boolean => isAlive(-pid);
  await vi.waitFor(() => expect(pids.filter(groupIsAlive)).toEqual([]), { timeout: 15_000, interval: 100 });
}

const built = Object.values(PROGRAMS).every((program) => existsSync(program));
if (!built) console.warn('Skipped, --polyglot: not built; npm start -- --polyglot builds the programs.');

describe.skipIf(!built)('--polyglot', () => {
  test('--once: one question, one trace with spans of all three, 0', async () => {
    const { code, stdout, stderr } = await start(['--once']).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Answered: \S/m);
    expect(stdout.match(/^trace [0-9a-f]{32}/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^typescript-service: POST \/api\/ask +█/m);
    for (const span of ['websocket-service: complete /ws', 'query uat-docs', 'query router-context'])
      expect(stdout).toMatch(new RegExp(`^[ │]*[├└]─ ${span} +█`, 'm'));
    expect(stdout).toMatch(/spans, typescript-service, websocket-service, llm-router$/m);
    await expectNothingLeft(stdout);
  });

  test('runs until SIGTERM, with questions of its own, and leaves nothing behind', async () => {
    const running = start(['--rate', '10']);
    await vi.waitFor(() => expect(running.output()).toMatch(/^llm-router POST \/v1\/\S* +[\d.]+\/s/m), {
      timeout: 25_000,
    });
    // What services say of each request would hide the rest.
    expect(running.output()).not.toContain('message answered');
    expect(running.output()).toMatch(/^Ask something yourself: http:\/\/127\.0\.0\.1:\d+\/$/m);
    running.child.kill('SIGTERM');
    const { code, stdout, stderr } = await running.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Stopping: SIGTERM\.\n(.*\n)*\d+ spans received/);
    await expectNothingLeft(stdout);
  });

  test('when it is killed, nothing lives on', async () => {
    const running = start([]);
    await vi.waitFor(() => expect(running.output()).toContain('Ask something yourself'), { timeout: 20_000 });
    running.child.kill('SIGKILL');
    await running.ended;
    await expectNothingLeft(running.output());
  });

  test('when a service dies, says so and ends with 1', async () => {
    const running = start([]);
    await vi.waitFor(() => expect(running.output()).toContain('Ask something yourself'), { timeout: 20_000 });
    process.kill(-Number(/^llm-router: .*, process (\d+)$/m.exec(running.output())?.[1]), 'SIGKILL');
    const { code, stderr, stdout } = await running.ended;
    expect(stderr).toBe('npm start: llm-router ended by SIGKILL, so the rest is stopped too\n');
    expect(code).toBe(1);
    await expectNothingLeft(stdout);
  });
});

describe('ports', () => {
  test('one that is taken, one that makes no sense: said together, 1, before anything starts', async () => {
    const other = net.createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, stdout, stderr } = await start(['--once'], {
      LLM_ROUTER_PORT: String(port),
      WEBSOCKET_SERVICE_PORT: 'http',
    }).ended;
    other.close();
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toBe(
      `npm start: port ${port} is that of the LLM router, which another program has taken; stop that one, or set LLM_ROUTER_PORT to a free one (0 takes any); WEBSOCKET_SERVICE_PORT is 'http'; it must be a whole number from 0 to 65535\n`,
    );
  });
});

test('a program that cannot be started: one sentence, 1', async () => {
  const { code, stderr } = await start(['--once'], { LLM_ROUTER_PROGRAM: '/nowhere/llm-router' }).ended;
  expect(code).toBe(1);
  expect(stderr).toContain('npm start: llm-router ended with code 1 before it listened:');
  expect(stderr).toContain('/nowhere/llm-router cannot be started: spawn /nowhere/llm-router ENOENT');
});
