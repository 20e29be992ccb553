import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE } from './run-node.ts';

const run = promisify(execFile);
const LINTERS = join(PACKAGE, 'test/package-linters');
const shell = process.platform === 'win32';

let tarball: string;

/** Runs one of the linters on the packed package; its output when it finds fault. */
async function lint(name: string, ...parameters: string[]): Promise<string> {
  try {
    await run(join(LINTERS, 'node_modules/.bin', name), parameters, { shell });
    return 'clean';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

beforeAll(async () => {
  if (!existsSync(join(LINTERS, 'node_modules/.bin/attw'))) {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: LINTERS, shell });
  }
  const folder = await mkdtemp(join(tmpdir(), 'packed-'));
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: PACKAGE, shell });
  tarball = join(folder, (await readdir(folder))[0] as string);
}, 180_000);

describe('the packed package', () => {
  test('passes publint', async () => {
    expect(await lint('publint', 'run', tarball, '--strict')).toBe('clean');
  });

  test('passes attw: types resolve for every kind of import', async () => {
    expect(await lint('attw', tarball)).toBe('clean');
  });

  test('names every bundled package with its licence, each once', async () => {
    const notices = await readFile(join(PACKAGE, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
    const named = [...notices.matchAll(/^=+\n(\S+) (\S+) \((\S+)\)$/gm)].map(([, name]) => name as string);
    const bundled = new Set(
      [
        ...(await readFile(join(PACKAGE, 'dist/index.js'), 'utf8')).matchAll(
          /^\/\/ .*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm,
        ),
      ].map(([, name]) => name as string),
    );
    expect(bundled.size).toBeGreaterThan(3);
    expect([...bundled].filter((name) => !named.includes(name))).toEqual([]);
    expect(new Set(named).size).toBe(named.length);
  });

  test('says its own version and that of the SDK in it', async () => {
    const { version, devDependencies } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8'));
    const { VERSION } = await import('../src/version.ts');
    const { createResource } = await import('../src/resource.ts');
    expect(VERSION).toBe(version);
    expect(createResource({}).attributes['telemetry.sdk.version']).toBe(
      devDependencies['@opentelemetry/sdk-trace'],
    );
  });
});
