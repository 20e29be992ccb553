import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { discoverInstrumentations } from './discover.ts';
import { instrumentationPackage, makeApp, removeApps, writeFiles } from './installed-app.fixture.ts';

afterAll(removeApps);

const PG = '@opentelemetry/instrumentation-pg';
const EXPRESS = '@opentelemetry/instrumentation-express';
const METAPACKAGE = '@opentelemetry/auto-instrumentations-node';

/** An instrumentation with no base class, and what happened to it. */
const plain = (name: string, className = 'PlainInstrumentation'): string => `
  class ${className} {
    instrumentationName = ${JSON.stringify(name)};
    calls = ['made'];
    enable() { this.calls.push('enable'); }
    disable() { this.calls.push('disable'); }
    setTracerProvider() {}
  }`;

const cjs = (name: string, program: string) => ({
  'package.json': JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  'index.js': program,
});

function summary(options: Parameters<typeof discoverInstrumentations>[0]) {
  const { found, skipped, failed } = discoverInstrumentations(options);
  return {
    found: found.map(({ packageName, version, instrumentation }) =>
      [packageName, version, instrumentation.instrumentationName].join(' '),
    ),
    skipped,
    failed,
  };
}

describe('what is found', () => {
  test('packages of dependencies and optionalDependencies, in alphabetical order; nothing of devDependencies', () => {
    const names = ['@opentelemetry/instrumentation-redis', PG, EXPRESS];
    const app = makeApp(
      Object.fromEntries(names.map((name) => [name, instrumentationPackage(name, {})])),
      {},
      {
        dependencies: { [PG]: '1', pg: '8', '@opentelemetry/instrumentation': '1' },
        optionalDependencies: { [EXPRESS]: '1' },
        devDependencies: { '@opentelemetry/instrumentation-redis': '1' },
      },
    );
    expect(summary({ directory: app })).toEqual({
      found: [`${EXPRESS} 1.2.3 ${EXPRESS}`, `${PG} 1.2.3 ${PG}`],
      skipped: [],
      failed: [],
    });
  });

  test('from a folder below, past a package.json that only marks a module type', () => {
    const app = makeApp(
      { [PG]: instrumentationPackage(PG, {}) },
      { 'dist/cjs/package.json': '{"type":"commonjs"}' },
    );
    expect(summary({ directory: join(app, 'dist/cjs') }).found).toEqual([`${PG} 1.2.3 ${PG}`]);
  });

  test('hoisted to the root of a workspace', () => {
    const root = makeApp({ [PG]: instrumentationPackage(PG, {}) });
    writeFiles(join(root, 'packages/shop'), {
      'package.json': `{"name":"shop","dependencies":{"${PG}":"1"}}`,
    });
    expect(summary({ directory: join(root, 'packages/shop') }).found).toEqual([`${PG} 1.2.3 ${PG}`]);
  });

  test('nothing, without a word, where the app has no package.json or none of them', () => {
    const app = makeApp({}, {}, { name: 'app', dependencies: { express: '5' } });
    expect(summary({ directory: app })).toEqual({ found: [], skipped: [], failed: [] });
    const bare = makeApp({}, { 'package.json': 'not JSON' });
    expect(summary({ directory: bare })).toEqual({ found: [], skipped: [], failed: [] });
  });

  test.each([
    [
      'a CommonJS class as module.exports',
      { main: 'index.js' },
      { 'index.js': `${plain('x')} module.exports = PlainInstrumentation;` },
    ],
    [
      'a default export of an ES module',
      { type: 'module', main: 'index.js' },
      { 'index.js': `${plain('x')} export default PlainInstrumentation;` },
    ],
    [
      'an ES module with an import condition only',
      { exports: { '.': { types: './x.d.ts', import: { default: './i.mjs' } } } },
      { 'i.mjs': `${plain('x')} export { PlainInstrumentation };` },
    ],
    [
      'the class named so beside another that fits',
      { main: 'index.js' },
      {
        'index.js': `${plain('x')} ${plain('y', 'Unpatched')} module.exports = { Unpatched, PlainInstrumentation };`,
      },
    ],
    [
      'the derived class, not its base',
      { main: 'index.js' },
      {
        'index.js': `${plain('base', 'BaseInstrumentation')} class PlainInstrumentation extends BaseInstrumentation { instrumentationName = 'x'; } module.exports = { BaseInstrumentation, PlainInstrumentation };`,
      },
    ],
  ])('%s', (_, manifest, files) => {
    const name = 'opentelemetry-instrumentation-x';
    const app = makeApp({
      [name]: { 'package.json': JSON.stringify({ name, version: '7.0.0', ...manifest }), ...files },
    });
    expect(summary({ directory: app })).toEqual({ found: [`${name} 7.0.0 x`], skipped: [], failed: [] });
  });

  test('both classes of a package that has two', () => {
    const name = '@traceloop/instrumentation-vertexai';
    const app = makeApp({
      [name]: cjs(
        name,
        `${plain('a', 'AInstrumentation')} ${plain('b', 'BInstrumentation')} module.exports = { AInstrumentation, BInstrumentation };`,
      ),
    });
    expect(summary({ directory: app }).found).toEqual([`${name} 1.0.0 a`, `${name} 1.0.0 b`]);
  });

  test('the same instance the second time: what require-in-the-middle has told it, it would not tell another', () => {
    const app = makeApp({ [PG]: instrumentationPackage(PG, {}) });
    const [first] = discoverInstrumentations({ directory: app }).found;
    const [second] = discoverInstrumentations({ directory: app }).found;
    expect(second?.instrumentation).toBe(first?.instrumentation);
  });
});

