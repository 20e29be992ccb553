import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { appDirectory } from './app-directory.ts';
import { makeApp, removeApps, runApp, source } from './installed-app.fixture.ts';

afterAll(removeApps);

const PRELOAD = `import { appDirectory } from ${JSON.stringify(source('./app-directory.ts'))}; globalThis.found = appDirectory();`;
const PRINT = 'console.log(JSON.stringify(globalThis.found));';

test.each([
  ['a script', ['dist/main.js'], 'dist'],
  ['a script without its extension', ['dist/main'], 'dist'],
  ['a folder', ['dist'], 'dist'],
  ['a tool in node_modules: the working directory', ['node_modules/tool/bin.js'], ''],
  ['-e, with an argument of its own', ['-e', PRINT, 'dist/main.js'], ''],
])('node with %s', async (_, nodeArguments, expected) => {
  const app = makeApp(
    { tool: { 'bin.js': PRINT } },
    {
      'preload.mjs': PRELOAD,
      'dist/main.js': PRINT,
      'dist/index.js': PRINT,
      'dist/package.json': '{"type":"commonjs"}',
    },
  );
  const { out } = await runApp(app, ['--import', './preload.mjs', ...nodeArguments]);
  expect(out).toBe(join(app, expected));
});

test('a main script that is not there counts by its path', () => {
  expect(appDirectory('/nowhere/at/all/main.js', () => '/cwd')).toBe('/nowhere/at/all');
  expect(appDirectory(undefined, () => '/cwd')).toBe('/cwd');
});
