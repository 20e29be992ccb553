/** In processes of their own: what matters is who loads what, and when. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const fixtures = fileURLToPath(new URL('../test/fixtures/', import.meta.url));

async function run(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const { NODE_OPTIONS: _, ...clean } = process.env;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
    cwd: fixtures,
    env: { ...clean, ...env },
    timeout: 25_000,
  });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

const BOTH = ['span count rest', 'span count grpc'];
const ALL = ['span count rest', 'span count rest', 'span count grpc', 'span count grpc'];

test('an ES module app that instruments after its hoisted imports; then disable and enable', async () => {
  expect(await run(['late.mjs'])).toEqual([
    ...BOTH,
    'also CommonJS',
    'two classes true',
    ...ALL,
    'disabled',
    'restored true',
    'enabled',
    ...ALL,
  ]);
});

test('an ES module app, --import', async () => {
  expect(await run(['--import', './hook.mjs', 'app.mjs'])).toEqual(BOTH);
});

test.each(['0', '1'])('a CommonJS app, clients loaded before: %s', async (BEFORE) => {
  expect(await run(['app.cjs'], { BEFORE })).toEqual(BOTH);
});

test('no client is loaded that the app has not loaded', async () => {
  expect(await run(['unused.mjs'])).toEqual(['loaded 0']);
});
