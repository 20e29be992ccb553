import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type StackStandIn, startStackStandIn } from '../../test/stand-ins/stack-stand-in.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

interface Running {
  interrupt(): void;
  readonly ended: Promise<Ended>;
}

function start(args: readonly string[], env: Record<string, string> = {}): Running {
  const flags = process.features.typescript ? [] : ['--experimental-strip-types'];
  const child = spawn(process.execPath, [...flags, MAIN, ...args], { env: { ...process.env, ...env } });
  let [out, errors] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return {
    interrupt: () => void child.kill('SIGINT'),
    ended: new Promise((resolve) =>
      child.on('close', (code, signal) =>
        // A second SIGINT may come when Node.js has let go of its handlers already; for a shell that is 130 as well.
        resolve({ code: code ?? (signal === 'SIGINT' ? 130 : code), out, errors }),
      ),
    ),
  };
}

const stack = (...args: string[]): Promise<Ended> => start(args).ended;

describe('init', () => {
  test('makes what is missing, keeps what is there, shows neither', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'stack-init-')), 'secrets');
    const first = await stack('init', '--secrets', folder);
    expect(first.code).toBe(0);
    const file = join(folder, 'qdrant_api_key');
    const secret = readFileSync(file, 'utf8');
    expect(secret.length).toBeGreaterThanOrEqual(32);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    rmSync(join(folder, 'grafana_secret_key'));
    const second = await stack('init', '--secrets', folder);
    expect(second.code).toBe(0);
    expect(second.out).toContain(`kept  ${file}`);
    expect(second.out).toContain(`made  ${join(folder, 'grafana_secret_key')}`);
    expect(readFileSync(file, 'utf8')).toBe(secret);
    expect(first.out + first.errors + second.out + second.errors).not.toContain(secret);
    rmSync(join(folder, '..'), { recursive: true });
  });

  test('says what is in the way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stack-init-'));
    const file = join(folder, 'secrets');
    writeFileSync(file, '');
    const { code, errors } = await stack('init', '--secrets', file);
    expect({ code, named: errors.includes(file) }).toEqual({ code: 1, named: true });
    rmSync(folder, { recursive: true });
  });
});

describe('doctor', () => {
  test('tells the same as a table and as JSON', async () => {
    const [table, json] = await Promise.all([stack('doctor'), stack('doctor', '--json')]);
    const { passed, findings } = JSON.parse(json.out) as {
      passed: boolean;
      findings: { subject: string; verdict: string }[];
    };
    expect([json.code, table.code]).toEqual(passed ? [0, 0] : [1, 1]);
    for (const { subject, verdict } of findings)
      expect(table.out).toMatch(new RegExp(`^${verdict} +${subject}`, 'm'));
  });
});

describe('check', () => {
  let standIn: StackStandIn;
  let env: Record<string, string>;
  let endpoints: string[];
  beforeAll(async () => {
    standIn = await startStackStandIn();
    const { addresses, secretsFolder } = standIn.settings();
    env = { STACK_SECRETS: secretsFolder, STACK_CHECK_WAIT: '10' };
    for (const [name, url] of Object.entries(addresses))
      env[`STACK_${name.replaceAll('-', '_').toUpperCase()}_URL`] = url;
    endpoints = [`grpc://${standIn.collector.grpcPlace}`, `http://${standIn.collector.http.place}`];
  });
  afterAll(() => standIn.close());

  test('all passed: 0', async () => {
    const { code, out } = await start(['check', ...endpoints], env).ended;
    expect({ code, failed: /FAILED/.test(out) }).toEqual({ code: 0, failed: false });
    expect(out).toMatch(/^ok +Tempo +slow trace arrives +[0-9a-f]{32}, [0-9a-f]{32}$/m);
    expect(out).toContain('24 passed, 0 failed, 0 skipped');
  });

  test('one endpoint of one protocol', async () => {
    const { code, out } = await start(['check', endpoints[1] as string, '--json'], env).ended;
    const report = JSON.parse(out);
    expect({ code, passed: report.passed }).toEqual({ code: 0, passed: true });
    expect(report.traces.map((trace: { protocol: string }) => trace.protocol)).toEqual(Array(4).fill('http'));
  });

  test('one failed: 1, with the reason and the command to run next', async () => {
    const { code, out, errors } = await start(['check', ...endpoints], {
      ...env,
      STACK_TEMPO_URL: 'http://127.0.0.1:1',
    }).ended;
    expect(code).toBe(1);
    expect(out).toContain('next: docker compose -f stack/compose.yaml logs --tail 50 tempo');
    for (const key of Object.values(standIn.keys)) expect(out + errors).not.toContain(key);
  });

  test('Ctrl-C in the middle: the Qdrant collection is gone, 130', async () => {
    const { qdrant } = standIn;
    const fault = qdrant.faults.add({ method: 'POST', path: '/collections/*/points/query', delayMs: 60_000 });
    const running = start(['check', ...endpoints], env);
    // The stand-in lists a request when it has answered: the fault knows before.
    await expect.poll(() => fault.hits, { timeout: 20_000 }).toBe(1);
    // As the terminal and npm do: both pass it on.
    running.interrupt();
    const again = setTimeout(() => running.interrupt(), 20);
    const { code, out, errors } = await running.ended;
    clearTimeout(again);
    fault.remove();
    expect({ code, out, stopped: errors.includes('Stopped.') }).toEqual({
      code: 130,
      out: '',
      stopped: true,
    });
    const answer = await fetch(`${qdrant.url}/collections`, { headers: { 'api-key': standIn.keys.qdrant } });
    expect(((await answer.json()) as { result: { collections: unknown[] } }).result.collections).toEqual([]);
  });
});