describe('what is skipped', () => {
  test.each([
    ['@opentelemetry/instrumentation-http', 'HTTP is built in'],
    ['@opentelemetry/instrumentation-undici', 'fetch is built in'],
    ['@opentelemetry/instrumentation-fetch', 'it is made for browsers'],
  ])('%s is not even loaded: %s', (name, reason) => {
    const app = makeApp({ [name]: cjs(name, 'throw new Error("loaded")') });
    expect(summary({ directory: app })).toEqual({ found: [], skipped: [{ name, reason }], failed: [] });
  });

  test.each([['pg'], [PG]])('OTEL_NODE_DISABLED_INSTRUMENTATIONS=%s', (disabled) => {
    const app = makeApp({ [PG]: cjs(PG, 'throw new Error("loaded")') });
    expect(summary({ directory: app, disabled: [disabled] }).skipped).toEqual([
      { name: PG, reason: 'OTEL_NODE_DISABLED_INSTRUMENTATIONS' },
    ]);
  });

  test('what the app passes in itself, also where its name is not the package name', () => {
    const name = '@prisma/instrumentation';
    const app = makeApp({
      [name]: cjs(name, `${plain('prisma-tracing')} module.exports = { PlainInstrumentation };`),
    });
    expect(summary({ directory: app, exclude: ['prisma-tracing'] })).toEqual({
      found: [],
      skipped: [{ name: 'prisma-tracing', reason: 'passed in by the app' }],
      failed: [],
    });
  });

  test('of the metapackage: http, undici, and what the app names by itself, which is then disabled', () => {
    const app = makeApp({
      [METAPACKAGE]: cjs(
        METAPACKAGE,
        `${plain('base')}
        const make = (name) => Object.assign(new PlainInstrumentation(), { instrumentationName: name });
        exports.getNodeAutoInstrumentations = (config) =>
          (globalThis.fromMetapackage = ['http', 'undici', 'pg', 'koa'].map((name) => '@opentelemetry/instrumentation-' + name)
            .filter((name) => config[name]?.enabled !== false).map(make));`,
      ),
      [PG]: instrumentationPackage(PG, {}),
    });
    expect(summary({ directory: app })).toEqual({
      found: [`${PG} 1.2.3 ${PG}`, `${METAPACKAGE} 1.0.0 @opentelemetry/instrumentation-koa`],
      skipped: [{ name: PG, reason: `in use already, from ${PG}` }],
      failed: [],
    });
    const { fromMetapackage } = globalThis as unknown as { fromMetapackage: { calls: string[] }[] };
    expect(fromMetapackage.map(({ calls }) => calls)).toEqual([['made', 'disable'], ['made']]);
  });
});

describe('what fails stops nothing, and has one line', () => {
  test.each([
    ['it throws', cjs(PG, 'throw new Error("needs a newer\\nNode")'), 'needs a newer'],
    ['it throws nothing', cjs(PG, 'throw undefined'), 'undefined'],
    [
      'it lacks a dependency',
      cjs(PG, 'require("lodash.nowhere")'),
      'it needs lodash.nowhere, which cannot be found',
    ],
    [
      'it exports none',
      cjs(PG, 'exports.a = 1'),
      'it exports no class with enable, disable and setTracerProvider',
    ],
    [
      'its constructor throws',
      cjs(
        PG,
        `${plain('x')} exports.A = class AInstrumentation extends PlainInstrumentation { constructor() { super(); throw new Error('no'); } };`,
      ),
      'no',
    ],
    [
      'it awaits at the top level',
      {
        'package.json': JSON.stringify({ name: PG, type: 'module', main: 'index.js' }),
        'index.js': 'await Promise.resolve(); export const a = 1;',
      },
      "it is an ES module with top-level await, which cannot be loaded synchronously; pass an instance of it: initTracing(name, { instrumentations: ['auto', instance] })",
    ],
  ])('%s', (_, files, reason) => {
    const app = makeApp({ [PG]: files, [EXPRESS]: instrumentationPackage(EXPRESS, {}) });
    expect(summary({ directory: app })).toEqual({
      found: [`${EXPRESS} 1.2.3 ${EXPRESS}`],
      skipped: [],
      failed: [{ name: PG, reason }],
    });
  });

  test('it is not installed, or installed without its entry file', () => {
    const app = makeApp({ [PG]: cjs(PG, '') });
    renameSync(join(app, 'node_modules', PG, 'index.js'), join(app, 'moved.js'));
    const missing = { name: PG, reason: 'package.json names it and it is not installed; run `npm install`' };
    expect(summary({ directory: app }).failed).toEqual([
      { name: PG, reason: expect.stringContaining('index.js') as string },
    ]);
    const empty = makeApp({}, {}, { dependencies: { [PG]: '1' } });
    mkdirSync(join(empty, 'src'));
    expect(summary({ directory: join(empty, 'src') }).failed).toEqual([missing]);
  });
});
