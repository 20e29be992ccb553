import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { writeFiles } from '../instrumentation/installed-app.fixture.ts';
import { describeApiCopyProblem, findApiCopies, ourApiVersion } from './api-copies.ts';

const API = '@opentelemetry/api';
const require = createRequire(import.meta.url);
const REAL_API = join(dirname(require.resolve(API)), '..');
const { version: REAL_VERSION } = require(join(REAL_API, 'package.json')) as { version: string };
const OURS = expect.objectContaining({ version: REAL_VERSION, usedBy: ['@uat/tracing-sdk'] }) as unknown;

let app = '';
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), 'api-copies-')));
  writeFiles(app, { 'package.json': '{"name":"app","dependencies":{"ai":"1","pg":"1"}}' });
  return () => rmSync(app, { recursive: true, force: true });
});

function addCopy(owner: string, version: string): string {
  const folder = join(app, owner, 'node_modules', API);
  writeFiles(folder, {
    'package.json': JSON.stringify({ name: API, version, main: 'index.js' }),
    'index.js': 'module.exports = {};',
  });
  return folder;
}

describe('findApiCopies', () => {
  test('the app, an instrumentation package and a direct dependency each hold one; our own is listed too', () => {
    addCopy('', '1.9.0');
    addCopy('node_modules/instrumentation-x', '1.10.0');
    addCopy('node_modules/ai', '1.9.1');
    const packages = {
      'instrumentation-x': join(app, 'node_modules/instrumentation-x'),
      'instrumentation-y': join(app, 'node_modules/instrumentation-y'),
    };
    expect(findApiCopies({ directory: app, packages })).toEqual([
      { version: '1.9.0', path: join('node_modules', API), usedBy: ['the app', 'instrumentation-y'] },
      OURS,
      {
        version: '1.10.0',
        path: join('node_modules/instrumentation-x/node_modules', API),
        usedBy: ['instrumentation-x'],
      },
      { version: '1.9.1', path: join('node_modules/ai/node_modules', API), usedBy: ['ai'] },
    ]);
  });

  test('a copy that CommonJS has loaded, deep below a package that nobody named', () => {
    addCopy('', '1.10.0');
    const deep = addCopy('node_modules/ai/node_modules/deep', '1.11.0');
    writeFiles(join(app, 'node_modules/ai/node_modules/deep'), {
      'package.json': '{"name":"deep","version":"1.0.0"}',
    });
    require(deep);
    expect(findApiCopies({ directory: app, packages: {} })).toContainEqual({
      version: '1.11.0',
      path: join('node_modules/ai/node_modules/deep/node_modules', API),
      usedBy: ['deep'],
    });
  });

  test('an app without the API, or with a broken copy, does not stop it', () => {
    expect(findApiCopies({ directory: app, packages: {} })).toContainEqual(OURS);
    const folder = addCopy('node_modules/ai', '1.9.0');
    writeFiles(folder, { 'package.json': 'broken' });
    const copies = findApiCopies({ directory: app, packages: {} });
    expect(copies).toContainEqual(expect.objectContaining({ version: 'unknown', usedBy: ['ai'] }));
    expect(describeApiCopyProblem(copies, REAL_VERSION)).toBeUndefined();
  });

  test('the version of our own copy', () => {
    expect(ourApiVersion()).toBe(REAL_VERSION);
  });
});

describe('describeApiCopyProblem', () => {
  const copy = (version: string, user: string) => ({
    version,
    path: `node_modules/${user}/api`,
    usedBy: [user],
  });

  test.each([
    ['1.10.0', '1.9.0'],
    ['1.10.0', '1.10.0'],
    ['1.10.0', '1.10.3'],
    ['1.10.0-rc.1', '1.10.0-rc.1'],
  ])('registered with %s, %s sees it', (registered, version) => {
    expect(describeApiCopyProblem([copy(version, 'ai')], registered)).toBeUndefined();
  });

  test('registered with an older one: names versions, paths and users, and what to install', () => {
    const copies = [copy('1.9.0', 'the app'), copy('1.10.0', 'ai'), copy('1.11.2', 'langchain')];
    expect(describeApiCopyProblem(copies, '1.9.0')).toBe(
      'two copies of @opentelemetry/api cannot see each other: tracing is registered with 1.9.0, and spans made through 1.10.0 in node_modules/ai/api (used by ai); 1.11.2 in node_modules/langchain/api (used by langchain) are lost. Install the newer one for the whole app: `npm install @opentelemetry/api@1.11.2`. Check with `npm ls @opentelemetry/api`.',
    );
  });

  test.each([
    ['1.10.0', '2.0.0'],
    ['1.10.0', '0.18.1'],
  ])('registered with %s, another major version (%s) never sees it', (registered, version) => {
    const problem = describeApiCopyProblem([copy(version, 'ai')], registered);
    expect(problem).toContain(`spans made through ${version} in node_modules/ai/api (used by ai) are lost.`);
    expect(problem).toContain('use versions of those packages that depend on @opentelemetry/api 1.x.');
  });

  test('pre-releases have to be equal', () => {
    expect(describeApiCopyProblem([copy('1.9.0', 'ai')], '1.10.0-rc.1')).toContain('1.9.0');
    expect(describeApiCopyProblem([copy('1.10.0-rc.1', 'ai')], '1.10.0')).toContain('1.10.0-rc.1');
  });
});

/** The rule above, held against what the API does: its own code under another version number. */
describe('agrees with the API itself', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  async function apiOf(version: string): Promise<string> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'api-')));
    folders.push(folder);
    await cp(REAL_API, folder, { recursive: true, dereference: true });
    const program = `
      const { readFileSync, writeFileSync, readdirSync } = require('node:fs');
      let changed = 0;
      for (const file of readdirSync('dist', { recursive: true })) {
        if (!file.endsWith('.cjs')) continue;
        const text = readFileSync('dist/' + file, 'utf8');
        const renamed = text.replaceAll('${JSON.stringify(REAL_VERSION)}', '${JSON.stringify(version)}');
        if (text.includes('${JSON.stringify(REAL_VERSION)}')) changed += 1;
        writeFileSync('dist/' + file, renamed);
      }
      if (changed === 0) throw new Error('no file names the version');`;
    execFileSync(process.execPath, ['-e', program], { cwd: folder });
    return join(folder, 'dist/index.cjs');
  }

  test.each([
    ['1.10.0', '1.9.0'],
    ['1.9.0', '1.10.0'],
    ['1.9.0', '1.9.4'],
    ['1.10.0-rc.1', '1.10.0'],
  ])('registered with %s, held by the app: %s', async (registered, held) => {
    const program = `
      const [registering, holding] = process.argv.slice(1).map((file) => require(file));
      registering.trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => 'ours' }) });
      console.log(holding.trace.getTracer('x').startSpan('y') === 'ours');`;
    const seen = execFileSync(process.execPath, ['-e', program, await apiOf(registered), await apiOf(held)], {
      encoding: 'utf8',
    });
    const problem = describeApiCopyProblem([{ version: held, path: 'api', usedBy: ['the app'] }], registered);
    expect(problem === undefined).toBe(seen === 'true\n');
  });
});
