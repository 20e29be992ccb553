/** Metrics of processes that end before the first interval has passed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { type MetricsBackend, startMetricsBackend } from '../src/metrics/metrics-backend.fixture.ts';
import { PACKAGE, runNode } from './run-node.ts';

let backend: MetricsBackend | undefined;
afterEach(async () => {
  await backend?.close();
  backend = undefined;
});

const APP = fileURLToPath(new URL('fixtures/metrics-exit-app.mjs', import.meta.url));

async function run(
  way: string,
  endpoint: string,
): Promise<{ code: number | null; stderr: string; signal: string }> {
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [APP, way], {
    env: {
      ...inherited,
      OTEL_LOG_LEVEL: 'warn',
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdout.on('data', () => child.kill('SIGTERM'));
  const [code, signal] = (await once(child, 'close')) as [number | null, string];
  return { code, signal, stderr };
}

describe('nothing that was counted is lost, however the process ends', () => {
  test.each([
    ['natural', 0, null],
    ['shutdown', 0, null],
    ['process.exit', 3, null],
    ['uncaught error', 1, null],
    ['signal', null, 'SIGTERM'],
  ])('%s', async (way, code, signal) => {
    backend = await startMetricsBackend();
    const end = await run(way, backend.url);
    expect({ code: end.code, signal: end.signal }).toEqual({ code, signal });
    expect(backend.metric('counted').points[0]?.value).toBe(1000);
    expect(backend.metric('process.uptime').points[0]?.value).toBeGreaterThan(0);
    expect(backend.metric('otel.sdk.span.started').points[0]?.value).toBe(1);
    expect(backend.spans).toHaveLength(1);
  });

  test.each(['natural', 'process.exit', 'signal'])(
    'nobody listens: it is said, and the process ends: %s',
    async (way) => {
      const { stderr } = await run(way, 'http://127.0.0.1:1');
      expect(stderr).toMatch(/metrics (could not be delivered )?to http:\/\/127\.0\.0\.1:1\/v1\/metrics/);
    },
  );
});

describe('the file that metrics are loaded from', () => {
  /** A copy of the package without it. */
  function packageWithout(): string {
    const folder = mkdtempSync(join(tmpdir(), 'uat-metrics-'));
    cpSync(join(PACKAGE, 'dist'), join(folder, 'dist'), { recursive: true });
    cpSync(join(PACKAGE, 'package.json'), join(folder, 'package.json'));
    rmSync(join(folder, 'dist/metrics.js'));
    const api = dirname(findPackageJSON('@opentelemetry/api', import.meta.url) as string);
    mkdirSync(join(folder, 'node_modules/@opentelemetry'), { recursive: true });
    symlinkSync(api, join(folder, 'node_modules/@opentelemetry/api'), 'junction');
    return folder;
  }

  test('is not touched while metrics are off; where it is missing and they are on, one line says so', async () => {
    const cwd = packageWithout();
    try {
      const program = (options: string): string =>
        `import { initTracing } from './dist/index.js'; initTracing('a', ${options});`;
      const off = await runNode(program('{}'), { cwd });
      expect(off).toMatchObject({ code: 0, stdout: '' });
      expect(off.stderr).not.toMatch(/metrics|error/i);
      const on = await runNode(program('{ metrics: true }'), { cwd });
      expect(on.code).toBe(0);
      expect(on.stderr).toContain(
        'error: metrics are off: the file metrics.js of @uat/tracing-sdk is not beside',
      );
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});
