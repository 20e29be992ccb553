import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startOtlpReceiver } from '../src/testing/otlp-receiver.ts';
import { PACKAGE } from './run-node.ts';

const run = promisify(execFile);
const shell = process.platform === 'win32';

test('sampler and processor work in a provider of sdk-trace-base 2.x, beside api 1.9', async () => {
  const app = await mkdtemp(join(tmpdir(), 'sdk-trace-base-2-'));
  await cp(join(PACKAGE, 'test/sdk-trace-base-2'), app, {
    recursive: true,
    filter: (source) => !source.includes('node_modules'),
  });
  await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: app, shell });
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', app], { cwd: PACKAGE, shell });
  const tarball = (await readdir(app)).find((file) => file.endsWith('.tgz')) as string;
  await run('npm', ['install', '--no-save', '--no-audit', '--no-fund', `./${tarball}`], { cwd: app, shell });
  const api = JSON.parse(await readFile(join(app, 'node_modules/@opentelemetry/api/package.json'), 'utf8'));
  expect(api.version).toBe('1.9.0');

  const receiver = await startOtlpReceiver();
  const { NODE_OPTIONS: _, ...inherited } = process.env;
  await run(process.execPath, ['app.mjs'], {
    cwd: app,
    env: { ...inherited, OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
  });
  await receiver.close();
  // A quarter of 4,000: standard deviation 27, so a false alarm comes less than once in a million runs.
  expect(receiver.spans.length).toBeGreaterThan(850);
  expect(receiver.spans.length).toBeLessThan(1150);
  for (const span of receiver.spans) {
    expect(span.traceState).toBe('ot=th:c');
    expect(span.attributes.password).toBe('[REDACTED]');
  }
}, 180_000);
